"""Exchanges as mitmproxy keeps them: ``python -P flow_file.py`` turns JSON lines into a flow file, stdin to stdout.

`deck export --format mitm` runs it, since deck itself never imports mitmproxy. A line has ``method``, ``url``,
``version``, ``headers`` and ``body``; ``status`` (null where no response came), ``response_headers`` and
``response_body``; the times ``start``, ``request_end``, ``first_byte`` and ``end`` in seconds (Unix, or null);
``outcome`` and ``error``; and on a WebSocket its ``messages`` with ``data``, ``from_client``, ``is_text`` and ``at``.
Bodies and data are base64, headers are pairs.
"""

import base64
import json
import sys
from typing import Any

from mitmproxy import connection, flow, http, io
from mitmproxy.websocket import WebSocketData, WebSocketMessage
from wsproto.frame_protocol import Opcode


def main() -> int:
    """All lines; 1, and a sentence on stderr, where one cannot become a flow."""
    writer = io.FlowWriter(sys.stdout.buffer)  # type: ignore[no-untyped-call]
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            made = flow_of(json.loads(line))
        except ValueError as error:
            print(f"exchange {number}: {error}", file=sys.stderr)  # noqa: T201  a program's words
            return 1
        writer.add(made)
    sys.stdout.buffer.flush()
    return 0


def flow_of(line: dict[str, Any]) -> http.HTTPFlow:
    """The flow of one line. Raises `ValueError` for a URL that mitmproxy does not take."""
    request = _request(line)
    left = line["outcome"] == "client-aborted"
    # Flow files do not keep who was still connected. Of a client that did not leave no beginning is told instead, which
    # is how the importer tells it from one that did (`addon.traffic.ending`).
    begun = line["start"] if left or line["outcome"] == "complete" else 0.0
    client = connection.Client(peername=("127.0.0.1", 0), sockname=("127.0.0.1", 0), timestamp_start=begun)
    server = connection.Server(address=(request.host, request.port))
    made = http.HTTPFlow(client, server)
    made.request, made.response = request, _response(line)
    made.error = _error(line)
    if line["messages"]:
        messages = [
            WebSocketMessage(
                Opcode.TEXT if each["is_text"] else Opcode.BINARY,
                each["from_client"],
                base64.b64decode(each["data"]),
                timestamp=each["at"],
            )
            for each in line["messages"]
        ]
        made.websocket = WebSocketData(messages=messages, closed_by_client=left)
    return made


def _request(line: dict[str, Any]) -> http.Request:
    request = http.Request.make(line["method"], line["url"])
    request.http_version = line["version"]
    request.headers = _headers(line["headers"])
    request.raw_content = base64.b64decode(line["body"])  # unlike `content` it changes no header
    request.timestamp_start, request.timestamp_end = line["start"], line["request_end"]
    return request


def _response(line: dict[str, Any]) -> http.Response | None:
    if line["status"] is None:
        return None
    response = http.Response.make(line["status"])
    response.http_version = line["version"]
    response.headers = _headers(line["response_headers"])
    response.raw_content = base64.b64decode(line["response_body"])
    response.timestamp_start = line["start"] if line["first_byte"] is None else line["first_byte"]
    response.timestamp_end = line["end"]
    return response


def _headers(pairs: list[list[str]]) -> http.Headers:
    # As `store.headers.as_bytes`, which is not there for a program that is run by its path, with -P, from a checkout.
    return http.Headers(
        [(name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in pairs]
    )


def _error(line: dict[str, Any]) -> flow.Error | None:
    """What mitmproxy would have said of an exchange that did not end well."""
    if line["messages"] or line["outcome"] in ("complete", "truncated"):
        return None
    at = line["start"] if line["end"] is None else line["end"]
    if line["outcome"] in ("interrupted", "no-response"):
        return flow.Error(flow.Error.KILLED_MESSAGE, at)
    return flow.Error(line["error"] or line["outcome"], at)


if __name__ == "__main__":
    sys.exit(main())

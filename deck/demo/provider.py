"""The demo's provider: the streaming Messages API on loopback, over TLS, speaking the script.

It streams as the real one does (server-sent events, chunked, a little at a time), and once it is overloaded, so that
the agent has to try again.
"""

import json
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from deck.demo import script

_PIECE = 24  # characters in a delta
_PIECE_SECONDS = 0.012
_THINK_SECONDS = 0.15
_OVERLOADED_AT = 8  # the n-th request is refused once
_PATH = "/v1/messages"


class Provider:
    """A running provider; a context manager. ``port`` is on 127.0.0.1."""

    def __init__(self, certificate: Path) -> None:
        self.requests = 0
        self._count = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="deck-demo-provider", daemon=True)

    def __enter__(self) -> "Provider":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def next_number(self) -> int:
        """The number of this request, from 1."""
        with self._count:
            self.requests += 1
            return self.requests


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing on the user's terminal about a client that went away; anything else is told as usual."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "deck-demo"

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing on the user's terminal."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            number = provider.next_number()
            if self.path.partition("?")[0] != _PATH:
                self._refuse(404, "not_found_error", "Not found", number)
            elif number == _OVERLOADED_AT:
                self._refuse(529, "overloaded_error", "Overloaded", number)
            else:
                self._answer(json.loads(body), number)

        def _refuse(self, status: int, kind: str, message: str, number: int) -> None:
            error = {"type": "error", "error": {"type": kind, "message": message}, "request_id": _request_id(number)}
            body = json.dumps(error).encode()
            self.send_response(status)
            self._standing_headers(number)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.send_header("retry-after-ms", "300")
            self.end_headers()
            self.wfile.write(body)

        def _answer(self, request: dict[str, Any], number: int) -> None:
            time.sleep(_THINK_SECONDS)
            self.send_response(200)
            self._standing_headers(number)
            self.send_header("content-type", "text/event-stream; charset=utf-8")
            self.send_header("cache-control", "no-cache")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for event in _events(request, number):
                data = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
                self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
                self.wfile.flush()
                time.sleep(_PIECE_SECONDS)
            self.wfile.write(b"0\r\n\r\n")

        def _standing_headers(self, number: int) -> None:
            self.send_header("request-id", _request_id(number))
            self.send_header("anthropic-ratelimit-requests-remaining", str(1000 - number))

    return Handler


def _request_id(number: int) -> str:
    return f"req_demo_{number:04}"


def _events(request: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    reply = script.next_reply(request)
    counts = script.usage(request, reply)
    start: dict[str, Any] = {
        "id": f"msg_demo_{number:04}",
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": counts | {"output_tokens": 1},
    }
    yield {"type": "message_start", "message": start}
    yield {"type": "ping"}
    for index, block in enumerate(reply.blocks):
        yield from _block_events(index, block)
    ending = {"stop_reason": reply.stop_reason, "stop_sequence": None}
    yield {"type": "message_delta", "delta": ending, "usage": {"output_tokens": counts["output_tokens"]}}
    yield {"type": "message_stop"}


def _block_events(index: int, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if block["type"] == "thinking":
        empty = block | {"thinking": "", "signature": ""}
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in _pieces(block["thinking"])]
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    elif block["type"] == "text":
        empty = block | {"text": ""}
        deltas = [{"type": "text_delta", "text": piece} for piece in _pieces(block["text"])]
    else:
        empty = block | {"input": {}}
        written = json.dumps(block["input"])
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in _pieces(written)]
    yield {"type": "content_block_start", "index": index, "content_block": empty}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE]

"""HAR 1.2: HTTP traffic for browsers' tools and proxies. Members of deck's own begin with an underscore, as it asks.

Readers of HAR round times down, some of them after they have been seconds: so moments stand a fifth of a millisecond
late.
"""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from deck.export.chosen import Chosen
from deck.export.exchanges import Passed, Whole, exchanges
from deck.version import version
from store.exchange import Outcome
from store.headers import TextHeaders

IS_TEXT = True
_LATE = timedelta(microseconds=200)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEXT_OPCODE, _BINARY_OPCODE = 1, 2


def written(chosen: Chosen) -> Iterator[bytes]:
    """The file; its entries one a line."""
    creator = {"name": "deck", "version": version() or "0"}
    yield b'{"log":{"version":"1.2","creator":%b,"entries":[' % _json(creator)
    before = b"\n"
    for each in exchanges(chosen):
        yield before + _json(_entry(each))
        before = b",\n"
    yield b"\n]}}\n"


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def _entry(each: Whole) -> dict[str, Any]:
    send = each.request_end_ms or 0
    wait = max((each.first_byte_ms or send) - send, 0)
    receive = max((each.end_ms or 0) - send - wait, 0)
    entry: dict[str, Any] = {
        "startedDateTime": _moment(each.started_ms),
        "time": send + wait + receive,
        "request": _request(each),
        "response": _response(each),
        "cache": {},
        "timings": {"send": send, "wait": wait, "receive": receive},
        "_turn": each.turn,
        "_outcome": each.outcome,
    }
    if each.passed:
        entry["_resourceType"] = "websocket"
        entry["_webSocketMessages"] = [_message(each.started_ms, message) for message in each.passed]
    return entry


def _moment(ms: int) -> str:
    try:
        return (_EPOCH + timedelta(milliseconds=ms) + _LATE).isoformat()
    except OverflowError:  # a recorded time can be any number
        return _EPOCH.isoformat()


def _request(each: Whole) -> dict[str, Any]:
    request = {
        "method": each.method,
        "url": each.url,
        "httpVersion": each.http_version,
        "cookies": [],  # they are among the headers, masked
        "headers": _pairs(each.request_headers),
        "queryString": _pairs(_query(each.url)),
        "headersSize": -1,
        "bodySize": len(each.request),
    }
    if each.request:
        request["postData"] = {"mimeType": _type(each.request_headers), **_posted(each.request)}
    return request


def _response(each: Whole) -> dict[str, Any]:
    status = each.status or 0  # what browsers write where no response came
    mime = _type(each.response_headers) or each.response_type
    content = {"size": len(each.response), "mimeType": mime, **_content(each.response, mime)}
    response = {
        "status": status,
        "statusText": HTTPStatus(status).phrase if status in {known.value for known in HTTPStatus} else "",
        "httpVersion": each.http_version,
        "cookies": [],
        "headers": _pairs(each.response_headers),
        "content": content,
        "redirectURL": _first(each.response_headers, "location"),
        "headersSize": -1,
        "bodySize": len(each.response),
    }
    if each.status is None or each.outcome != Outcome.COMPLETE:
        response["_error"] = each.error or each.outcome
    return response


def _posted(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:  # HAR has no way to say so
        return {"text": base64.b64encode(body).decode("ascii"), "_encoding": "base64"}


def _content(body: bytes, mime: str) -> dict[str, str]:
    """A body as text where every reader makes the same bytes of it: many take what says no charset for Latin-1."""
    if not body:
        return {}
    mime = mime.lower()
    try:
        text = body.decode("utf-8" if "json" in mime or "utf-8" in mime else "ascii")
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode("ascii"), "encoding": "base64"}
    return {"text": text}


def _message(started_ms: int, message: Passed) -> dict[str, Any]:
    opcode, data = _TEXT_OPCODE, message.data.decode("utf-8", "replace")
    if not message.is_text:
        opcode, data = _BINARY_OPCODE, base64.b64encode(message.data).decode("ascii")
    way = "send" if message.from_client else "receive"
    return {"type": way, "time": (started_ms + message.at_ms) / 1000, "opcode": opcode, "data": data}


def _pairs(pairs: TextHeaders) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _query(url: str) -> TextHeaders:
    try:
        return tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    except ValueError:
        return ()


def _type(headers: TextHeaders) -> str:
    return _first(headers, "content-type")


def _first(headers: TextHeaders, name: str) -> str:
    return next((value for each, value in headers if each.lower() == name), "")

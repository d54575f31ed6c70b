"""One exchange of each kind that an archive holds: streamed, coded, failed, cut, binary, on a WebSocket."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace

import messages_streams as sse

from store import socket_body
from store.exchange import Chunk, Exchange, Outcome

_URL = "https://api.anthropic.com/v1/messages?beta=true&key=a"
_JSON = (b"content-type", b"application/json")
_SSE = (b"content-type", b"text/event-stream")


def exchanges() -> Iterator[Exchange]:
    """All kinds, a second apart."""
    return (replace(each, started_ms=1_790_000_000_001 + 1000 * number) for number, each in enumerate(_kinds()))


def _kinds() -> Iterator[Exchange]:
    body = json.dumps(
        {"model": "m", "messages": [{"role": "user", "content": "Grüß Gott \u2028 ☃"}]}, ensure_ascii=False
    )
    asked = Exchange(
        method="POST",
        url=_URL,
        request_headers=(_JSON, (b"x-api-key", b"sk-ant-secret"), (b"content-length", b"999")),
        request_body=body.encode(),
        started_ms=0,
        status=200,
        response_headers=(_JSON, (b"request-id", b"r1")),
        request_end_ms=3,
        first_byte_ms=20,
        end_ms=50,
    )
    stream = b"".join((sse.start(), sse.text(0, "Schöne ", "Grüße"), sse.stop("end_turn")))
    coded = gzip.compress(stream)
    yield replace(
        asked,
        response_headers=(_SSE, (b"content-encoding", b"gzip"), (b"request-id", b"r2")),
        response_body=coded,
        chunks=(Chunk(20, 30), Chunk(50, len(coded) - 30)),
    )
    answer = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "é"}], "usage": {}}
    yield replace(asked, response_body=json.dumps(answer, ensure_ascii=False).encode())
    yield replace(asked, status=529, response_body=b'{"type":"error","error":{"type":"overloaded_error"}}')
    yield replace(asked, response_body=bytes(range(256)), response_headers=((b"content-type", b"image/png"),))
    yield replace(
        asked,
        response_body=b"no gzip",
        response_headers=(_JSON, (b"content-encoding", b"gzip")),
    )
    for outcome, error in ((Outcome.CLIENT_ABORTED, "Client disconnected."), (Outcome.UPSTREAM_ERROR, "reset")):
        yield replace(asked, response_headers=(_SSE,), response_body=stream[:90], outcome=outcome, error=error)
    yield replace(asked, status=None, response_headers=(), outcome=Outcome.NO_RESPONSE, first_byte_ms=None, end_ms=None)
    pieces = [
        socket_body.piece(b'{"type":"response.created"}', from_client=False, is_text=True),
        socket_body.piece(b"\x00\n\n< x", from_client=True, is_text=False),
        socket_body.piece(b'{"type":"response.completed","response":{"id":"resp_1"}}', from_client=False, is_text=True),
    ]
    yield Exchange(
        method="GET",
        url="https://api.openai.com/v1/responses",
        request_headers=((b"upgrade", b"websocket"), (b"authorization", b"Bearer secret")),
        request_body=b'{"type":"response.create","model":"m","input":"Hi"}',
        started_ms=0,
        status=101,
        response_headers=((b"upgrade", b"websocket"),),
        response_body=b"".join(pieces),
        chunks=tuple(Chunk(10 * number, len(piece)) for number, piece in enumerate(pieces, 1)),
        request_end_ms=0,
        first_byte_ms=10,
        end_ms=30,
    )

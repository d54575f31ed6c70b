"""The bytes of one spool file, and how an exchange is rebuilt from them.

A file is a beginning with a salt and then frames: ms since the exchange's start * 8 + kind, payload length, checksum
(little-endian u32 each), payload. The checksum is the payload's Adler-32, begun with the first number and the salt:
CRC-32 costs more for every piece of a stream than all else here, as its tables have left the processor's cache when the
next piece comes. Heads and the end are JSON, pieces of bodies are raw.

Frames stand in the first `FIRST` bytes until one does not fit, and from then on behind them; pieces of the request are
always there. What goes on there has a salt of its own, made from where the first part ends: should a power cut take
some of that part away, nothing is put together that was not. A frame that is cut, damaged or left from an earlier use
of the file ends its part, and so do zeros (space reserved for what was still to come): what stands before is what had
arrived.
Pure functions; `store.spool` does the I/O.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Final

from store.canonical import dumps, loads
from store.exchange import Chunk, Exchange, Mode, Outcome
from store.headers import Headers, header

_MAGIC = b"DECKSPOOL4\n"
_SALT_BYTES = 4
_SIZE_BYTES = 8
_MIXER = 0x9E3779B1  # odd, near 2^32 over the golden ratio (Knuth): neighbours end far apart
FIRST: Final = 64 << 10  # bytes of a file's first part
_HEADER = struct.Struct("<III")
_KIND_BITS = 3
_pack_header = _HEADER.pack
_checksum = zlib.adler32
_MAX_MS = (1 << 32 - _KIND_BITS) - 1  # six days


class Kind(IntEnum):
    """What a frame holds."""

    REQUEST_HEAD = 1
    REQUEST_DATA = 2
    REQUEST_END = 3
    RESPONSE_HEAD = 4
    RESPONSE_DATA = 5
    END = 6


_KINDS = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; ``at_ms`` is the offset from the exchange's start."""

    kind: Kind
    at_ms: int
    payload: bytes


def beginning(salt: int) -> bytes:
    """The first bytes of a file; ``salt`` (32 bits) tells its frames from those of an earlier use of it."""
    return _MAGIC + salt.to_bytes(_SALT_BYTES, "little")


def pack(kind: int, at_ms: int, payload: bytes, salt: int) -> bytes:
    """The bytes of one frame."""
    first = (at_ms if 0 <= at_ms <= _MAX_MS else _nearest(at_ms)) << _KIND_BITS | kind
    return _pack_header(first, len(payload), _checksum(payload, first ^ salt)) + payload


def pack_pieces(kind: int, at_ms: int, pieces: Sequence[bytes], salt: int) -> bytes:
    """What stands before ``pieces``, one behind the other, to make them one frame."""
    first = _nearest(at_ms) << _KIND_BITS | kind
    checksum = first ^ salt
    for piece in pieces:
        checksum = _checksum(piece, checksum)
    return _pack_header(first, sum(map(len, pieces)), checksum)


def _nearest(at_ms: int) -> int:
    return min(max(at_ms, 0), _MAX_MS)


def rest_salt(salt: int, used: int) -> int:
    """The salt of what goes on behind a first part of which ``used`` bytes are in use."""
    return ((salt + used) * _MIXER ^ used << 16) & 0xFFFFFFFF


def frames(data: bytes, salt: int) -> Iterator[Frame]:
    """The whole frames of a spool file, in order for each direction; none from where a part is cut or damaged on."""
    used = len(beginning(salt))
    if not data.startswith(beginning(salt)):
        return
    first = data[:FIRST]
    while (found := _frame(first, used, salt)) is not None:
        used = found[1]
        yield found[0]
    position, goes_on = FIRST, rest_salt(salt, used)
    while True:
        found = _frame(data, position, salt)
        if found is None or found[0].kind is not Kind.REQUEST_DATA:
            found = _frame(data, position, goes_on)
            if found is None or found[0].kind is Kind.REQUEST_DATA:
                return
        position = found[1]
        yield found[0]


def _frame(data: bytes, position: int, salt: int) -> tuple[Frame, int] | None:
    """The whole frame at ``position``, and where it ends."""
    start = position + _HEADER.size
    if start > len(data):
        return None
    first, length, checksum = _HEADER.unpack_from(data, position)
    kind = first & (1 << _KIND_BITS) - 1
    payload = data[start : start + length]
    if kind not in _KINDS or len(payload) < length or _checksum(payload, first ^ salt) != checksum:
        return None
    return Frame(Kind(kind), first >> _KIND_BITS, payload), start + length


def request_head(head: Exchange, url: str, headers: Headers) -> bytes:
    """The payload of a request head, with its URL and headers as they are masked."""
    return dumps(
        {
            "method": head.method,
            "url": url,
            "headers": _to_json(headers),
            "started_ms": head.started_ms,
            "mode": head.mode.value,
            "http_version": head.http_version,
            "run": head.run,
            "tags": list(head.tags),
        }
        | ({"unverified": True} if head.unverified else {})
    )


def request_end(size: int) -> bytes:
    """The payload of the end of a request of which ``size`` bytes were kept."""
    return size.to_bytes(_SIZE_BYTES, "little")


def response_head(status: int, headers: Headers) -> bytes:
    """The payload of a response head; headers must be masked already."""
    return dumps({"status": status, "headers": _to_json(headers)})


def ending(outcome: Outcome, error: str, request_size: int | None, response_size: int | None) -> bytes:
    """The payload of the end of an exchange that the recorder saw."""
    sizes = {"request_size": request_size, "response_size": response_size}
    return dumps({"outcome": outcome.value, "error": error, **sizes})


def rebuild(data: bytes, salt: int) -> Exchange | None:
    """The exchange in a spool file, or None when not even its request head arrived.

    Without an end frame the outcome is `interrupted`, unless a fixed-length response had arrived whole. An answer to a
    request of which something is missing did not arrive either. Never raises: a frame whose JSON does not fit ends the
    file like a damaged one.
    """
    head: Exchange | None = None
    exchange: Exchange | None = None
    request: list[bytes] = []
    response: list[bytes] = []
    chunks: list[Chunk] = []
    arrived = None  # bytes of the request, where it ended
    for frame in frames(data, salt):
        if exchange is None and frame.kind is not Kind.REQUEST_HEAD:
            return None
        if frame.kind is Kind.REQUEST_DATA:
            request.append(frame.payload)
            continue
        if frame.kind is Kind.RESPONSE_DATA:
            response.append(frame.payload)
            chunks.append(Chunk(frame.at_ms, len(frame.payload)))
            continue
        if frame.kind is Kind.REQUEST_END:
            arrived = int.from_bytes(frame.payload, "little")
        try:
            exchange = _apply(exchange, frame)
        except (AttributeError, KeyError, TypeError, ValueError):  # JSON of another shape
            break
        head = head or exchange
    if head is None or exchange is None:
        return None
    request_body = b"".join(request)
    if arrived is not None and arrived != len(request_body):
        return replace(head, request_body=request_body)
    whole = replace(
        exchange,
        request_body=request_body,
        response_body=b"".join(response),
        chunks=tuple(chunks),
    )
    return _judge_by_length(whole)


def _apply(exchange: Exchange | None, frame: Frame) -> Exchange:
    if exchange is None:
        return _from_head(loads(frame.payload))
    if frame.kind is Kind.REQUEST_END:
        return replace(exchange, request_end_ms=frame.at_ms)
    value = loads(frame.payload)
    if frame.kind is Kind.RESPONSE_HEAD:
        headers = _from_json(value["headers"])
        return replace(exchange, status=int(value["status"]), response_headers=headers, first_byte_ms=frame.at_ms)
    if frame.kind is Kind.END:
        return replace(
            exchange,
            end_ms=frame.at_ms,
            outcome=Outcome(value["outcome"]),
            error=str(value["error"]),
            request_size=value["request_size"],
            response_size=value["response_size"],
        )
    raise ValueError("a second request head")


def _from_head(value: Any) -> Exchange:
    return Exchange(
        method=str(value["method"]),
        url=str(value["url"]),
        request_headers=_from_json(value["headers"]),
        request_body=b"",
        started_ms=int(value["started_ms"]),
        outcome=Outcome.INTERRUPTED,
        mode=Mode(value["mode"]),
        http_version=str(value["http_version"]),
        run=str(value["run"]),
        tags=tuple(str(tag) for tag in value["tags"]),
        unverified=value.get("unverified") is True,
    )


def _judge_by_length(exchange: Exchange) -> Exchange:
    """A fixed-length response that is all there is complete by HTTP's own framing, whoever died afterwards."""
    if exchange.outcome is not Outcome.INTERRUPTED or exchange.end_ms is not None:
        return exchange
    if header(exchange.response_headers, "content-length") != str(len(exchange.response_body)):
        return exchange
    last = exchange.chunks[-1].at_ms if exchange.chunks else exchange.first_byte_ms
    return replace(exchange, outcome=Outcome.COMPLETE, end_ms=last)


def _to_json(headers: Headers) -> list[list[str]]:
    return [[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers]


def _from_json(pairs: Any) -> Headers:
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs)

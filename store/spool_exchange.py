"""What the frames of a spool file say, and the exchange that they are put together to.

Heads and the end are JSON, pieces of bodies are bytes, which are clean already (`store.clean`) where the head names the
rules (``mask``). A request that goes on with a body which the archive holds is told by what it has in common with that:
how many of its first and last bytes, with the new ones between.
"""

import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, NamedTuple

from store.canonical import dumps, loads
from store.exchange import UNCHANGED, Chunk, Cleaned, Exchange, Mode, Outcome, Side
from store.headers import Headers, as_bytes, as_text, header
from store.masking.tokens import OPENING
from store.spool_frames import Frame, Kind, frames

_SIZE_BYTES: Final = 8
_SAME = struct.Struct("<32sQQ")


class Same(NamedTuple):
    """The ``start`` first and ``end`` last bytes of a body are those of the body ``of`` (an object id)."""

    of: bytes
    start: int
    end: int


class Spooled(NamedTuple):
    """An exchange from a spool file, and its number in the book of its process."""

    exchange: Exchange
    number: int


def request_head(head: Exchange, url: str, headers: Headers, rules: str, number: int) -> bytes:
    """The payload of a request head, with its URL and headers as they are masked, and its number in the book.

    ``rules`` is the version of those by which the bodies will be masked.
    """
    return dumps(
        {
            "number": number,
            "method": head.method,
            "url": url,
            "headers": as_text(headers),
            "started_ms": head.started_ms,
            "mode": head.mode.value,
            "http_version": head.http_version,
            "run": head.run,
            "tags": list(head.tags),
            "mask": rules,
        }
        | ({"unverified": True} if head.unverified else {})
    )


def request_end(size: int, side: Side) -> bytes:
    """The payload of the end of a request of which ``size`` bytes were kept, and what came of cleaning it."""
    said = dumps(side._asdict()) if side != UNCHANGED else b""
    return size.to_bytes(_SIZE_BYTES, "little") + said


def same(common: Same) -> bytes:
    """The payload that says what a request has in common with a body in the archive."""
    return _SAME.pack(*common)


def response_head(status: int, headers: Headers) -> bytes:
    """The payload of a response head; headers must be masked already."""
    return dumps({"status": status, "headers": as_text(headers)})


def ending(outcome: Outcome, error: str, request_size: int | None, response_size: int | None, side: Side) -> bytes:
    """The payload of the end of an exchange that the recorder saw, and what came of cleaning the response."""
    sizes = {"request_size": request_size, "response_size": response_size}
    return dumps({"outcome": outcome.value, "error": error, **sizes, "response": side._asdict()})


def number_in(data: bytes) -> int | None:
    """The number of the exchange that the beginning of a spool file tells of; None where it tells of none."""
    head = next(frames(data), None)
    if head is None or head.kind is not Kind.REQUEST_HEAD:
        return None
    value = loads(head.payload)
    return _number(value) if isinstance(value, dict) else None


def rebuild(data: bytes, body_of: Callable[[bytes], bytes]) -> Spooled | None:
    """The exchange in a spool file, or None when not even its request head arrived.

    ``body_of`` gives the body with an id, or raises, and then so does this; nothing else does: a frame that does not
    fit ends the file like a damaged one. Without an end frame the outcome is `interrupted`, unless a fixed-length
    response had arrived whole. An answer to a request of which something is missing did not arrive either.
    """
    head: Exchange | None = None
    exchange: Exchange | None = None
    number = 0
    common = Same(b"", 0, 0)
    request: list[bytes] = []
    response: list[bytes] = []
    chunks: list[Chunk] = []
    arrived = None  # bytes of the request, where it ended
    for frame in frames(data):
        if exchange is None and frame.kind is not Kind.REQUEST_HEAD:
            return None
        if frame.kind is Kind.REQUEST_DATA:
            request.append(frame.payload)
            continue
        if frame.kind is Kind.RESPONSE_DATA:
            response.append(frame.payload)
            chunks.append(Chunk(frame.at_ms, len(frame.payload)))
            continue
        try:
            if frame.kind is Kind.REQUEST_SAME:
                common = Same(*_SAME.unpack(frame.payload))
                continue
            if frame.kind is Kind.REQUEST_END:
                arrived = int.from_bytes(frame.payload[:_SIZE_BYTES], "little")
            if exchange is None:
                number = _number(loads(frame.payload))
            exchange = _apply(exchange, frame)
        except (AttributeError, KeyError, TypeError, ValueError, struct.error):  # JSON or numbers of another shape
            break
        head = head or exchange
    if head is None or exchange is None:
        return None
    request_body = _joined(common, request, body_of, has_end=arrived is not None)
    if arrived is not None and arrived != len(request_body):
        return Spooled(replace(head, request_body=request_body), number)
    whole = replace(
        exchange,
        request_body=request_body,
        response_body=b"".join(response),
        chunks=tuple(chunks),
    )
    return Spooled(_judge_by_length(_counted(whole)), number)


def _joined(common: Same, new: list[bytes], body_of: Callable[[bytes], bytes], *, has_end: bool) -> bytes:
    """What arrived of a request. Where its end did not, some of what is new may lack, and nothing goes behind it."""
    if not common.of:
        return b"".join(new)
    body = body_of(common.of)
    last = body[max(0, len(body) - common.end) :] if has_end else b""
    return b"".join([body[: common.start], *new, last])


def _number(head: Any) -> int:
    number = head.get("number")
    return number if isinstance(number, int) and number >= 0 else 0


def _apply(exchange: Exchange | None, frame: Frame) -> Exchange:
    if exchange is None:
        return _from_head(loads(frame.payload))
    if frame.kind is Kind.REQUEST_END:
        said = frame.payload[_SIZE_BYTES:]
        if said and exchange.cleaned:
            exchange = replace(exchange, cleaned=exchange.cleaned._replace(request=Side(**loads(said))))
        return replace(exchange, request_end_ms=frame.at_ms)
    value = loads(frame.payload)
    if frame.kind is Kind.RESPONSE_HEAD:
        headers = as_bytes(value["headers"])
        return replace(exchange, status=int(value["status"]), response_headers=headers, first_byte_ms=frame.at_ms)
    if frame.kind is Kind.END:
        if exchange.cleaned:
            exchange = replace(exchange, cleaned=exchange.cleaned._replace(response=Side(**value["response"])))
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
        request_headers=as_bytes(value["headers"]),
        request_body=b"",
        started_ms=int(value["started_ms"]),
        outcome=Outcome.INTERRUPTED,
        mode=Mode(value["mode"]),
        http_version=str(value["http_version"]),
        run=str(value["run"]),
        tags=tuple(str(tag) for tag in value["tags"]),
        unverified=value.get("unverified") is True,
        cleaned=Cleaned(str(value["mask"]), UNCHANGED, UNCHANGED) if "mask" in value else None,
    )


def _counted(exchange: Exchange) -> Exchange:
    """An exchange whose end the recorder did not see, with the tokens in its answer counted as what was masked."""
    if exchange.cleaned is None or exchange.end_ms is not None:
        return exchange
    masked = Side(places=exchange.response_body.count(OPENING))
    return replace(exchange, cleaned=exchange.cleaned._replace(response=masked))


def _judge_by_length(exchange: Exchange) -> Exchange:
    """A fixed-length response that is all there is complete by HTTP's own framing, whoever died afterwards."""
    if exchange.outcome is not Outcome.INTERRUPTED or exchange.end_ms is not None:
        return exchange
    if header(exchange.response_headers, "content-length") != str(len(exchange.response_body)):
        return exchange
    last = exchange.chunks[-1].at_ms if exchange.chunks else exchange.first_byte_ms
    return replace(exchange, outcome=Outcome.COMPLETE, end_ms=last)

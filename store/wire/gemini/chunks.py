"""The pieces of a Gemini answer body: events, elements of a JSON array that may be cut, or one JSON value."""

from typing import Any, NamedTuple

from store import jsonspan
from store.canonical import UNPARSABLE, loads
from store.wire import sse


class Piece(NamedTuple):
    """One piece of an answer, and where it lies in the body (-1 where the whole body is one)."""

    value: Any
    start: int
    end: int


class Pieces(NamedTuple):
    """What a body holds. ``closed``: it is JSON and it ends where JSON may end."""

    found: tuple[Piece, ...]
    closed: bool


def pieces(body: bytes, content_type: str) -> Pieces | None:
    """The pieces of a body; None where it is neither JSON nor events. The body itself decides what it is."""
    head = body.lstrip()[:1]
    if head == b"[":
        return _elements(body)
    if head == b"{":
        value = loads(body)
        return Pieces((), False) if value is UNPARSABLE else Pieces((Piece(value, -1, -1),), True)
    if body.lstrip()[:6].startswith((b"data:", b"event:", b":", b"id:")) or "event-stream" in content_type.lower():
        found = (
            Piece(value, event.start, event.end)
            for event in sse.parse(body)
            if (value := loads(event.data.decode("utf-8", "replace"))) is not UNPARSABLE
        )
        return Pieces(tuple(found), False)
    return None


def _elements(body: bytes) -> Pieces:
    """Whole elements of an array; the first that is no JSON ends it."""
    found: list[Piece] = []
    position = jsonspan.skip_space(body, body.index(b"[") + 1)
    while body[position : position + 1] not in (b"", b"]"):
        end = jsonspan.value_end(body, position)
        value = loads(body[position:end]) if end > 0 else UNPARSABLE
        if value is UNPARSABLE:
            return Pieces(tuple(found), False)
        found.append(Piece(value, position, end))
        position = jsonspan.skip_space(body, end)
        if body[position : position + 1] == b",":
            position = jsonspan.skip_space(body, position + 1)
    return Pieces(tuple(found), body[position : position + 1] == b"]")

"""Playback: what of an answer became visible, and when.

The archive knows when each byte of the decoded response was there, and a wire module knows which bytes made which
block. What lies between is found without knowledge of the format: the text of a block arrives as JSON strings of the
stream's events, in order, so each event is asked which of its strings comes next in the text.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from deck.views import Piece
from store import chunks, socket_body
from store.canonical import loads
from store.reading import Block
from store.wire.sse import Event, parse

_DEPTH = 8  # nesting of an event in which its text is looked for


class Arrivals:
    """When each byte of a response body was there; milliseconds from the start of the turn."""

    def __init__(self, times: bytes, end_ms: int) -> None:
        self._totals: list[int] = []
        self._times: list[int] = []
        self._end = end_ms
        total = 0
        for at_ms, size in chunks.decode(times) if times else ():
            total += size
            self._totals.append(total)
            self._times.append(at_ms)

    def at(self, offset: int) -> int:
        """When the byte at ``offset`` was there; the end where nothing is known."""
        index = bisect_right(self._totals, offset)
        return self._times[index] if offset >= 0 and index < len(self._times) else self._end


def pieces(body: bytes, blocks: Sequence[Block], arrivals: Arrivals) -> list[Piece]:
    """What became visible of the answer's ``blocks`` as ``body`` arrived, in order."""
    streamed = any(block.start >= 0 for block in blocks)
    events = _events(body) if streamed else []
    found: list[Piece] = []
    for block in blocks:
        found += _of_block(block, events, arrivals) if block.start >= 0 else _at_once(block, arrivals.at(-1))
    return found


def _events(body: bytes) -> list[Event]:
    """The events of a stream, or the messages of a socket."""
    messages = socket_body.parse(body)
    return [Event("", each.data, each.start, each.end) for each in messages] if messages else parse(body)


def _at_once(block: Block, at_ms: int) -> Iterator[Piece]:
    yield Piece(at_ms, block.kind, block.text or block.name, new_block=True)


def _of_block(block: Block, events: Sequence[Event], arrivals: Arrivals) -> Iterator[Piece]:
    yield Piece(arrivals.at(max(block.start, 0)), block.kind, block.name, new_block=True)
    end = block.end if block.end >= 0 else (events[-1].end if events else 0)
    shown = 0
    first = bisect_right(events, block.start - 1, key=lambda event: event.start)
    for event in events[first:]:
        if event.start >= end or shown >= len(block.text):
            break
        fitting = [text for text in _strings(loads(event.data), 0) if text and block.text.startswith(text, shown)]
        if fitting:
            text = max(fitting, key=len)
            shown += len(text)
            yield Piece(arrivals.at(event.end - 1), block.kind, text, new_block=False)
    if shown < len(block.text) or not block.text:  # a call says nothing until it is whole
        yield Piece(arrivals.at(max(end - 1, 0)), block.kind, block.text[shown:], new_block=False)


def _strings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < _DEPTH and isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner, depth + 1)

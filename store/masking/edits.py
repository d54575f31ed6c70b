"""Putting something else in places of a text."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """Bytes ``start`` to ``end`` become ``data``, because of ``rule``; without one they are the rest of a secret."""

    start: int
    end: int
    data: bytes
    rule: str = ""

    def moved(self, by: int) -> "Edit":
        """The same ``by`` bytes further on."""
        return self._replace(start=self.start + by, end=self.end + by)


class Place(NamedTuple):
    """Where something was masked, in the text as it came, and by which rule."""

    rule: str
    start: int
    end: int


def outside(edits: Iterable[Edit], spans: Iterable[tuple[int, int]]) -> list[Edit]:
    """The edits that begin in none of the spans, which do not overlap."""
    ordered = sorted(spans)
    starts = [start for start, _ in ordered]
    found = []
    for edit in edits:
        place = bisect_right(starts, edit.start) - 1
        if place < 0 or edit.start >= ordered[place][1]:
            found.append(edit)
    return found


def places(edits: Iterable[Edit], base: int = 0) -> list[Place]:
    """Where a text that begins at ``base`` is edited; rests of secrets are no places of their own."""
    return [Place(edit.rule, edit.start + base, edit.end + base) for edit in edits if edit.rule]


def replaced(text: bytes, edits: Iterable[Edit]) -> bytes:
    """``text`` with the edits made; they are in order and none overlaps another."""
    pieces: list[bytes] = []
    position = 0
    for start, end, data, _ in edits:
        pieces += (text[position:start], data)
        position = end
    pieces.append(text[position:])
    return b"".join(pieces)

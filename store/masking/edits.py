"""Putting something else in places of a text."""

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

    def is_within(self, spans: Iterable[tuple[int, int]]) -> bool:
        """Whether it is inside one of them."""
        return any(start <= self.start and self.end <= end for start, end in spans)


class Place(NamedTuple):
    """Where something was masked, in the text as it came, and by which rule."""

    rule: str
    start: int
    end: int


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

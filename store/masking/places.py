"""Where something was masked, as an editor counts."""

from collections.abc import Iterable
from typing import NamedTuple

from store.masking.edits import Place


class Line(NamedTuple):
    """A place: its rule, line and column (both from 1, the column in bytes), its first byte and its size in bytes."""

    rule: str
    line: int
    column: int
    offset: int
    size: int


def lines_of(text: bytes, places: Iterable[Place]) -> list[Line]:
    """The places of a text, in order, with their lines."""
    found: list[Line] = []
    line, counted = 1, 0
    for place in sorted(places, key=lambda place: place.start):
        line += text.count(b"\n", counted, place.start)
        counted = place.start
        column = place.start - text.rfind(b"\n", 0, place.start)
        found.append(Line(place.rule, line, column, place.start, place.end - place.start))
    return found

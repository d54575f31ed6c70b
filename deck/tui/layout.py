"""How the lines of a document are broken on a screen of some width, worked out as far as somebody looks.

A row is one line of the screen. Breaking happens between words, as far as they fit into a row. A document can be
millions of characters, so `Layout.measure` goes on in slices and the caller says how long one may take; rows are made
when drawn.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from deck.tui.border import Safe
from deck.tui.document import Document, Line

_SLICE = 64
"""Lines measured between two looks at the clock."""

_LEAST = 8
"""Cells that a row has for its text, however far its line is indented."""

_WORTH_BEGINNING = 2
"""Cells that have to be left in a row for a word to begin there that has to be cut somewhere anyway."""


class Row(NamedTuple):
    """Characters ``start`` to ``end`` (excluded) of a line; ``indent`` cells are free on their left."""

    line: Line
    start: int
    end: int
    indent: int

    @property
    def text(self) -> Safe:
        """The row's characters."""
        return Safe(self.line.text[self.start : self.end])


def wrap(line: Line, width: int) -> list[Row]:
    """The rows of a line; at least one. Where there is little room, they are indented less."""
    indent = max(min(line.indent, width - _LEAST), 0)
    room = max(width - indent, _LEAST)
    text = line.text
    if len(text) <= room if text.isascii() else cell_len(text) <= room:
        return [Row(line, 0, len(text), indent)]
    hang = max(min(line.hang, room - _LEAST), 0)
    breaks = _breaks(text, room, room - hang) if text.isascii() else _wide_breaks(text, room, room - hang)
    return [Row(line, start, end, indent + (hang if n else 0)) for n, (start, end) in enumerate(breaks)]


def _breaks(text: str, room: int, later: int) -> list[tuple[int, int]]:
    """Where the rows begin and end: the first has ``room``, those after it ``later``."""
    found: list[tuple[int, int]] = []
    start = 0
    while len(text) - start > room:
        blank = text.rfind(" ", start, start + room + 1)
        at_blank = blank > start and (blank > start + room - _WORTH_BEGINNING or not _is_long(text, blank + 1, later))
        end = blank if at_blank else start + room
        found.append((start, end))
        start = end + 1 if end == blank else end
        room = later
    return [*found, (start, len(text))]


def _is_long(text: str, start: int, room: int) -> bool:
    """Whether the word that starts there has no room even in a row of its own."""
    return len(text) - start > room and text.find(" ", start, start + room + 1) < 0


def _wide_breaks(text: str, room: int, later: int) -> list[tuple[int, int]]:
    """As `_breaks` where a character may take two cells, or none."""
    found: list[tuple[int, int]] = []
    start, end, used = 0, -1, 0  # the row so far; none before the first word
    for word in text.split(" "):
        size = cell_len(word)
        if end >= 0 and used + 1 + size <= room:
            end, used = end + 1 + len(word), used + 1 + size
            continue
        at = end + 1
        if end >= 0:
            left = room - used - 1
            if size > later and left >= _WORTH_BEGINNING:
                begun = chop_cells(word[:left], left)[0]
                end = at = at + len(begun)
                word = word[len(begun) :]
                size = cell_len(word)
            found.append((start, end))
            room = later
        if size > room:
            room = later
            *full, word_end = chop_cells(word, room) or [""]
            for piece in full:
                found.append((at, at + len(piece)))
                at += len(piece)
            word, size = word_end, cell_len(word_end)
        start, end, used = at, at + len(word), size
    return [*found, (start, max(end, start))]


class Layout:
    """The rows of one document at one width."""

    def __init__(self, document: Document, width: int, clock: Callable[[], float] = perf_counter) -> None:
        self.document = document
        self.width = width
        self._clock = clock
        self._tops = array("q", [0])  # the row at which each measured line begins, and the one after the last
        self._recent: tuple[int, list[Row]] = (-1, [])

    @property
    def complete(self) -> bool:
        """Whether all lines are measured."""
        return len(self._tops) > len(self.document.lines)

    @property
    def height(self) -> int:
        """Rows known so far."""
        return self._tops[-1]

    def measure(self, seconds: float) -> bool:
        """Measure more lines, for about this long; whether all are measured now."""
        lines, tops = self.document.lines, self._tops
        until = self._clock() + seconds
        while not self.complete:
            done = len(tops) - 1
            top = tops[-1]
            for line in lines[done : done + _SLICE]:
                top += len(wrap(line, self.width))
                tops.append(top)
            if self._clock() > until:
                break
        return self.complete

    def line_at(self, row: int) -> int:
        """The number of the line that a (measured) row belongs to."""
        return bisect_right(self._tops, row) - 1

    def top_of(self, line: int) -> int:
        """The first row of a measured line; the end of what is measured for any other."""
        return self._tops[min(line, len(self._tops) - 1)]

    def row_of(self, line: int, character: int) -> int:
        """The row of a measured line in which this character stands."""
        rows = wrap(self.document.lines[line], self.width)
        return self.top_of(line) + sum(1 for row in rows[1:] if row.start <= character)

    @property
    def measured(self) -> int:
        """How many lines are measured so far."""
        return len(self._tops) - 1

    def row(self, row: int) -> Row | None:
        """The row at this place; None past what is measured."""
        if not 0 <= row < self.height:
            return None
        number = self.line_at(row)
        if self._recent[0] != number:
            self._recent = (number, wrap(self.document.lines[number], self.width))
        return self._recent[1][row - self._tops[number]]

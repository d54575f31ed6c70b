"""How the lines of a document are broken on a screen of some width, worked out as far as somebody looks.

A row is one line of the screen. Breaking happens between words where a line has them. A document can be millions of
characters, so `Layout.measure` goes on in slices and the caller says how long one may take; rows are made when drawn.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable
from time import perf_counter

from rich.cells import cell_len, chop_cells

from deck.tui.border import Safe
from deck.tui.document import Document, Line

_SLICE = 64
"""Lines measured between two looks at the clock."""


def wrap(line: Line, width: int) -> list[Safe]:
    """The rows of a line, without its indent; at least one."""
    room = max(width - line.indent, 8)
    text = line.text
    if text.isascii():
        if len(text) <= room:
            return [text]
        return _wrap_narrow(text, room)
    if cell_len(text) <= room:
        return [text]
    return _wrap_wide(text, room)


def _wrap_narrow(text: str, room: int) -> list[Safe]:
    rows: list[Safe] = []
    start = 0
    while len(text) - start > room:
        blank = text.rfind(" ", start, start + room + 1)
        end = blank if blank > start else start + room
        rows.append(Safe(text[start:end]))
        start = end + 1 if end == blank else end
    rows.append(Safe(text[start:]))
    return rows


def _wrap_wide(text: str, room: int) -> list[Safe]:
    """As `_wrap_narrow` where a character may take two cells, or none."""
    rows: list[Safe] = []
    current: str | None = None
    used = 0
    for word in text.split(" "):
        size = cell_len(word)
        if current is not None:
            if used + 1 + size <= room:
                current, used = f"{current} {word}", used + 1 + size
                continue
            rows.append(Safe(current))
        *full, current = chop_cells(word, room) or [""]
        rows.extend(Safe(piece) for piece in full)
        used = cell_len(current)
    rows.append(Safe(current or ""))
    return rows


class Layout:
    """The rows of one document at one width."""

    def __init__(self, document: Document, width: int, clock: Callable[[], float] = perf_counter) -> None:
        self.document = document
        self.width = width
        self._clock = clock
        self._tops = array("q", [0])  # the row at which each measured line begins, and the one after the last
        self._recent: tuple[int, list[Safe]] = (-1, [])

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

    def row(self, row: int) -> tuple[Line, Safe] | None:
        """The line that a row belongs to and the row's text; None past what is measured."""
        if not 0 <= row < self.height:
            return None
        number = self.line_at(row)
        if self._recent[0] != number:
            self._recent = (number, wrap(self.document.lines[number], self.width))
        return self.document.lines[number], self._recent[1][row - self._tops[number]]

"""The border between captured text and the screen: the only maker of text that a widget may draw.

A widget takes `Safe` text, never `str`, and gets it from here, where `deck.render.safe` has made every control and
hiding character visible. It is drawn as Rich segments, never as markup, so no captured bracket means
anything. A `Safe` text is one line: line breaks are shown as ``⏎`` or were split into lines before.
"""

from collections.abc import Iterable, Iterator
from typing import NewType

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from deck.render import safe, width_of

Safe = NewType("Safe", str)
"""One line of text without anything that drives or deceives a terminal."""

Span = tuple[Safe, Style]
"""Text and how to draw it."""

LONGEST_LINE = 4000
"""Characters of one line in a document; a longer one goes on in the next, so that drawing it stays cheap."""


def clean(text: str) -> Safe:
    """``text`` as one line that is safe to draw. Cleaning twice changes nothing."""
    return Safe(safe(text, newlines=False))


def clean_lines(text: str) -> Iterator[Safe]:
    """``text`` as safe lines, each at most `LONGEST_LINE` characters."""
    for line in safe(text).split("\n"):
        if len(line) <= LONGEST_LINE:
            yield Safe(line)
        else:
            for start in range(0, len(line), LONGEST_LINE):
                yield Safe(line[start : start + LONGEST_LINE])


def fit(text: Safe, width: int) -> Safe:
    """``text`` in exactly ``width`` cells: cut with an ellipsis, or padded on the right."""
    missing = width - width_of(text)
    if missing >= 0:
        return Safe(text + " " * missing)
    return Safe(set_cell_size(text[:width], max(width - 1, 0)) + "…") if width > 0 else Safe("")


def cut(text: Safe, width: int) -> Safe:
    """``text`` in at most ``width`` cells, cut with an ellipsis."""
    return text if width_of(text) <= width else fit(text, width)


def around(text: Safe, start: int, end: int, width: int) -> Safe:
    """``text`` in at most ``width`` cells, cut around characters ``start`` to ``end``, as much before as after.

    Where one side has less than its half, the other has the rest; an ellipsis stands where something is cut off.
    """
    spare = width - width_of(text[start:end]) - 2  # of which an ellipsis on each side may take one
    after = width_of(text[end:])
    first = start
    while first and width_of(text[first - 1 : start]) <= max(spare // 2, spare - after):
        first -= 1
    return cut(Safe("…" + text[first:]) if first else text, width)


def strip(spans: Iterable[Span], width: int, base: Style) -> Strip:
    """A line of exactly ``width`` cells for Textual's Line API; ``base`` lies under every span."""
    line = Strip([Segment(text, base + style) for text, style in spans])
    return line.adjust_cell_length(width, base)

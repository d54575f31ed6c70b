"""The whole session on two lines: a bar a turn, marks below; a click or a drag goes there.

A bar's height is the size of the context beside the session's largest, its colour how full the model's window is. With
more turns than columns a column stands for several turns: their largest context, their most important mark.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from deck.tui import palette
from deck.tui.border import Safe, Span, strip
from deck.tui.palette import ERROR_MARK

if TYPE_CHECKING:
    from deck.tui.shape import Shape  # what it needs is loaded behind the first picture

_BARS = "▁▂▃▄▅▆▇█"
_WIDEST = 4
"""Columns that one turn takes at most, when there are few."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its largest context, its mark, and the user's own."""

    context: int
    mark: str
    own: str

    @property
    def shown(self) -> str:
        """The mark to be seen: the user's own hides all but an error."""
        return self.mark if self.mark == ERROR_MARK or not self.own else self.own


@dataclass(frozen=True, slots=True)
class Columns:
    """A session's turns laid out on so many columns."""

    turns: int
    each: int  # columns a turn takes, or 1
    columns: tuple[Column, ...]  # one per turn, or per screen column when they are bucketed

    def column_of(self, turn: int) -> int:
        """The first screen column that stands for this turn (counted from 1)."""
        shown = len(self.columns)
        place = turn - 1 if shown == self.turns else ((turn - 1) * shown + shown - 1) // max(self.turns, 1)
        return max(0, min(place, shown - 1)) * self.each

    def turn_at(self, x: int) -> int:
        """The first turn that this screen column stands for."""
        shown = max(len(self.columns), 1)
        place = max(0, min(x // self.each, shown - 1))
        return min(place * self.turns // shown + 1, max(self.turns, 1))


def lay_out(shape: Shape, width: int, own: Mapping[int, str]) -> Columns:
    """The columns for a scrubber of this width; ``own`` are the user's marks by turn."""
    turns = len(shape.contexts)
    if turns <= width:
        each = max(1, min(_WIDEST, width // max(turns, 1)))
        columns = (Column(shape.contexts[n - 1], shape.mark(n, n + 1), own.get(n, "")) for n in range(1, turns + 1))
        return Columns(turns, each, tuple(columns))
    edges = [place * turns // width for place in range(width + 1)]
    marked = {bisect_right(edges, turn - 1) - 1: mark for turn, mark in sorted(own.items(), reverse=True)}
    return Columns(
        turns,
        1,
        tuple(
            Column(max(shape.contexts[first:end]), shape.mark(first + 1, end + 1), marked.get(place, ""))
            for place, (first, end) in enumerate(pairwise(edges))
        ),
    )


def _style_of(column: Column) -> Style:
    if column.mark == ERROR_MARK:
        return palette.STARRED_ERROR if column.own else palette.ERROR
    return palette.STAR if column.own else palette.STRONG if column.mark else palette.FAINT


class Scrubber(Widget):
    """The widget."""

    DEFAULT_CSS = "Scrubber { height: 2; width: 1fr; }"

    class Sought(Message):
        """The user pointed at this turn (counted from 1)."""

        def __init__(self, turn: int) -> None:
            super().__init__()
            self.turn = turn

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shape: Shape | None = None
        self._own: Mapping[int, str] = {}
        self._laid_out = Columns(0, 1, ())
        self._turn = 0

    def set_shape(self, shape: Shape) -> None:
        """Draw this session."""
        self._shape = shape
        self._lay_out()

    def set_own(self, marks: Mapping[int, str]) -> None:
        """The user's own marks, by number of the turn."""
        self._own = marks
        self._lay_out()

    def set_turn(self, turn: int) -> None:
        """The turn under the cursor (counted from 1)."""
        if turn != self._turn:
            self._turn = turn
            self.refresh()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        if self._shape is not None and self.size.width > 2:
            self._laid_out = lay_out(self._shape, self.size.width - 2, self._own)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        shape, laid_out = self._shape, self._laid_out
        spans: list[Span] = [(Safe(" "), palette.PLAIN)]
        if shape is not None:
            here = laid_out.column_of(self._turn) // laid_out.each
            draw = self._bars if y == 0 else self._marks
            spans += draw(shape, laid_out, here)
        return strip(spans, self.size.width, self.rich_style)

    def _bars(self, shape: Shape, laid_out: Columns, here: int) -> Sequence[Span]:
        largest = max((column.context for column in laid_out.columns), default=0) or 1
        spans: list[Span] = []
        for place, column in enumerate(laid_out.columns):
            bar = _BARS[min(column.context * len(_BARS) // largest, len(_BARS) - 1)]
            style = palette.fullness(column.context / shape.window) if shape.window else palette.PLAIN
            text = bar * max(laid_out.each - 1, 1) + (" " if laid_out.each > 1 else "")
            spans.append((Safe(text), style + palette.CURSOR if place == here else style))
        return spans

    def _marks(self, shape: Shape, laid_out: Columns, here: int) -> Sequence[Span]:
        spans: list[Span] = []
        for place, column in enumerate(laid_out.columns):
            mark = column.shown or ("▲" if place == here else "·")
            style = _style_of(column)
            if place == here:
                style += palette.CURSOR
            spans += ((Safe(mark), style), (Safe(" " * (laid_out.each - 1)), style + palette.NOT_UNDERLINED))
        return spans

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._seek(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._seek(event.x)

    def on_mouse_up(self) -> None:
        self.release_mouse()

    def _seek(self, x: int) -> None:
        turn = self._laid_out.turn_at(x - 1)
        if self._shape is not None and turn != self._turn:
            self.post_message(self.Sought(turn))

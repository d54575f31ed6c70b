"""The scrubber with the figures of the current turn beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from deck.render import count, duration, percent
from deck.tui import palette
from deck.tui.border import Span, clean
from deck.tui.gaps import whose_time
from deck.tui.questions import Detail
from deck.tui.widgets.scrubber import Scrubber
from deck.tui.widgets.text_line import TextLine

if TYPE_CHECKING:
    from deck.tui.shape import Shape  # what it needs is loaded behind the first picture

_NOTABLE_MS = 100


class Outline(Horizontal):
    """Two lines: the whole session on the left, where the cursor stands on the right."""

    DEFAULT_CSS = """
    Outline { height: 2; }
    Outline Vertical { width: 34; height: 2; }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._window: int | None = None
        self._detail: Detail | None = None

    def compose(self) -> ComposeResult:
        yield Scrubber()
        with Vertical():
            yield TextLine(id="context")
            yield TextLine(id="pace")

    def set_shape(self, shape: Shape) -> None:
        """The session's outline."""
        self._window = shape.window
        self.query_one(Scrubber).set_shape(shape)
        self._show_context()

    def set_own(self, marks: Mapping[int, str]) -> None:
        """The user's own marks, by number of the turn."""
        self.query_one(Scrubber).set_own(marks)

    def set_detail(self, detail: Detail) -> None:
        """The step under the cursor, and its turn."""
        self._detail = detail
        self.query_one(Scrubber).set_turn(detail.turn.number)
        self._show_context()
        self.query_one("#pace", TextLine).show(_pace(detail))

    def _show_context(self) -> None:
        """The window is known as soon as the session was looked at, before or after the step."""
        if self._detail is not None:
            self.query_one("#context", TextLine).show(_context(self._detail, self._window))


def _context(detail: Detail, window: int | None) -> list[Span]:
    context = detail.turn.usage.context
    if not context:
        return [(clean("context not known"), palette.FAINT)]
    if window is None:
        return [(clean(f"context {count(context)}"), palette.PLAIN)]
    share = context / window
    text = f"context {count(context)} of {count(window)} ({share:.0%})"
    return [(clean(text), palette.fullness(share))]


def _pace(detail: Detail) -> list[Span]:
    usage = detail.turn.usage
    parts = []
    if usage.context and usage.cache_read is not None:
        parts.append(f"cache {percent(usage.cache_read, usage.context)}")
    if detail.waited_ms is not None and detail.waited_ms >= _NOTABLE_MS:
        whose = whose_time(detail.row)
        parts.append(f"after {duration(detail.waited_ms)} {whose if whose == 'idle' else f'of {whose}'}")
    return [(clean(" · ".join(parts)), palette.FAINT)]

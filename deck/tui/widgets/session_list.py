"""The sessions of an archive, one a line, with a line between days."""

from collections.abc import Mapping, Sequence

from rich.style import Style

from deck.render import count, duration, plural
from deck.tui import palette
from deck.tui.border import Safe, Span, clean, fit
from deck.tui.widgets.virtual_list import VirtualList
from deck.views import SessionView

_TITLE_AT_LEAST = 38
"""Columns for outcome, title and agents before others are shown."""


class SessionList(VirtualList):
    """The list; texts among its items are lines between days."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._items: Sequence[SessionView | str] = ()
        self._now_ms = 0

    def set_items(self, items: Sequence[SessionView | str], now_ms: int) -> None:
        """Show these; the cursor stays on its session where that is still shown, else on its line."""
        before = self.session
        self._items = items
        self._now_ms = now_ms
        self.set_line_count(len(items))
        keys = [item.key if isinstance(item, SessionView) else None for item in items]
        self.cursor = keys.index(before.key) if before is not None and before.key in keys else 0
        self.show_cursor()

    @property
    def session(self) -> SessionView | None:
        """The session under the cursor."""
        item = self._items[self.cursor] if self.cursor < len(self._items) else None
        return item if isinstance(item, SessionView) else None

    def is_passed(self, line: int) -> bool:
        return isinstance(self._items[line], str) if line < len(self._items) else False

    def spans(self, line: int, width: int) -> Sequence[Span]:
        item = self._items[line]
        if isinstance(item, str):
            return [(clean(f"── {item} " + "─" * width), palette.FAINT)]
        return session_spans(item, self._now_ms, width)


_Cell = tuple[str, int, Style]
"""A column's text, its width, and how to draw it."""


def session_spans(session: SessionView, now_ms: int, width: int) -> Sequence[Span]:
    """A session on one line: outcome, title, agents, agent, model, turns, tokens, cache hits, errors, duration, age.

    Where the line is narrow the columns that say least go first; outcome, title, turns and age stay.
    """
    state, style = _state(session)
    cells: dict[str, _Cell] = {
        "client": (session.client or "?", 13, palette.PLAIN),
        "model": (", ".join(session.models), 20, palette.FAINT),
        "turns": (plural(session.turns, "turn"), 12, palette.PLAIN),
        "input": (f"{count(session.input_tokens)} in", 9, palette.PLAIN),
        "hits": (_cache_hits(session), 9, palette.FAINT),
        "output": (f"{count(session.output_tokens)} out", 10, palette.PLAIN),
        "errors": (f"{session.errors} err ✗" if session.errors else "", 8, palette.ERROR),
        "took": (duration(session.last_ms - session.started_ms), 9, palette.FAINT),
        "age": ("now" if session.live else age(now_ms - session.last_ms), 5, palette.PLAIN),
    }
    for name in ("output", "hits", "model", "took", "client", "input", "errors"):
        if _width(cells) + _TITLE_AT_LEAST <= width:
            break
        del cells[name]
    agents = f" {plural(session.threads, 'agent')}" if session.threads else ""
    room = max(width - 8 - _width(cells) - len(agents) - 1, 8)
    spans: list[Span] = [
        (fit(clean(state), 8), style),
        (fit(clean(session.title or session.key), room), palette.STRONG),
    ]
    spans.append((clean(f"{agents} "), palette.LANE))
    spans += [(Safe(fit(clean(text), size - 1) + " "), style) for text, size, style in cells.values()]
    return spans


def age(ms: int) -> str:
    """How long ago, in one figure: ``now``, ``5m``, ``2h``, ``3d``."""
    for size, unit in ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m")):
        if ms >= size:
            return f"{ms // size}{unit}"
    return "now"


def _state(session: SessionView) -> tuple[str, Style]:
    if session.live:
        return "● live", palette.LIVE
    if session.outcome == "complete":
        return "ok", palette.RESULT
    if session.outcome in ("interrupted", "client-aborted", "truncated"):
        return "cut", palette.PINNED
    return "err ✗", palette.ERROR


def _cache_hits(session: SessionView) -> str:
    return f"{session.cached_tokens / session.input_tokens:.0%} hit" if session.input_tokens else ""


def _width(cells: Mapping[str, _Cell]) -> int:
    return sum(size for _, size, _ in cells.values())

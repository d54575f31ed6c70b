"""The sessions of an archive, one a line, with a line between groups; what runs beside a session is folded into it."""

from collections.abc import Mapping, Sequence

from rich.style import Style

from deck.render import count, duration, percent, plural, short
from deck.tui import palette
from deck.tui.border import Safe, Span, clean, fit
from deck.tui.overview import SessionLine
from deck.tui.widgets.virtual_list import VirtualList
from deck.views import BranchRow, SessionView

Item = SessionLine | BranchRow | str
"""A session, a subagent or the side calls of one, or the heading of a group."""

_TITLE_AT_LEAST = 38
"""Columns for outcome, title and agents before others are shown."""

_TROUBLE = 12
_LEAVING = ("output", "hits", "model", "took", "client", "input", "cost", "trouble")
"""What goes first where the line is narrow: outcome, title, turns and age stay."""


class SessionList(VirtualList):
    """The list; texts among its items are headings."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._items: Sequence[Item] = ()
        self._now_ms = 0
        self._marked = ""

    def set_items(self, items: Sequence[Item], now_ms: int, marked: str) -> None:
        """Show these, one of which may be ``marked``; the cursor stays on its item where that is still shown."""
        before = _identity(self.item)
        self._items = items
        self._now_ms = now_ms
        self._marked = marked
        self.set_line_count(len(items))
        identities = [_identity(item) for item in items]
        first = next((line for line, item in enumerate(items) if not isinstance(item, str)), 0)
        self.cursor = identities.index(before) if before and before in identities else first
        self.show_cursor()

    @property
    def item(self) -> SessionLine | BranchRow | None:
        """What is under the cursor."""
        item = self._items[self.cursor] if self.cursor < len(self._items) else None
        return None if isinstance(item, str) else item

    @property
    def session(self) -> SessionView | None:
        """The session under the cursor, also where the cursor is on something folded into it."""
        item = self.item
        if isinstance(item, BranchRow):
            lines = (line for line in self._items if isinstance(line, SessionLine))
            return next((line.view for line in lines if line.view.key == item.session), None)
        return item.view if item else None

    def is_passed(self, line: int) -> bool:
        return isinstance(self._items[line], str) if line < len(self._items) else False

    def spans(self, line: int, width: int) -> Sequence[Span]:
        item = self._items[line]
        if isinstance(item, str):
            return [(clean(f"── {item} " + "─" * width), palette.FAINT)]
        if isinstance(item, BranchRow):
            return branch_spans(item)
        return session_spans(item, self._now_ms, item.view.key == self._marked, width)


def _identity(item: Item | None) -> tuple[str, str, str] | None:
    """What stays the same of an item while its figures change."""
    if isinstance(item, SessionLine):
        return item.view.key, "", ""
    return (item.session, item.thread, item.role) if isinstance(item, BranchRow) else None


_Cell = tuple[str, int, Style]
"""A column's text, its width, and how to draw it."""


def session_spans(line: SessionLine, now_ms: int, marked: bool, width: int) -> Sequence[Span]:
    """A session on one line: outcome, title, agents, agent, model, turns, tokens, cost, trouble, duration, age."""
    session = line.view
    state, style = _state(session)
    cells: dict[str, _Cell] = {
        "client": (session.client or "?", 13, palette.PLAIN),
        "model": (", ".join(session.models), 20, palette.FAINT),
        "turns": (plural(session.turns, "turn"), 12, palette.PLAIN),
        "input": (f"{count(session.input_tokens)} in", 9, palette.PLAIN),
        "hits": (_cache_hits(session), 9, palette.FAINT),
        "output": (f"{count(session.output_tokens)} out", 10, palette.PLAIN),
        "cost": ("…" if line.cost is None else str(line.cost), 11, palette.PLAIN),
        "trouble": (_trouble(line), _TROUBLE, palette.ERROR),
        "took": (duration(session.last_ms - session.started_ms), 9, palette.FAINT),
        "age": ("now" if session.live else age(now_ms - session.last_ms), 5, palette.PLAIN),
    }
    for name in _LEAVING:
        if _width(cells) + _TITLE_AT_LEAST <= width:
            break
        del cells[name]
    agents = f" {plural(session.threads, 'agent')}" if session.threads else ""
    room = max(width - 10 - _width(cells) - len(agents) - 1, 8)
    spans: list[Span] = [
        (Safe("m" if marked else " "), palette.PINNED),
        (Safe("*" if line.starred else " "), palette.STAR),
        (fit(clean(state), 8), style),
        (fit(clean(session.title or session.key), room), palette.STRONG),
    ]
    spans.append((clean(f"{agents} "), palette.LANE))
    spans += [(Safe(fit(clean(text), size - 1) + " "), style) for text, size, style in cells.values()]
    return spans


def branch_spans(branch: BranchRow) -> Sequence[Span]:
    """A subagent, or the side calls of one kind, under the session that they belong to."""
    name = f"agent {short(branch.thread, 40)}" if branch.thread else f"{branch.role.partition(':')[2]} calls"
    figures = f"{plural(branch.turns, 'turn')} · {count(branch.input_tokens)} in · {count(branch.output_tokens)} out"
    return [(clean(f"            ↳ {name} "), palette.LANE), (clean(f" {figures}"), palette.FAINT)]


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


def _trouble(line: SessionLine) -> str:
    """What went wrong: exchanges that were lost, turns with an error, tools that failed."""
    figures = ((line.lost, "lost"), (line.view.errors, "err"), (line.view.failures, "fail"))
    told = " ".join(f"{figure} {word}" for figure, word in figures if figure)
    if len(told) > _TROUBLE - 3:
        told = f"{sum(figure for figure, _ in figures)} wrong"
    return f"{told} ✗" if told else ""


def _cache_hits(session: SessionView) -> str:
    return f"{percent(session.cached_tokens, session.input_tokens)} hit" if session.input_tokens else ""


def _width(cells: Mapping[str, _Cell]) -> int:
    return sum(size for _, size, _ in cells.values())

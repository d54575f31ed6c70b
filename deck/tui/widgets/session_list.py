"""The sessions of an archive, one a line, with a line between groups; what runs beside a session is folded into it."""

from collections.abc import Sequence
from itertools import islice

from rich.style import Style

from deck.render import plural, reported, short
from deck.tui import palette
from deck.tui.border import Safe, Span, clean, fit
from deck.tui.overview import SessionLine
from deck.tui.widgets import session_columns
from deck.tui.widgets.session_columns import Widths, room_of
from deck.tui.widgets.virtual_list import VirtualList
from deck.views import BranchRow, SessionView

Item = SessionLine | BranchRow | str
"""A session, a subagent or the side calls of one, or the heading of a group."""

_LOOKED_AT = 200
"""Sessions whose texts say how wide a column is; there can be many more."""


class SessionList(VirtualList):
    """The list; texts among its items are headings."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._items: Sequence[Item] = ()
        self._now_ms = 0
        self._marked = ""
        self._columns: tuple[int, Widths] = (-1, {})

    def set_items(self, items: Sequence[Item], now_ms: int, marked: str) -> None:
        """Show these, one of which may be ``marked``; the cursor stays on its item where that is still shown."""
        before = _identity(self.item)
        self._items = items
        self._now_ms = now_ms
        self._marked = marked
        self._columns = (-1, {})
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

    def left_out(self) -> tuple[Sequence[Span], Sequence[Span]]:
        """What the columns have no room for, of the session under the cursor, on two lines."""
        session = self.session
        line = next((item for item in self._items if isinstance(item, SessionLine) and item.view is session), None)
        columns = self._columns_in(self.scrollable_content_region.width - 1)
        return session_columns.left_out(line, self._now_ms, columns) if line else ((), ())

    def is_passed(self, line: int) -> bool:
        return isinstance(self._items[line], str) if line < len(self._items) else False

    def spans(self, line: int, width: int) -> Sequence[Span]:
        item = self._items[line]
        if isinstance(item, str):
            return [(clean(f"── {item} " + "─" * width), palette.FAINT)]
        if isinstance(item, BranchRow):
            return _branch_spans(item)
        marked = item.view.key == self._marked
        return _session_spans(item, self._now_ms, marked, self._columns_in(width), width)

    def _columns_in(self, width: int) -> Widths:
        """The columns that these sessions have in this width."""
        if self._columns[0] != width:
            lines = (item for item in self._items if isinstance(item, SessionLine))
            self._columns = width, session_columns.widths(islice(lines, _LOOKED_AT), self._now_ms, width)
        return self._columns[1]


def _identity(item: Item | None) -> tuple[str, str, str] | None:
    """What stays the same of an item while its figures change."""
    if isinstance(item, SessionLine):
        return item.view.key, "", ""
    return (item.session, item.thread, item.role) if isinstance(item, BranchRow) else None


def _session_spans(line: SessionLine, now_ms: int, marked: bool, columns: Widths, width: int) -> Sequence[Span]:
    """A session on one line: outcome, title, agents, then its columns."""
    session = line.view
    state, style = _state(session)
    agents = f" {plural(session.threads, 'agent')}" if session.threads else ""
    room = max(width - 10 - len(agents) - room_of(columns), 8)
    return [
        (Safe("m" if marked else " "), palette.PINNED),
        (Safe("*" if line.starred else " "), palette.STAR),
        (fit(clean(state), 8), style),
        (fit(clean(session.title or session.key), room), palette.STRONG),
        (clean(agents), palette.LANE),
        *session_columns.spans(line, now_ms, columns),
    ]


def _branch_spans(branch: BranchRow) -> Sequence[Span]:
    """A subagent, or the side calls of one kind, under the session that they belong to."""
    name = f"agent {short(branch.thread, 40)}" if branch.thread else f"{branch.role.partition(':')[2]} calls"
    figures = (
        f"{plural(branch.turns, 'turn')} · {reported(branch.input_tokens)} in · {reported(branch.output_tokens)} out"
    )
    return [(clean(f"            ↳ {name} "), palette.LANE), (clean(f" {figures}"), palette.FAINT)]


def _state(session: SessionView) -> tuple[str, Style]:
    if session.live:
        return "● live", palette.LIVE
    if session.outcome == "complete":
        return "ok", palette.RESULT
    if session.outcome in ("interrupted", "client-aborted", "truncated"):
        return "cut", palette.PINNED
    return "err ✗", palette.ERROR

"""The steps of a session, one a line, with a line for every long wait between two of them.

The rows come in pages from whoever answers `StepList.Wanted`; a line whose page is still on its way is drawn empty.
"""

from collections import OrderedDict
from collections.abc import Container, Mapping, Sequence

from textual.message import Message

from deck.render import duration, offset
from deck.tui import palette
from deck.tui.border import Safe, Span, clean, cut, fit
from deck.tui.lanes import EVERY_STEP, Lane
from deck.tui.questions import PAGE
from deck.tui.widgets.virtual_list import VirtualList
from deck.views import StepRow

KEPT_PAGES = 64
_DIGITS = 4
"""Of a turn's number, at least."""


_KIND, _WIDE_KIND, _WIDE = 10, 16, 60
"""Cells for the kind of a step, the same in every line: a result, which names its tool too, is cut where that is long.
There are more of them in a list of so many cells."""


class StepList(VirtualList):
    """The list; ``position`` is where the cursor is."""

    class Wanted(Message):
        """Rows that are on the screen and not here yet: answer with `StepList.fill`."""

        def __init__(self, start: int, end: int) -> None:
            super().__init__()
            self.start = start
            self.end = end

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.count = 0
        self.lane = EVERY_STEP
        self._left: int | None = None  # the step from which lanes were gone through, until the cursor is moved
        self._agents: Mapping[str, int] = {}
        self._stars: Container[tuple[str, int]] = ()
        self._pages: OrderedDict[int, Sequence[StepRow]] = OrderedDict()
        self._asked: set[int] = set()

    @property
    def position(self) -> int:
        """The position of the step under the cursor."""
        return self.lane.position_at(self.cursor)

    @property
    def at_end(self) -> bool:
        """Whether the cursor is on the last line."""
        return self.cursor >= self.lane.lines(self.count) - 1

    def set_count(self, count: int) -> None:
        """The session has this many steps now; a page that was not full is asked for again."""
        if count == self.count:
            return
        last = self.count // PAGE
        self._asked.discard(last)
        if self.count % PAGE:
            self._pages.pop(last, None)
        self.count = count
        self.set_line_count(self.lane.lines(count))

    def set_lane(self, lane: Lane, agents: Mapping[str, int]) -> None:
        """Show this lane; the step under the cursor, or the lane's next one, stays where it is on the screen.

        Through lanes that do not have that step, the way leads back to it.
        """
        self._agents = agents
        if lane.key != self.lane.key or lane.lines(self.count) != self.lane.lines(self.count):
            position, row_on_screen = self.position, self.cursor - round(self.scroll_y)
            place = position
            if lane.key != self.lane.key:
                place = self._left = position if self._left is None else self._left
            self.lane = lane
            self.set_line_count(lane.lines(self.count))
            before, self.cursor = self.cursor, lane.line_of(place)
            self.scroll_to(y=max(0, self.cursor - row_on_screen), animate=False, force=True)
            if self.position != position:
                self.post_message(self.Moved(self, by_user=False))
            elif before != self.cursor:
                self.show_cursor()
        self.refresh()

    def set_stars(self, stars: Container[tuple[str, int]]) -> None:
        """The steps with a star: (turn, number of the step in it)."""
        self._stars = stars
        self.refresh()

    def fill(self, start: int, rows: Sequence[StepRow]) -> None:
        """The rows from position ``start`` on, which begins a page; there can be several pages."""
        for place in range(0, len(rows), PAGE):
            page = (start + place) // PAGE
            self._asked.discard(page)
            self._pages[page] = rows[place : place + PAGE]
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
        self.refresh()

    def go(self, line: int, *, by_user: bool = False) -> None:
        self._left = None
        super().go(line, by_user=by_user)

    def go_to(self, position: int, *, by_user: bool = False) -> None:
        """Put the cursor on the step at this position."""
        self.go(self.lane.line_of(max(0, min(position, self.count - 1))), by_user=by_user)

    def after(self, position: int) -> int | None:
        """The position of the lane's step after this one, None after its last."""
        if position + 1 >= self.count:
            return None
        found = self.lane.position_at(self.lane.line_of(position + 1))
        return found if found > position else None

    def row(self, position: int) -> StepRow | None:
        """The step at a position, None where its page is not here (it is asked for)."""
        page, place = divmod(position, PAGE)
        rows = self._pages.get(page)
        if rows is None or place >= len(rows):
            if page not in self._asked and position < self.count:
                self._asked.add(page)
                self.post_message(self.Wanted(page * PAGE, (page + 1) * PAGE))
            return None
        self._pages.move_to_end(page)
        return rows[place]

    def is_passed(self, line: int) -> bool:
        return self.lane.gap_at(line) is not None

    def spans(self, line: int, width: int) -> Sequence[Span]:
        gap = self.lane.gap_at(line)
        if gap is not None:
            return [(clean(f"     ·· {duration(gap.ms)} {gap.whose} ··"), palette.FAINT)]
        row = self.row(self.lane.position_at(line))
        if row is None:
            return [(Safe("     ···"), palette.FAINT)]
        starred = (row.turn, row.number) in self._stars
        digits = max(len(str(self.count)), _DIGITS)  # a turn has a step at least
        return _step_spans(row, self._agents.get(row.thread, 0), starred, digits, width)


def _step_spans(row: StepRow, agent: int, starred: bool, digits: int, width: int) -> Sequence[Span]:
    """A step on one line: turn number where a turn begins, star, offset, mark of a subagent, kind, summary."""
    number = f"{row.turn_number if row.number == 1 else '':>{digits}}"
    passed = f"{offset(row.at_ms):<8} "
    label, style = palette.look(row)
    lead: list[Span] = [
        (Safe(number), palette.FAINT),
        (Safe("*" if starred else " "), palette.STAR),
        (clean(passed), palette.FAINT),
    ]
    used = len(number) + 1 + len(passed)
    if agent:
        mark = clean(f"{'│' * min(agent, 3)}{agent} ")
        lead.append((mark, palette.LANE))
        used += len(mark)
    kind = _WIDE_KIND if width >= _WIDE else _KIND
    lead.append((fit(label, kind), style))
    used += kind
    unsaid = "(withheld)" if row.kind == "thinking" else "(empty)"
    summary = cut(clean(row.summary or unsaid), max(width - used - 1, 0))
    body = palette.FAINT if not row.summary else style if row.is_error or row.kind == "thinking" else palette.PLAIN
    return [*lead, (Safe(" "), palette.PLAIN), (summary, body)]

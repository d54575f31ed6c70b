"""The timeline of one session: outline on top, the steps, the step under the cursor in full.

What happens where: the readers' threads ask the read model and build documents, messages bring what came, and only
this screen tells the widgets. Whatever depends on where the cursor stands asks again when it has moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Container, Vertical

from deck.tui import questions
from deck.tui.document import Document
from deck.tui.following import Following
from deck.tui.lanes import ALL
from deck.tui.model import ReadModel
from deck.tui.pages import PAGES, STEP
from deck.tui.pages.viewing import Viewing
from deck.tui.player import Player
from deck.tui.screens.asking import AskingScreen
from deck.tui.screens.timeline_keys import TIMELINE_KEYS
from deck.tui.shared import Shared
from deck.tui.stars import Star, beside_of
from deck.tui.telling import told_steps
from deck.tui.widgets.detail_pane import DetailPane
from deck.tui.widgets.lane_bar import LaneBar
from deck.tui.widgets.outline import Outline
from deck.tui.widgets.scrubber import Scrubber
from deck.tui.widgets.status import Status, Words
from deck.tui.widgets.step_list import StepList
from deck.tui.widgets.title import Title
from deck.views import StepRow

if TYPE_CHECKING:
    from deck.tui.shape import Shape  # what it needs is loaded behind the first picture

_WIDE = 120  # columns from which list and detail stand side by side


class TimelineView(AskingScreen):
    """The screen without its keys; ``start`` is what it opens with, or where it asks for that.

    A position of None is the start of the session, or the end of a live one.
    """

    AUTO_FOCUS = "StepList"

    def __init__(self, shared: Shared, session: str, start: int | questions.Opening | None = None) -> None:
        super().__init__()
        self._shared = shared
        self._readers = shared.readers
        self._session = session
        self._start = start
        self._following = Following()
        self._player = Player(session, self._readers.rows, self._say, self._say_state, self._arrived)
        self._shape: Shape | None = None
        self._lane = ALL
        self._stars: tuple[Star, ...] = ()
        self._changes_beside: int | None = None  # what is shown has seen so many; None before anything is
        self._detail: questions.Detail | None = None
        self._viewing = Viewing()
        self._note: Words = ""

    def compose(self) -> ComposeResult:
        self.set_class(self.app.size.width >= _WIDE, "-wide")  # before there is anything that it would restyle
        yield Title()
        yield Outline()
        with Container(id="panes"):
            with Vertical(id="steps"):
                yield LaneBar()
                yield StepList()
            yield DetailPane()
        yield Status([*StepList.BINDINGS, *TIMELINE_KEYS])

    # what is there

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= _WIDE, "-wide")

    def on_mount(self) -> None:
        if isinstance(self._start, questions.Opening):
            self._begin(self._start)
        else:
            self.run_worker(self._open(self._start))

    async def _open(self, position: int | None) -> None:
        opening = await self._ask(self._readers.rows, questions.opening(self._session, position, PAGES[0]))
        if opening is not None:
            self._begin(opening)

    def _begin(self, opening: questions.Opening) -> None:
        steps = self.query_one(StepList)
        self._following.on = opening.at_live_end
        steps.fill(opening.first, opening.rows)
        with steps.prevent(StepList.Moved):  # its detail is here already
            self._stand(opening.standing)
            steps.go_to(opening.position)
        self._show(opening.detail)
        self.call_after_refresh(self._show_detail)
        self.call_after_refresh(self.run_worker, self._watch)
        self.call_after_refresh(self._show_beside)

    async def _watch(self) -> None:
        from deck.tui.watch import Watch  # what it needs would hold up the first picture

        await Watch(self._session, self._readers, self._ask, self._stand, self._outline, self._show_beside).follow()

    def _stand(self, standing: questions.Standing) -> None:
        steps, title = self.query_one(StepList), self.query_one(Title)
        grown = standing.turns - title.standing.turns if title.standing is not None else 0
        if grown:  # a call may have its result now; where the archive was damaged, or replaced, turns can also go
            self._following.grew(max(grown, 0))
            self._show_detail()
        title.set_standing(standing)
        steps.set_count(standing.steps)
        if self._following.on:
            steps.go_to(standing.steps - 1)
        self._say_state()

    def _outline(self, shape: Shape) -> None:
        self._shape = shape
        self.query_one(Title).set_shape(shape)
        self.query_one(Outline).set_shape(shape)
        self._show_lane()
        self._say_where()

    def _show_lane(self) -> None:
        if self._shape is not None:
            lane = self._shape.lane(self._lane)
            self.query_one(LaneBar).show(self._shape.lanes, lane.key)
            self.query_one(StepList).set_lane(lane, self._shape.agents)

    def _choose_lane(self, key: str) -> None:
        self._lane = key
        self._show_lane()

    @work(group="beside", exclusive=True)
    async def _show_beside(self) -> None:
        """Show the stars as they are now; the detail, which tells notes too, only where one was put meanwhile."""
        found = await self._ask(self._readers.documents, beside_of(self._session))
        if found is not None:
            self._stars, changes = found
            if self._changes_beside not in (None, changes):
                self._show_detail()
            self._changes_beside = changes
            self.query_one(StepList).set_stars({star.place for star in self._stars})
            self._show_marks()

    def _show_marks(self) -> None:
        """The user's own marks in the outline: stars, and the turn that is marked."""
        marks = {star.turn_number: "*" for star in self._stars}
        marked = self._shared.marked
        if marked is not None and marked.session == self._session:
            marks[marked.number] = "m"
        self.query_one(Outline).set_own(marks)

    # where the cursor stands

    @on(StepList.Moved)
    def _moved(self, event: StepList.Moved) -> None:
        steps = self.query_one(StepList)
        if event.by_user:
            self._player.playback.playing = False
            self._following.moved_by_user(steps.at_end)
        if self._note or not event.by_user:  # else a key that came meanwhile may have said something
            self._say(self._note)
        self._note = ""
        self._say_state()
        self._show_detail()

    @on(StepList.Wanted)
    def _wanted(self, event: StepList.Wanted) -> None:
        def rows(model: ReadModel) -> list[StepRow]:
            return told_steps(model, self._session, event.start, event.end)

        async def fetch() -> None:
            found = await self._ask(self._readers.rows, rows)
            if found is not None:
                self.query_one(StepList).fill(event.start, found)

        self.run_worker(fetch(), group="rows")

    @on(LaneBar.Chosen)
    def _lane_chosen(self, event: LaneBar.Chosen) -> None:
        self._choose_lane(event.key)

    @on(Scrubber.Sought)
    def _sought(self, event: Scrubber.Sought) -> None:
        if self._shape is not None and event.turn <= len(self._shape.starts):
            self._go(self._shape.starts[event.turn - 1])

    def _go(self, position: int, note: Words = "") -> None:
        """Put the cursor there, or on the lane's next step, and have the status line say ``note`` until it moves on."""
        steps = self.query_one(StepList)
        before = steps.cursor
        steps.go_to(position, by_user=True)
        steps.show_around()
        self._note = note if steps.cursor != before else ""  # the list tells of a move only
        self._say(note)

    def _renote(self, note: Words) -> None:
        """Say something else of where the cursor is, also where the list has not told yet that it is there."""
        if self._note:
            self._note = note
        self._say(note)

    def _go_exactly(self, position: int, note: Words = "") -> None:
        """Go to a step, where its lane is not shown among all steps."""
        if not self.query_one(StepList).lane.holds(position):
            self._choose_lane(ALL)
        self._go(position, note)

    @work(group="detail", exclusive=True)
    async def _show_detail(self) -> None:
        page, position = PAGES[self.query_one(DetailPane).page], self.query_one(StepList).position
        question = questions.detail(self._session, position, page, self._viewing)
        found = await self._ask(self._readers.documents, lambda model: (question(model),))
        if found is not None:
            self._show(*found)

    def _show(self, detail: questions.Detail | str) -> None:
        pane = self.query_one(DetailPane)
        if isinstance(detail, str):
            pane.say(detail)
            return
        self._detail = detail
        if pane.page != STEP or not self._player.is_coming(detail.row):
            pane.show((pane.page, detail.row.turn, detail.row.number, self._viewing), detail.document)
        self.query_one(Outline).set_detail(detail)
        self.query_one(Title).set_detail(detail)
        self._say_where()

    def _arrived(self, so_far: Document | None) -> None:
        """Playing: this much of the step under the cursor is there, or (None) all of it."""
        pane = self.query_one(DetailPane)
        if so_far is None:
            self._show_detail()
        elif pane.page == STEP:
            pane.show_coming(so_far)

    async def _step_here(self) -> StepRow | None:
        """The step under the cursor as it stands now, whatever the detail shows; None where the archive gives none."""
        steps = self.query_one(StepList)
        position = steps.position
        here = steps.row(position)
        if here is not None:
            return here
        rows = await self._ask(self._readers.rows, lambda model: model.steps(self._session, position, position + 1))
        return rows[0] if rows else None

    @property
    def _can_follow(self) -> bool:
        """Whether the session is still recorded, or has grown since the user stepped back."""
        standing = self.query_one(Title).standing
        live = standing is not None and standing.session is not None and standing.session.live
        return live or self._following.new > 0

    def _say_where(self) -> None:
        """Turn and step, and how many steps the turn has as soon as the session was surveyed."""
        if self._detail is None:
            return
        row = self._detail.row
        steps = self._shape.steps_in(row.turn_number, self.query_one(StepList).count) if self._shape else None
        of = f"/{steps}" if steps else ""
        self.query_one(Status).set_where(f"turn {row.turn_number} · step {row.number}{of}")

    def _say_state(self) -> None:
        self.query_one(Title).set_state(self._following, self._player.playback)

"""The timeline of one session: outline on top, the steps, the step under the cursor in full.

What happens where: the readers' threads ask the read model and build documents, messages bring what came, and only
this screen tells the widgets. Whatever depends on where the cursor stands asks again when it has moved.
"""

from typing import TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen

from deck.diagnostics import explain
from deck.tui import palette, questions
from deck.tui.following import Following
from deck.tui.model import ReadModel
from deck.tui.pages import PAGES
from deck.tui.pages.viewing import Viewing
from deck.tui.player import Player
from deck.tui.reader import Reader
from deck.tui.readers import Readers
from deck.tui.screens.timeline_keys import TIMELINE_KEYS
from deck.tui.shape import Shape
from deck.tui.watch import Watch
from deck.tui.widgets.detail_pane import DetailPane
from deck.tui.widgets.outline import Outline
from deck.tui.widgets.scrubber import Scrubber
from deck.tui.widgets.status import Status
from deck.tui.widgets.step_list import StepList
from deck.tui.widgets.title import Title
from deck.views import StepRow
from store.errors import StoreError

T = TypeVar("T")

_WIDE = 120  # columns from which list and detail stand side by side


class TimelineView(Screen[None]):
    """The screen without its keys; ``position`` is the step to begin at, None for the start, or a live end."""

    AUTO_FOCUS = "StepList"

    def __init__(self, readers: Readers, session: str, position: int | None = None) -> None:
        super().__init__()
        self._readers = readers
        self._session = session
        self._begin_at = position
        self._following = Following()
        self._player = Player(session, readers.rows, self._say, self._say_state)
        self._shape: Shape | None = None
        self._detail: questions.Detail | None = None
        self._viewing = Viewing()
        self._note = ""

    def compose(self) -> ComposeResult:
        yield Title()
        yield Outline()
        with Container(id="panes"):
            yield StepList()
            yield DetailPane()
        yield Status([*StepList.BINDINGS, *TIMELINE_KEYS])

    # what is there

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= _WIDE, "-wide")

    def on_mount(self) -> None:
        self.run_worker(self._open())

    async def _open(self) -> None:
        opening = await self._ask(self._readers.rows, questions.opening(self._session, self._begin_at))
        if opening is None:
            return
        steps = self.query_one(StepList)
        self._following.on = opening.at_live_end
        steps.fill(opening.first, opening.rows)
        self._stand(opening.standing)
        steps.go_to(opening.position)
        if steps.cursor == 0:  # no move that would ask for it
            self._ask_detail()
        watch = Watch(self._session, self._readers, self._ask, self._stand, self._outline)
        self.call_after_refresh(self.run_worker, watch.follow)

    def _stand(self, standing: questions.Standing) -> None:
        steps, title = self.query_one(StepList), self.query_one(Title)
        if title.standing is not None and standing.turns > title.standing.turns:
            self._following.grew(standing.turns - title.standing.turns)
            self._ask_detail()  # a call may have its result now
        title.set_standing(standing)
        steps.set_count(standing.steps)
        if self._following.on:
            steps.go_to(standing.steps - 1)
        self._say_state()

    def _outline(self, shape: Shape) -> None:
        self._shape = shape
        self.query_one(Outline).set_shape(shape)
        self.query_one(StepList).set_shape(shape)
        self._say_where()

    # where the cursor stands

    @on(StepList.Moved)
    def _moved(self, event: StepList.Moved) -> None:
        steps = self.query_one(StepList)
        if event.by_user:
            self._player.playback.playing = False
            self._following.moved_by_user(steps.position >= steps.count - 1)
        self._say(self._note)
        self._note = ""
        self._say_state()
        self._ask_detail()

    @on(StepList.Wanted)
    def _wanted(self, event: StepList.Wanted) -> None:
        def rows(model: ReadModel) -> list[StepRow]:
            return model.steps(self._session, event.start, event.end)

        async def fetch() -> None:
            found = await self._ask(self._readers.rows, rows)
            if found is not None:
                self.query_one(StepList).fill(event.start, found)

        self.run_worker(fetch(), group="rows")

    @on(Scrubber.Sought)
    def _sought(self, event: Scrubber.Sought) -> None:
        if self._shape is not None and event.turn <= len(self._shape.starts):
            self._go(self._shape.starts[event.turn - 1])

    def _go(self, position: int, note: str = "") -> None:
        """Put the cursor there, and have the status line say ``note`` until it moves on."""
        self._note = note
        self._say(note)
        self.query_one(StepList).go_to(position, by_user=True)

    def _ask_detail(self) -> None:
        self.run_worker(self._show_detail(), group="detail", exclusive=True)

    async def _show_detail(self) -> None:
        pane, position = self.query_one(DetailPane), self.query_one(StepList).position
        question = questions.detail(self._session, position, PAGES[pane.page], self._viewing)
        try:
            detail = await self._readers.documents.ask(question)
        except (StoreError, OSError) as error:
            pane.say(explain(error).message, palette.ERROR)
            return
        if detail is None:
            pane.say("no step is recorded here yet")
            return
        self._detail = detail
        pane.show((pane.page, detail.row.turn, detail.row.number, self._viewing), detail.document)
        self.query_one(Outline).set_detail(detail)
        self.query_one(Title).set_detail(detail)
        self._say_where()

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

    def _say(self, text: str) -> None:
        self.query_one(Status).say(text)

    async def _ask(self, reader: Reader, question: questions.Question[T]) -> T | None:
        """What the reader answers; where the archive gives no answer, None, and the status line says why."""
        try:
            return await reader.ask(question)
        except (StoreError, OSError) as error:
            self.query_one(Status).say(explain(error).message, palette.ERROR)
            return None

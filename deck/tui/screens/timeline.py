"""The timeline of one session: outline on top, the steps, the step under the cursor in full.

What happens where: the readers' threads ask the read model and build documents, messages bring what came, and only
this screen tells the widgets. Whatever depends on where the cursor stands asks again when it has moved.
"""

from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen

from deck.diagnostics import explain
from deck.tui import palette, questions
from deck.tui.following import Following
from deck.tui.hits import Hits
from deck.tui.model import ReadModel
from deck.tui.pages import PAGES
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
from deck.tui.widgets.tabs import Tabs
from deck.tui.widgets.text_view import TextView
from deck.tui.widgets.title import Title
from deck.views import Hit, StepRow
from store.errors import StoreError

if TYPE_CHECKING:
    from deck.tui.widgets.prompt import Prompt

T = TypeVar("T")

_WIDE = 120  # columns from which list and detail stand side by side


class TimelineScreen(Screen[None]):
    """The screen; ``position`` is the step to begin at, None for the start, or the end of a live session."""

    class Elsewhere(Message):
        """The user wants to see a place of another session."""

        def __init__(self, place: questions.Place) -> None:
            super().__init__()
            self.place = place

    class Left(Message):
        """The user wants to go back to where this screen was opened from."""

    BINDINGS: ClassVar[list[BindingType]] = TIMELINE_KEYS
    AUTO_FOCUS = "StepList"

    def __init__(self, readers: Readers, session: str, position: int | None = None) -> None:
        super().__init__()
        self._readers = readers
        self._session = session
        self._begin_at = position
        self._following = Following()
        self._player = Player(session, readers.rows, self._say, self._say_state)
        self._shape: Shape | None = None
        self._hits = Hits()
        self._detail: questions.Detail | None = None
        self._unfolded = False
        self._note = ""

    def compose(self) -> ComposeResult:
        yield Title()
        yield Outline()
        with Container(id="panes"):
            yield StepList()
            yield DetailPane()
        yield Status([*StepList.BINDINGS, *TIMELINE_KEYS])

    # what is there

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
        self._following.grew(standing.turns - title.standing.turns if title.standing else 0)
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
        question = questions.detail(self._session, position, PAGES[pane.page], self._unfolded)
        try:
            detail = await self._readers.documents.ask(question)
        except (StoreError, OSError) as error:
            pane.say(explain(error).message, palette.ERROR)
            return
        if detail is None:
            pane.say("no step is recorded here yet")
            return
        self._detail = detail
        pane.show((pane.page, detail.row.turn, detail.row.number, self._unfolded), detail.document)
        self.query_one(Outline).set_detail(detail)
        self.query_one(Title).set_detail(detail)
        self._say_where()

    def _say_where(self) -> None:
        """Turn and step, and how many steps the turn has as soon as the session was surveyed."""
        if self._detail is None:
            return
        turn, of = self._detail.row.turn_number, ""
        if self._shape is not None and turn <= len(self._shape.starts):
            starts = self._shape.starts
            end = starts[turn] if turn < len(starts) else self.query_one(StepList).count
            of = f"/{end - starts[turn - 1]}"
        self.query_one(Status).set_where(f"turn {turn} · step {self._detail.row.number}{of}")

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

    # keys

    async def action_turn(self, direction: int) -> None:
        await self._jump(questions.turn_start, direction, "turn")

    async def action_jump(self, kind: str, direction: int) -> None:
        await self._jump(questions.nearest(kind), direction, kind)

    async def _jump(self, ask: questions.AskFrom, direction: int, what: str) -> None:
        position = self.query_one(StepList).position
        found = await self._ask(self._readers.rows, ask(self._session, position, direction))
        if found is None or found == position:
            self._say(f"no {what} {'after' if direction > 0 else 'before'} this")
        else:
            self._go(found)

    def action_page(self, page: int) -> None:
        self.query_one(DetailPane).choose(page)
        self._ask_detail()

    @on(Tabs.Chosen)
    def _tab_chosen(self, event: Tabs.Chosen) -> None:
        self.action_page(event.number)

    def action_fold(self) -> None:
        self._unfolded = not self._unfolded
        self._ask_detail()

    def action_play(self) -> None:
        if self._player.playback.playing:
            self._player.stop()
            return
        self._following.on = False
        self.run_worker(self._player.play(self.query_one(StepList)), group="play", exclusive=True)

    def action_speed(self, by: int) -> None:
        self._player.playback.change_speed(by)
        self._say_state()

    def action_ask(self, purpose: str) -> None:
        from deck.tui.widgets.prompt import Prompt  # Textual's input is slow to import and seldom needed at once

        hint = {"search": "search in this session", "rev": "hash, HEAD~2, session, tag, hash:step"}[purpose]
        prompt = Prompt(purpose, hint)
        self.mount(prompt)
        prompt.focus()

    def on_prompt_done(self, event: "Prompt.Done") -> None:
        self.query_one(StepList).focus()
        if event.text:
            self.run_worker((self._search if event.purpose == "search" else self._visit)(event.text), group="ask")

    async def _search(self, query: str) -> None:
        self._say(f"searching for “{query}” …")
        found = await self._ask(self._readers.background, lambda model: list(model.search(self._session, query)))
        self._hits = Hits(query, found or ())
        self.query_one(TextView).mark(query)
        self._show_hit(self._hits.next(self.query_one(StepList).position, 1, inclusive=True))

    def action_hit(self, direction: int) -> None:
        if self._hits.query:
            self._show_hit(self._hits.next(self.query_one(StepList).position, direction))

    def _show_hit(self, hit: Hit | None) -> None:
        if hit is None:
            self._say(self._hits.words(None))
        else:
            self._go(hit.position, self._hits.words(hit))

    async def _visit(self, rev: str) -> None:
        place = await self._ask(self._readers.rows, questions.place_of_rev(rev))
        if place is None:
            return
        if place.session == self._session:
            self._go(place.position)
        else:
            self.post_message(self.Elsewhere(place))

    def action_copy(self, what: str) -> None:
        if self._detail is None:
            return
        row = self._detail.row
        address = row.turn if what == "hash" else f"{row.turn}:{row.number}"
        self.app.copy_to_clipboard(address)
        self._say(f"copied {address}")

    def action_other_pane(self) -> None:
        view = self.query_one(TextView)
        (self.query_one(StepList) if view.has_focus else view).focus()

    def action_zoom(self) -> None:
        zoomed = not self.has_class("-zoomed")
        self.set_class(zoomed, "-zoomed")
        (self.query_one(TextView) if zoomed else self.query_one(StepList)).focus()

    def action_scroll_detail(self, direction: int) -> None:
        view = self.query_one(TextView)
        view.action_scroll(direction * max(view.size.height // 2, 1))

    def action_live(self) -> None:
        if self.has_class("-zoomed"):
            self.action_zoom()
            return
        self._player.stop()
        self._following.resume()
        steps = self.query_one(StepList)
        steps.go_to(steps.count - 1)
        self._say_state()

    def action_help(self) -> None:
        from deck.tui.screens.help import HelpScreen

        sections = (("timeline", TIMELINE_KEYS), ("list", StepList.BINDINGS), ("detail (Tab)", TextView.BINDINGS))
        self.app.push_screen(HelpScreen(sections))

    def action_back(self) -> None:
        if self.has_class("-zoomed"):
            self.action_zoom()
        else:
            self.post_message(self.Left())

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= _WIDE, "-wide")

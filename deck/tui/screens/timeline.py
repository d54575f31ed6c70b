"""The timeline of one session, and what its keys do. What it shows is in `deck.tui.screens.timeline_view`."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType
from textual.message import Message

from deck.tui import questions
from deck.tui.hits import Hits
from deck.tui.readers import Readers
from deck.tui.screens.timeline_keys import TIMELINE_KEYS
from deck.tui.screens.timeline_view import TimelineView
from deck.tui.widgets.detail_pane import DetailPane
from deck.tui.widgets.step_list import StepList
from deck.tui.widgets.tabs import Tabs
from deck.tui.widgets.text_view import TextView
from deck.views import Hit

if TYPE_CHECKING:
    from deck.tui.widgets.prompt import Prompt


class TimelineScreen(TimelineView):
    """The screen; ``position`` is the step to begin at, None for the start, or the end of a live session."""

    class Elsewhere(Message):
        """The user wants to see a place of another session."""

        def __init__(self, place: questions.Place) -> None:
            super().__init__()
            self.place = place

    class Left(Message):
        """The user wants to go back to where this screen was opened from."""

    BINDINGS: ClassVar[list[BindingType]] = TIMELINE_KEYS

    def __init__(self, readers: Readers, session: str, position: int | None = None) -> None:
        super().__init__(readers, session, position)
        self._hits = Hits()

    async def action_turn(self, direction: int) -> None:
        await self._jump(questions.turn_start, direction, "turn")

    async def action_jump(self, kind: str, direction: int) -> None:
        await self._jump(questions.nearest(kind), direction, kind)

    async def _jump(self, ask: questions.AskFrom, direction: int, what: str) -> None:
        position = self.query_one(StepList).position
        found = await self._ask(self._readers.rows, ask(self._session, position, direction))
        if found is None:
            return
        if found == position:
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
        self._viewing = self._viewing._replace(unfolded=not self._viewing.unfolded)
        self._ask_detail()

    def action_raw(self) -> None:
        self._viewing = self._viewing._replace(raw=not self._viewing.raw)
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
            answer = self._search if event.purpose == "search" else self._visit
            self.run_worker(answer(event.text), group="ask", exclusive=True)

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
        if place is not None and place.session == self._session:
            self._go(place.position)
        elif place is not None:
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

"""The timeline of one session, and what its keys do. What it shows is in `deck.tui.screens.timeline_view`."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.message import Message

from deck.render import short
from deck.tui import questions
from deck.tui.border import clean
from deck.tui.hits import Hits
from deck.tui.keys import Sections
from deck.tui.lanes import ALL, EVERY_STEP
from deck.tui.places import place_of
from deck.tui.screens.timeline_copies import TimelineCopies
from deck.tui.screens.timeline_keys import TIMELINE_KEYS
from deck.tui.searching import Search
from deck.tui.shared import Shared
from deck.tui.widgets.prompt import Prompt
from deck.tui.widgets.step_list import StepList
from deck.tui.widgets.tabs import Tabs
from deck.tui.widgets.text_view import TextView
from deck.views import Hit

_SEARCH_SECONDS = 0.05
"""How long a search looks on between two words about how far it is."""

_REST_SECONDS = 0.02
"""Between two slices of indexing, for the keys."""

_CANDIDATES = 20
_CANDIDATE = 16
"""Characters of a name among others that it is offered with."""

_PROMPTS = {
    "search": "search in this session",
    "rev": "turn (12, 12.3, 50%, +9), hash, HEAD~2, session, tag; Tab completes",
}


class TimelineScreen(TimelineCopies):
    """The screen with all its keys."""

    class Left(Message):
        """The user wants to go back to where ``screen`` was opened from."""

        def __init__(self, screen: "TimelineScreen") -> None:
            super().__init__()
            self.screen = screen

    BINDINGS: ClassVar[list[BindingType]] = TIMELINE_KEYS
    SECTIONS: ClassVar[Sections] = (
        ("timeline", TIMELINE_KEYS),
        ("list", StepList.BINDINGS),
        ("detail (l)", TextView.BINDINGS),
    )

    def __init__(self, shared: Shared, session: str, start: int | questions.Opening | None = None) -> None:
        super().__init__(shared, session, start)
        self._hits = Hits()

    # moving

    async def action_turn(self, direction: int) -> None:
        await self._jump(questions.turn_start, direction, "turn")

    async def action_jump(self, kind: str, direction: int) -> None:
        await self._jump(questions.nearest(kind), direction, kind)

    async def _jump(self, ask: questions.AskFrom, direction: int, what: str) -> None:
        steps = self.query_one(StepList)
        lane = EVERY_STEP if what == "subagent" else steps.lane  # a lane has one thread
        position = steps.position
        found = await self._ask(self._readers.rows, ask(self._session, position, direction, lane))
        if found is None:
            return
        if found == position:
            here = "" if lane.key == ALL else f" in “{lane.title}”"
            beside = await self._retry(position, direction) if what == "fork" else ""
            self._say(f"no {what} {'after' if direction > 0 else 'before'} this{here}{beside}")
        else:
            self._go_exactly(found)

    async def _retry(self, position: int, direction: int) -> str:
        """A word about the next turn that tries one again: a graph draws that as two ways too, but no fork is there."""
        row = await self._ask(
            self._readers.rows, lambda model: model.next_step(self._session, position, "retry", direction)
        )
        return f"; turn {row.turn_number} is a retry, which is none" if row else ""

    def action_lane(self, direction: int) -> None:
        lanes = self._shape.lanes if self._shape else (EVERY_STEP,)
        if len(lanes) == 1:
            self._say("this session has one thread")
            return
        keys = [lane.key for lane in lanes]
        self._choose_lane(keys[(keys.index(self.query_one(StepList).lane.key) + direction) % len(keys)])

    async def _visit_typed(self, typed: str) -> None:
        question = place_of(typed, self._session, self.query_one(StepList).position)
        place = await self._ask(self._readers.rows, question)
        if place is not None:
            self._visit(place)

    def action_live(self) -> None:
        if self.has_class("-zoomed"):
            self.action_zoom()
            return
        if self._player.playback.playing:
            self._player.stop()
            return
        if not self._can_follow:
            self._say("this recording has ended: G goes to its end, q leads back")
            return
        self._following.resume()
        steps = self.query_one(StepList)
        steps.go_to(steps.count - 1)
        self._say_state()

    # looking

    @on(Tabs.Chosen)
    def _tab_chosen(self, event: Tabs.Chosen) -> None:
        self.action_page(event.number)

    def action_fold(self) -> None:
        self._viewing = self._viewing._replace(unfolded=not self._viewing.unfolded)
        self._show_detail()

    def action_raw(self) -> None:
        self._viewing = self._viewing._replace(raw=not self._viewing.raw)
        self._show_detail()

    def action_play(self) -> None:
        if self._player.playback.playing:
            self._player.stop()
            return
        self._following.on = False
        self.run_worker(self._player.play(self.query_one(StepList)), group="play", exclusive=True)

    def action_speed(self, by: int) -> None:
        self._player.playback.change_speed(by)
        self._say_state()

    def action_pane(self, name: str) -> None:
        (self.query_one(TextView) if name == "detail" else self.query_one(StepList)).focus()

    def action_zoom(self) -> None:
        zoomed = not self.has_class("-zoomed")
        self.set_class(zoomed, "-zoomed")
        self.action_pane("detail" if zoomed else "list")

    def action_scroll_detail(self, direction: int) -> None:
        view = self.query_one(TextView)
        view.action_scroll(direction * max(view.size.height // 2, 1))

    # asking

    async def action_ask(self, purpose: str) -> None:
        if purpose == "search":
            self._index()
        await self._ask_user(Prompt(purpose, _PROMPTS[purpose], complete=self._revs if purpose == "rev" else None))

    async def _revs(self, text: str) -> Sequence[str]:
        """Revs that begin so, as they may be shown and typed."""
        found = await self._ask(self._readers.rows, lambda model: model.revs_beginning(text, _CANDIDATES))
        return [clean(rev) for rev in found or ()]

    def on_prompt_stuck(self, event: Prompt.Stuck) -> None:
        self._say("  ".join(short(rev, _CANDIDATE) for rev in event.candidates) or "nothing begins so")

    def on_prompt_done(self, event: Prompt.Done) -> None:
        if event.purpose == "star" and event.text is not None:
            self._put_star(event.text)
        elif event.text:
            answer = self._search if event.purpose == "search" else self._visit_typed
            self.run_worker(answer(event.text), group="ask", exclusive=True)

    async def _search(self, query: str) -> None:
        """Go to the first place after the cursor as soon as it is found, and say how many there are as they come."""
        steps = self.query_one(StepList)
        position = steps.position
        self.workers.cancel_group(self, "index")
        search = Search(self._session, query, position)
        self._hits = Hits(query, complete=False)
        self._say(self._hits.words(None))
        self.query_one(TextView).mark(query)
        here: Hit | None = None
        while not self._hits.complete:
            found = await self._ask(self._readers.background, lambda model: search.advance(model, _SEARCH_SECONDS))
            if found is None:
                return
            self._hits = found
            if here is None and (here := found.next(position, 1, inclusive=True)) is not None:
                self._go_exactly(here.position, partial(found.words, here))
            elif here is None or steps.position == here.position:
                self._renote(partial(found.words, here))
        self._index()

    @work(group="index", exclusive=True)
    async def _index(self) -> None:
        """Let the search index catch up while nobody waits for it."""
        while await self._ask(self._readers.background, lambda model: model.index_for_search(_SEARCH_SECONDS)) is False:
            await asyncio.sleep(_REST_SECONDS)

    def action_hit(self, direction: int) -> None:
        if not self._hits.query:
            self._say("nothing was searched for; / does")
            return
        position = self.query_one(StepList).position
        hit = self._hits.next(position, direction)
        if hit is None:
            self._say(self._hits.words(None))
            return
        if hit.position == position:  # else its document, when it comes, is gone through
            self.query_one(TextView).mark(self._hits.query)
        self._go_exactly(hit.position, partial(self._hits.words, hit))

    # leaving

    def action_back(self) -> None:
        if self.has_class("-zoomed"):
            self.action_zoom()
        else:
            self.post_message(self.Left(self))

"""The sessions of the archive: live ones on top, filtered as one types."""

import asyncio
import time
from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from deck.render import count, plural
from deck.tui import palette
from deck.tui.border import clean
from deck.tui.keys import Sections
from deck.tui.model import ReadModel
from deck.tui.ordering import ORDERS, arrange, day_name
from deck.tui.overview import CostBook, SessionLine, overview
from deck.tui.questions import place_of_turn, said_of_lost, standing
from deck.tui.screens.asking import AskingScreen
from deck.tui.screens.sessions_keys import SEARCHED, SESSION_KEYS
from deck.tui.shared import Marked, Shared
from deck.tui.stars import put_star
from deck.tui.widgets.prompt import Prompt
from deck.tui.widgets.session_list import Item, SessionList
from deck.tui.widgets.status import Status
from deck.tui.widgets.text_line import TextLine
from deck.views import BranchRow, SessionView

POLL_SECONDS = 0.1
_RECHECK_EVERY = 20  # polls; that a writer ended, or a star came, is no growth
_NO_MATCH = "no session matches; Esc shows all"
_COST_SECONDS = 0.05  # between two looks whether the user wants something else of the reader


class SessionsScreen(AskingScreen):
    """The screen. Ages are seen from the moment the list was read."""

    class Chosen(Message):
        """The user opened this session, at a position if one is given."""

        def __init__(self, key: str, position: int | None = None) -> None:
            super().__init__()
            self.key = key
            self.position = position

    BINDINGS: ClassVar[list[BindingType]] = SESSION_KEYS
    SECTIONS: ClassVar[Sections] = (("sessions", SESSION_KEYS), ("list", SessionList.BINDINGS))
    AUTO_FOCUS = "SessionList"

    def __init__(self, shared: Shared) -> None:
        super().__init__()
        self._shared = shared
        self._lines: Sequence[SessionLine] = ()
        self._lost = ""  # what to say where there is no line though turns were recorded
        self._costs = CostBook()
        self._unfolded: dict[str, Sequence[BranchRow]] = {}
        self._order = 0
        self._by_project = False
        self._words = ""

    def compose(self) -> ComposeResult:
        yield TextLine(id="title")
        yield SessionList()
        yield TextLine(id="name")
        yield TextLine(id="figures")
        yield Status([*SessionList.BINDINGS, *SESSION_KEYS])

    # what is there

    def on_resize(self) -> None:
        self.call_after_refresh(self._tell)

    def on_screen_resume(self) -> None:
        self._watch()

    def on_screen_suspend(self) -> None:
        self.workers.cancel_group(self, "watch")

    @work(group="watch", exclusive=True)
    async def _watch(self) -> None:
        def look(model: ReadModel) -> tuple[list[SessionLine] | None, str]:
            grew = model.refresh()
            lines = overview(model) if grew or polls % _RECHECK_EVERY == 0 else None
            return lines, said_of_lost(model) if lines == [] else ""

        polls = 0
        while (found := await self._ask(self._shared.readers.rows, look)) is not None:
            lines, lost = found
            known = [line._replace(cost=None) for line in self._lines]
            if lines is not None and (polls == 0 or lines != known):
                self._lines, self._lost = self._costs.with_costs(lines), lost
                self._arrange()
                self.call_after_refresh(self._work_out_costs)  # the list is not held up by it
            polls += 1
            await asyncio.sleep(POLL_SECONDS)

    @work(group="costs", exclusive=True)
    async def _work_out_costs(self) -> None:
        lines, complete = self._lines, False
        while not complete:
            complete = bool(
                await self._ask(
                    self._shared.readers.background, lambda model: self._costs.advance(model, lines, _COST_SECONDS)
                )
            )
            self._lines = self._costs.with_costs(self._lines)
            self._arrange()

    def _arrange(self) -> None:
        now_ms = time.time_ns() // 1_000_000
        order = ORDERS[self._order]
        items = arrange(self._lines, order, self._words, day_name(now_ms), by_project=self._by_project)
        marked = self._shared.marked
        rows = self._with_branches(items) or ([_NO_MATCH] if self._lines else [])
        self.query_one(SessionList).set_items(rows, now_ms, marked.session if marked else "")
        views = [line.view for line in self._lines]
        turns = sum(view.turns for view in views)
        left = f" deck  {self._shared.where} · {plural(len(views), 'session')} · {plural(turns, 'turn')}"
        tokens = sum(view.tokens for view in views)
        filtered = f"filter: {self._words} · " if self._words else ""
        grouped = " · by project" if self._by_project else ""
        self.query_one("#title", TextLine).show(
            [(clean(left), palette.STRONG), (clean(f" · {count(tokens)} tokens"), palette.FAINT)],
            [(clean(f"{filtered}sort: {order.name}{grouped}"), palette.FAINT)],
        )
        shown = sum(1 for item in items if isinstance(item, SessionLine))
        self.query_one(Status).set_where(f"{shown} of {len(views)}")
        self._tell()
        if not views:
            self._say(self._lost or "no turn is recorded here yet; `deck run -- AGENT` records one")

    def _with_branches(self, items: Sequence[SessionLine | str]) -> list[Item]:
        found: list[Item] = []
        for item in items:
            found.append(item)
            if isinstance(item, SessionLine):
                found += self._unfolded.get(item.view.key, ())
        return found

    @on(SessionList.Moved)
    def _tell(self) -> None:
        """Say below the list what it has no room for."""
        named, figures = self.query_one(SessionList).left_out()
        self.query_one("#name", TextLine).show(named)
        self.query_one("#figures", TextLine).show(figures)

    # what the user does

    @property
    def _session(self) -> SessionView | None:
        return self.query_one(SessionList).session

    async def action_open(self) -> None:
        item = self.query_one(SessionList).item
        if item is None or await self._ask(self._shared.readers.rows, lambda model: model.refresh()) is None:
            return  # there is nothing to open, or no archive any more
        if isinstance(item, SessionLine):
            self.post_message(self.Chosen(item.view.key))
        else:
            place = await self._ask(self._shared.readers.rows, place_of_turn(item.session, item.first))
            if place is not None:
                self.post_message(self.Chosen(place.session, place.position))

    @on(SessionList.Opened)
    async def _clicked(self) -> None:
        await self.action_open()

    async def action_unfold(self) -> None:
        session = self._session
        if session is None:
            return
        if session.key in self._unfolded:
            del self._unfolded[session.key]
        else:
            key = session.key
            branches = await self._ask(self._shared.readers.rows, lambda model: model.rows.branches(key))
            if not branches:
                self._say("this session has neither subagents nor side calls")
                return
            self._unfolded[key] = branches
        self._arrange()

    async def action_mark(self) -> None:
        session = self._session
        if session is None:
            return
        marked = self._shared.marked
        if marked is not None and marked.session == session.key:
            self._shared.marked = None
        else:
            found = await self._ask(self._shared.readers.rows, standing(session.key))
            last = max(found.steps - 1, 0) if found else 0
            self._shared.marked = Marked(session.key, last, session.head, session.turns)
            self._say("marked: D compares another session with it")
        self._arrange()

    def action_compare(self) -> None:
        session, marked = self._session, self._shared.marked
        if session is None or marked is None:
            self._say("no session is marked; m marks one, D then compares with it")
            return
        from deck.tui.screens.compare import CompareScreen  # seldom needed at once

        self.app.push_screen(CompareScreen(self._shared, marked.session, session.key))

    async def action_star(self) -> None:
        session = self._session
        if session is None:
            return
        put = await self._ask(self._shared.readers.documents, put_star(session.head, 0, ""))
        if put is not None:
            self._lines = [line._replace(starred=line.starred or line.view.key == session.key) for line in self._lines]
            self._arrange()
            already = "its last turn has a star already; S in the timeline takes it off"
            self._say("starred the last turn of the session" if put else already)

    def action_sort(self) -> None:
        self._order = (self._order + 1) % len(ORDERS)
        self._arrange()

    def action_group(self) -> None:
        self._by_project = not self._by_project
        self._arrange()

    async def action_filter(self) -> None:
        await self._ask_user(Prompt("filter", SEARCHED, self._words))

    def action_show_all(self) -> None:
        self._set_words("")

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        self._set_words(event.text)

    def on_prompt_done(self, event: Prompt.Done) -> None:
        if event.text is None:
            self._set_words("")

    def _set_words(self, words: str) -> None:
        self._words = words
        self._arrange()

    async def action_quit(self) -> None:
        self.app.exit()

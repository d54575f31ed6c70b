"""The sessions of the archive: live ones on top, filtered as one types."""

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from deck.diagnostics import explain
from deck.render import count, plural
from deck.tui import palette
from deck.tui.border import clean
from deck.tui.model import ReadModel
from deck.tui.ordering import ORDERS, arrange, day_name
from deck.tui.readers import Readers
from deck.tui.widgets.session_list import SessionList
from deck.tui.widgets.status import Status
from deck.tui.widgets.text_line import TextLine
from deck.views import SessionView
from store.errors import StoreError

if TYPE_CHECKING:
    from deck.tui.widgets.prompt import Prompt

POLL_SECONDS = 0.5

SESSION_KEYS: list[BindingType] = [
    Binding("enter", "open", "open", tooltip="open the session"),
    Binding("slash", "filter", "filter", tooltip="show sessions that hold these words; Esc shows all"),
    Binding("s", "sort", "sort", tooltip="sort by the next of: " + ", ".join(order.name for order in ORDERS)),
    Binding("escape", "show_all", show=False, tooltip="show all sessions again"),
    Binding("question_mark", "help", "help", tooltip="this help"),
    Binding("q", "quit", "quit", tooltip="quit"),
]


class SessionsScreen(Screen[None]):
    """The screen. Ages are seen from the moment the list was read."""

    class Chosen(Message):
        """The user opened this session."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    BINDINGS: ClassVar[list[BindingType]] = SESSION_KEYS
    AUTO_FOCUS = "SessionList"

    def __init__(self, readers: Readers, where: str) -> None:
        super().__init__()
        self._readers = readers
        self._where = where
        self._sessions: Sequence[SessionView] = ()
        self._order = 0
        self._words = ""

    def compose(self) -> ComposeResult:
        yield TextLine(id="title")
        yield SessionList()
        yield Status([*SessionList.BINDINGS, *SESSION_KEYS])

    def on_screen_resume(self) -> None:
        self.run_worker(self._watch(), group="watch", exclusive=True)

    def on_screen_suspend(self) -> None:
        self.workers.cancel_group(self, "watch")

    async def _watch(self) -> None:
        def look(model: ReadModel) -> list[SessionView]:
            model.refresh()
            return model.sessions()

        while True:
            try:
                sessions = await self._readers.rows.ask(look)
            except (StoreError, OSError) as error:
                self.query_one(Status).say(explain(error).message, palette.ERROR)
                return
            if sessions != self._sessions:
                self._sessions = sessions
                self._arrange()
            await asyncio.sleep(POLL_SECONDS)

    def _arrange(self) -> None:
        now_ms = time.time_ns() // 1_000_000
        order = ORDERS[self._order]
        items = arrange(self._sessions, order, self._words, day_name(now_ms))
        self.query_one(SessionList).set_items(items, now_ms)
        turns = sum(session.turns for session in self._sessions)
        left = f" deck  {self._where} · {plural(len(self._sessions), 'session')} · {plural(turns, 'turn')}"
        tokens = sum(session.input_tokens + session.output_tokens for session in self._sessions)
        right = f"filter: {self._words} · " if self._words else ""
        self.query_one("#title", TextLine).show(
            [(clean(left), palette.STRONG), (clean(f" · {count(tokens)} tokens"), palette.FAINT)],
            [(clean(f"{right}sort: {order.name}"), palette.FAINT)],
        )
        shown = sum(1 for item in items if isinstance(item, SessionView))
        self.query_one(Status).set_where(f"{shown} of {len(self._sessions)}")
        self.query_one(Status).say(
            "" if self._sessions else "no turn is recorded here yet; `deck run -- AGENT` records one"
        )

    def action_open(self) -> None:
        session = self.query_one(SessionList).session
        if session is not None:
            self.post_message(self.Chosen(session.key))

    @on(SessionList.Opened)
    def _clicked(self) -> None:
        self.action_open()

    def action_sort(self) -> None:
        self._order = (self._order + 1) % len(ORDERS)
        self._arrange()

    def action_filter(self) -> None:
        from deck.tui.widgets.prompt import Prompt  # Textual's input is slow to import and seldom needed at once

        prompt = Prompt("filter", "words in title, agent, model or session id", self._words)
        self.mount(prompt)
        prompt.focus()

    def action_show_all(self) -> None:
        self._set_words("")

    def on_prompt_typed(self, event: "Prompt.Typed") -> None:
        self._set_words(event.text)

    def on_prompt_done(self, event: "Prompt.Done") -> None:
        if event.text is None:
            self._set_words("")
        self.query_one(SessionList).focus()

    def _set_words(self, words: str) -> None:
        self._words = words
        self._arrange()

    def action_help(self) -> None:
        from deck.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen((("sessions", SESSION_KEYS), ("list", SessionList.BINDINGS))))

    async def action_quit(self) -> None:
        self.app.exit()

"""A screen that asks readers and its user, and says what went wrong on its bottom line."""

import asyncio
from typing import ClassVar, TypeVar

from textual import events
from textual.screen import Screen

from deck.diagnostics import explain
from deck.tui import palette
from deck.tui.keys import Sections
from deck.tui.questions import Question
from deck.tui.reader import Reader
from deck.tui.widgets.prompt import Prompt
from deck.tui.widgets.status import Status, Words
from store.errors import StoreError

T = TypeVar("T")


class AskingScreen(Screen[None]):
    """The base of the screens. A worker that waits for an answer ends where the screen was left meanwhile."""

    SECTIONS: ClassVar[Sections] = ()
    _prompt: Prompt | None = None

    async def on_event(self, event: events.Event) -> None:
        """Hear of the size that the app has now, not of an older one.

        Textual lays a screen out for every size that it hears of, and tells it of that size again: two sizes on their
        way at once, as with a terminal that gives none and is taken for 80x25 and for 80x24, would take turns for ever.
        """
        if not isinstance(event, events.Resize) or event.size == self.app.size:
            await super().on_event(event)

    def action_help(self) -> None:
        """Show all keys of the screen."""
        from deck.tui.screens.help import HelpScreen  # seldom needed at once

        self.app.push_screen(HelpScreen(self.SECTIONS))

    async def _ask_user(self, prompt: Prompt) -> None:
        """Let the user type, also what came before the prompt was there."""
        self._prompt = prompt
        await prompt.open_on(self)

    def take_key(self, event: events.Key) -> bool:
        """Take a key that no widget wanted, if it was meant for the prompt."""
        return self._prompt is not None and self._prompt.take(event)

    async def _ask(self, reader: Reader, question: Question[T]) -> T | None:
        """What the reader answers; where the archive gives no answer, None, and the bottom line says why."""
        found: T | None = None
        problem: StoreError | OSError | None = None
        try:
            found = await reader.ask(question)
        except (StoreError, OSError) as error:
            problem = error
        if not self._is_there:
            raise asyncio.CancelledError
        if problem is not None:
            self._complain(problem)
        return found

    @property
    def _is_there(self) -> bool:
        """Whether the widgets of this screen can still be told anything: they go before its workers do."""
        return self.app.is_running and self.is_attached and self in self.app.screen_stack

    def _say(self, words: Words) -> None:
        self.query_one(Status).say(words)

    def _complain(self, error: StoreError | OSError) -> None:
        self.query_one(Status).say(explain(error).message, palette.ERROR)

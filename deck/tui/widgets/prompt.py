"""The line at the bottom where one types what to search for or where to go.

Keys come faster than the focus moves. What was pressed before the line had the focus is handed to it (`take`), and what
was pressed behind Enter or Escape and came here is handed back.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

Complete = Callable[[str], Awaitable[Sequence[str]]]
"""Tells what begins with a text."""


class Prompt(Input):
    """An input that goes away with Escape; ``purpose`` says what the text is for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "finish(True)", show=False, tooltip="take what is typed"),
        Binding("tab", "complete", show=False, tooltip="complete what is typed"),
        Binding("escape", "finish(False)", show=False, tooltip="leave the prompt"),
    ]

    DEFAULT_CSS = "Prompt, Prompt:focus { dock: bottom; height: 1; border: none; padding: 0 1; }"

    class Done(Message):
        """The text is complete (``text``), or the user left (None)."""

        def __init__(self, purpose: str, text: str | None) -> None:
            super().__init__()
            self.purpose = purpose
            self.text = text

    class Typed(Message):
        """The text so far."""

        def __init__(self, purpose: str, text: str) -> None:
            super().__init__()
            self.purpose = purpose
            self.text = text

    class Stuck(Message):
        """Nothing more can be completed: these are left, as far as they were looked for."""

        def __init__(self, candidates: Sequence[str]) -> None:
            super().__init__()
            self.candidates = candidates

    def __init__(self, purpose: str, hint: str, text: str = "", complete: Complete | None = None) -> None:
        super().__init__(value=text, placeholder=hint)
        self._purpose = purpose
        self._complete = complete
        self._back: Widget | None = None
        self._last: events.Key | None = None
        self._ended = False

    async def open_on(self, screen: Screen[None]) -> None:
        """Show it on a screen and give it the focus, which goes back to where it is now."""
        self._back = screen.focused
        await screen.mount(self)
        screen.set_focus(self)

    def take(self, event: events.Key) -> bool:
        """Take a key that another widget had before this one came; false for one that was here already."""
        if self._ended or event is self._last:
            return False
        self.post_message(events.Key(event.key, event.character))
        return True

    def on_key(self, event: events.Key) -> None:
        self._last = event
        if self._ended:
            event.stop()
            event.prevent_default()
            if self._back is not None:
                self._back.post_message(events.Key(event.key, event.character))
        elif event.key in ("enter", "escape"):  # now: their bindings come behind the keys that follow
            event.stop()
            event.prevent_default()
            self.action_finish(event.key == "enter")

    def action_finish(self, taken: bool) -> None:
        """Take what is typed, or not; the line goes away."""
        self._ended = True
        self.post_message(self.Done(self._purpose, self.value if taken else None))
        self.screen.set_focus(self._back)
        self.call_later(self.remove)  # behind the keys that are here already

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(self._purpose, event.value))

    async def action_complete(self) -> None:
        """Write on as far as all that begins so agrees."""
        candidates = await self._complete(self.value) if self._complete else ()
        agreed = _in_common(candidates)
        if len(agreed) > len(self.value):
            self.value = agreed
            self.cursor_position = len(agreed)
        else:
            self.post_message(self.Stuck(candidates))


def _in_common(texts: Sequence[str]) -> str:
    """What all these texts begin with."""
    first, last = min(texts, default=""), max(texts, default="")
    return first[
        : next((n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    ]

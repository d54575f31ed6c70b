"""The line at the bottom where one types what to search for or where to go."""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

Complete = Callable[[str], Awaitable[Sequence[str]]]
"""Tells what begins with a text."""


class Prompt(Input):
    """An input that goes away with Escape; ``purpose`` says what the text is for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", show=False, tooltip="take what is typed"),
        Binding("tab", "complete", show=False, tooltip="complete what is typed"),
        Binding("escape", "dismiss_prompt", show=False, tooltip="leave the prompt"),
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
        super().__init__(value=text, placeholder=hint, id="prompt")
        self._purpose = purpose
        self._complete = complete

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(self._purpose, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Done(self._purpose, event.value))
        self.remove()

    async def action_complete(self) -> None:
        """Write on as far as all that begins so agrees."""
        candidates = await self._complete(self.value) if self._complete else ()
        agreed = _in_common(candidates)
        if len(agreed) > len(self.value):
            self.value = agreed
            self.cursor_position = len(agreed)
        else:
            self.post_message(self.Stuck(candidates))

    def action_dismiss_prompt(self) -> None:
        self.post_message(self.Done(self._purpose, None))
        self.remove()


def _in_common(texts: Sequence[str]) -> str:
    """What all these texts begin with."""
    first, last = min(texts, default=""), max(texts, default="")
    return first[
        : next((n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    ]

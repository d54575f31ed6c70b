"""The line at the bottom where one types what to search for or where to go."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class Prompt(Input):
    """An input that goes away with Escape; ``purpose`` says what the text is for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss_prompt", show=False, tooltip="leave the prompt")
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

    def __init__(self, purpose: str, hint: str, text: str = "") -> None:
        super().__init__(value=text, placeholder=hint, id="prompt")
        self._purpose = purpose

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(self._purpose, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Done(self._purpose, event.value))
        self.remove()

    def action_dismiss_prompt(self) -> None:
        self.post_message(self.Done(self._purpose, None))
        self.remove()

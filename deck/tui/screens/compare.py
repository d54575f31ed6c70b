"""Two sessions compared: where they part, then step by step, as `deck diff` prints it."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from deck.render import Style
from deck.render_diff import diff_lines
from deck.tui import palette
from deck.tui.document import Document, Writer
from deck.tui.keys import Sections
from deck.tui.model import ReadModel
from deck.tui.screens.asking import AskingScreen
from deck.tui.shared import Shared
from deck.tui.widgets.status import Status
from deck.tui.widgets.text_view import TextView

COMPARE_KEYS: list[BindingType] = [
    Binding("question_mark", "help", "help", tooltip="show all keys"),
    Binding("q,escape", "back", "back", key_display="q", tooltip="back to the sessions"),
]

_DIGITS = 9
_STYLES = {"=": palette.FAINT, "-": palette.REMOVED, "+": palette.ADDED, "~": palette.STRONG}


class CompareScreen(AskingScreen):
    """The screen, for two sessions by their keys."""

    BINDINGS: ClassVar[list[BindingType]] = COMPARE_KEYS
    SECTIONS: ClassVar[Sections] = (("sessions compared", COMPARE_KEYS), ("text", TextView.BINDINGS))
    AUTO_FOCUS = "TextView"

    def __init__(self, shared: Shared, before: str, after: str) -> None:
        super().__init__()
        self._shared = shared
        self._sessions = before, after

    def compose(self) -> ComposeResult:
        yield TextView()
        yield Status([*TextView.BINDINGS, *COMPARE_KEYS])

    def on_mount(self) -> None:
        self._say("comparing …")
        self._compare()

    @work
    async def _compare(self) -> None:
        before, after = self._sessions
        document = await self._ask(self._shared.readers.documents, lambda model: _compared(model, before, after))
        if document is not None:
            self.query_one(TextView).show(document)
            self._say("")

    def action_back(self) -> None:
        self.app.pop_screen()


def _compared(model: ReadModel, before: str, after: str) -> Document:
    out = Writer()
    for line in diff_lines(model.compare_sessions(before, after), Style(colour=False), _DIGITS, exact=False):
        out.text(line, _STYLES.get(line[:1], palette.PLAIN))
    return out.done()

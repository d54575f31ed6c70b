"""Two sessions compared: where they part, then step by step, as `deck diff` prints it, but for long texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, work
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
    Binding("f", "fold", "unfold", tooltip="unfold what is long and only in one session, or fold it again"),
    Binding("question_mark", "help", "help", tooltip="show all keys"),
    Binding("q,escape", "back", "back", key_display="q", tooltip="back to the sessions"),
]

if TYPE_CHECKING:
    from deck.compare.values import SessionDiff

_DIGITS = 9
_BESIDE_THE_TEXT = 3
"""Columns of the screen that the text has not: its margins and the bar."""
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
        self._diff: SessionDiff | None = None
        self._unfolded = False

    def compose(self) -> ComposeResult:
        yield TextView()
        yield Status([*TextView.BINDINGS, *COMPARE_KEYS])

    def on_mount(self) -> None:
        self._say("comparing …")

    def on_resize(self, event: events.Resize) -> None:
        self._show(event.size.width - _BESIDE_THE_TEXT)

    def action_fold(self) -> None:
        self._unfolded = not self._unfolded
        self._show(self.size.width - _BESIDE_THE_TEXT)

    @work(exclusive=True)
    async def _show(self, columns: int) -> None:
        before, after = self._sessions
        known, fold = self._diff, "" if self._unfolded else "f unfolds"

        def compare(model: ReadModel) -> tuple[SessionDiff, Document]:
            diff = known or model.compare_sessions(before, after)
            return diff, _document(diff, columns, fold)

        found = await self._ask(self._shared.readers.documents, compare)
        if found is not None:
            keep_place = self._diff is not None
            self._diff, document = found
            self.query_one(TextView).show(document, keep_place=keep_place)
            self._say("")

    def action_back(self) -> None:
        self.app.pop_screen()


def _document(diff: SessionDiff, columns: int, fold: str) -> Document:
    out = Writer()
    for line in diff_lines(diff, Style(colour=False), _DIGITS, exact=False, columns=columns, fold=fold):
        out.text(line, _STYLES.get(line[:1], palette.PLAIN))
    return out.done()

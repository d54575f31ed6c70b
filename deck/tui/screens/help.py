"""All keys of the screen it was opened from, made from that screen's bindings."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from deck.tui.document import Writer
from deck.tui.keys import APP_KEYS, Sections, help_lines
from deck.tui.shape import MARKS, OWN_MARKS
from deck.tui.widgets.text_view import TextView


class HelpScreen(ModalScreen[None]):
    """The help; any of its keys closes it, the others scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark", "dismiss", tooltip="close the help")]

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen TextView { width: 76; max-width: 100%; height: 90%; max-height: 46; border: round #8a8a8a; }
    """

    def __init__(self, sections: Sections) -> None:
        super().__init__()
        out = Writer()
        for title, bindings in (*sections, ("anywhere", APP_KEYS)):
            out.heading(title)
            for keys, what in help_lines(bindings):
                out.line(f"{keys:<16} {what}", hang=17)
        out.heading("marks under the bars")
        for mark, what in {**OWN_MARKS, **MARKS}.items():
            out.line(f"{mark:<16} {what}", hang=17)
        self._document = out.done()

    def compose(self) -> ComposeResult:
        yield TextView()

    def on_mount(self) -> None:
        view = self.query_one(TextView)
        view.show(self._document)
        view.focus()

"""The detail pane: tabs over the page of the open tab."""

from rich.style import Style
from textual.app import ComposeResult
from textual.containers import Vertical

from deck.tui import palette
from deck.tui.document import Document, Writer
from deck.tui.pages import PAGES
from deck.tui.widgets.tabs import Tabs
from deck.tui.widgets.text_view import TextView


class DetailPane(Vertical):
    """The pane; ``page`` is the open tab's number from 0."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.page = 0
        self._shown: object = None

    def compose(self) -> ComposeResult:
        yield Tabs([page.title for page in PAGES])
        yield TextView()

    @property
    def view(self) -> TextView:
        """The text itself."""
        return self.query_one(TextView)

    def choose(self, page: int) -> None:
        """Open this tab; its document comes with `show`."""
        self.page = page
        self.query_one(Tabs).choose(page)

    def show(self, what: object, document: Document) -> None:
        """Show a document; it keeps its place when ``what`` is what was shown before."""
        self.view.show(document, keep_place=what == self._shown)
        self._shown = what

    def show_coming(self, document: Document) -> None:
        """Show the end of a document that is about to be followed by one with more."""
        self._shown = None
        self.view.show(document, at_end=True)

    def say(self, text: str, style: Style = palette.FAINT) -> None:
        """Show a sentence instead of a document."""
        out = Writer()
        out.text(text, style)
        self._shown = None
        self.view.show(out.done())

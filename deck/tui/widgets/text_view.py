"""The pane that shows a document: scrolls, breaks lines as far as needed, marks what was searched for."""

from typing import ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from deck.tui import palette
from deck.tui.border import Safe, Span, strip
from deck.tui.document import Document
from deck.tui.layout import Layout

_SLICE_SECONDS = 0.006
"""How long measuring may hold up the screen at a time: well below a frame."""


class TextView(ScrollView, can_focus=True, inherit_bindings=False):
    """The pane; with the focus, the list's keys scroll it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll(1)", "scroll", key_display="j k", tooltip="one row down"),
        Binding("k,up", "scroll(-1)", show=False, tooltip="one row up"),
        Binding("g,home", "top", show=False, tooltip="to the top"),
        Binding("G,end", "bottom", show=False, tooltip="to the end"),
        Binding("pagedown,ctrl+f", "page(1)", show=False, tooltip="one page on"),
        Binding("pageup,ctrl+b", "page(-1)", show=False, tooltip="one page back"),
    ]

    DEFAULT_CSS = """
    TextView { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows = Layout(Document(()), 80)
        self._needle = ""
        self._base = palette.PLAIN

    @property
    def document(self) -> Document:
        """What is shown."""
        return self._rows.document

    def show(self, document: Document, *, keep_place: bool = False) -> None:
        """Show a document from its top, or with ``keep_place`` from where the old one was scrolled to."""
        self._begin(document)
        if not keep_place:
            self.scroll_to(y=0, animate=False, force=True)
            self._seek_needle()

    def mark(self, needle: str) -> None:
        """Mark this text wherever it stands, in either case; nothing for an empty one."""
        self._needle = needle.casefold()
        self._seek_needle()
        self.refresh()

    def _begin(self, document: Document) -> None:
        self._rows = Layout(document, max(self.scrollable_content_region.width - 1, 8))
        self._measure()
        self.refresh()

    def _measure(self) -> None:
        layout = self._rows
        complete = layout.measure(_SLICE_SECONDS)
        # at least the pane's own height: a document that fits then changes no layout, which is what costs
        self.virtual_size = Size(self.scrollable_content_region.width, max(layout.height, self.size.height))
        if not complete:
            self.set_timer(_SLICE_SECONDS, lambda: self._measure() if layout is self._rows else None)

    def _seek_needle(self) -> None:
        if not self._needle:
            return
        for number, line in enumerate(self.document.lines):
            if self._needle in line.text.casefold():
                self.scroll_to(y=max(0, self._rows.top_of(number) - 1), animate=False, force=True)
                return

    def on_resize(self) -> None:
        if self._rows.width != max(self.scrollable_content_region.width - 1, 8):
            line = self._rows.line_at(round(self.scroll_y))
            self._begin(self.document)
            self.scroll_to(y=self._rows.top_of(line), animate=False, force=True)

    def render_lines(self, crop: Region) -> list[Strip]:
        self._base = self.rich_style  # dear, and the same for every line
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width, base = self.scrollable_content_region.width, self._base
        found = self._rows.row(round(self.scroll_y) + y)
        if found is None:
            return Strip.blank(width, base)
        line, text = found
        spans: list[Span] = [(Safe(" " * (line.indent + 1)), palette.PLAIN)]
        spans.extend(self._marked(text, line.style))
        return strip(spans, width, base)

    def _marked(self, text: Safe, style: Style) -> list[Span]:
        folded = text.casefold()
        if not self._needle or len(folded) != len(text) or self._needle not in folded:
            return [(text, style)]
        spans: list[Span] = []
        at = 0
        while (hit := folded.find(self._needle, at)) >= 0:
            end = hit + len(self._needle)
            spans += [(Safe(text[at:hit]), style), (Safe(text[hit:end]), palette.FOUND)]
            at = end
        return [*spans, (Safe(text[at:]), style)]

    def action_scroll(self, by: int) -> None:
        self.scroll_to(y=self.scroll_y + by, animate=False, force=True)

    def action_page(self, direction: int) -> None:
        self.scroll_to(y=self.scroll_y + direction * max(self.size.height - 1, 1), animate=False, force=True)

    def action_top(self) -> None:
        self.scroll_to(y=0, animate=False, force=True)

    def action_bottom(self) -> None:
        self.scroll_to(y=self.virtual_size.height, animate=False, force=True)

"""The pane that shows a document: scrolls, breaks lines as far as needed, marks what was searched for."""

from collections.abc import Iterator
from time import perf_counter
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from deck.tui import palette
from deck.tui.border import Safe, Span, strip
from deck.tui.document import Document
from deck.tui.layout import Layout, Row

_SLICE_SECONDS = 0.006
"""How long measuring or searching may hold up the screen at a time: well below a frame."""

_LOOKED_AT = 64
"""Lines searched between two looks at the clock."""


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
        self._is_early = True  # whether the text was laid out for no width
        self._needle = ""
        self._sought: int | None = None  # lines that were searched for the needle; None when nothing is looked for
        self._base = palette.PLAIN

    @property
    def document(self) -> Document:
        """What is shown."""
        return self._rows.document

    def show(self, document: Document, *, keep_place: bool = False, at_end: bool = False) -> None:
        """Show a document from its top, from where the old one was scrolled to, or its end, which is short then."""
        seeks = self._sought is not None if keep_place else bool(self._needle) and not at_end
        self._sought = 0 if seeks else None
        if not keep_place and not at_end:
            self.scroll_to(y=0, animate=False, force=True)
        self._begin(document)
        if at_end:
            self.scroll_to(y=self.virtual_size.height, animate=False, force=True)

    def mark(self, needle: str) -> None:
        """Mark this text wherever it stands, in either case, and go to the first; nothing for an empty one."""
        self._needle = needle.casefold()
        self._sought = 0 if needle else None
        self._work()
        self.refresh()

    @property
    def _width(self) -> int:
        """Cells that a row has."""
        return max(self.scrollable_content_region.width - 1, 8)

    def _begin(self, document: Document) -> None:
        self._is_early = not self.size.width
        self._rows = Layout(document, self._width)
        self._work()
        self.refresh()

    def _work(self) -> None:
        """Measure and search for a while, and go on later where more is to be done."""
        layout = self._rows
        complete = layout.measure(_SLICE_SECONDS)
        # at least the pane's own height: a document that fits then changes no layout, which is what costs
        self.virtual_size = Size(self.scrollable_content_region.width, max(layout.height, self.size.height))
        self._seek()
        if not complete or (self._sought is not None and self._sought < layout.measured):
            self.set_timer(_SLICE_SECONDS, lambda: self._work() if layout is self._rows else None)

    def _seek(self) -> None:
        """Look for the needle in lines that are measured, and go to the first row that has it."""
        until = perf_counter() + _SLICE_SECONDS
        while self._sought is not None and self._sought < self._rows.measured and perf_counter() < until:
            start, end = self._sought, min(self._sought + _LOOKED_AT, self._rows.measured)
            lines = self.document.lines
            found = next((n for n in range(start, end) if self._needle in lines[n].text.casefold()), None)
            self._sought = end if found is None else None
            if found is not None:
                row = self._rows.row_of(found, lines[found].text.casefold().find(self._needle))
                self.scroll_to(y=max(0, row - 1), animate=False, force=True)

    def on_resize(self) -> None:
        if self._is_early or self._rows.width != self._width:
            line = self._rows.line_at(round(self.scroll_y))
            self._begin(self.document)
            self.scroll_to(y=self._rows.top_of(line), animate=False, force=True)

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._is_early:  # it is drawn before it is told its size, and ought to be drawn once
            self._rows = Layout(self.document, self._width)
            self._rows.measure(_SLICE_SECONDS)
        self._base = self.rich_style  # dear, and the same for every line
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width, base = self.scrollable_content_region.width, self._base
        row = self._rows.row(round(self.scroll_y) + y)
        if row is None:
            return Strip.blank(width, base)
        return strip([(Safe(" " * (row.indent + 1)), palette.PLAIN), *self._marked(row)], width, base)

    def _marked(self, row: Row) -> Iterator[Span]:
        """The row's spans, with every hit of the needle in them marked."""
        text, at = row.text.casefold(), 0
        if self._needle and len(text) == row.end - row.start:  # else places in the two are not the same
            while (hit := text.find(self._needle, at)) >= 0:
                yield from row.line.spans(row.start + at, row.start + hit)
                at = hit + len(self._needle)
                yield Safe(row.text[hit:at]), palette.FOUND
        yield from row.line.spans(row.start + at, row.end)

    def action_scroll(self, by: int) -> None:
        self.scroll_to(y=self.scroll_y + by, animate=False, force=True)

    def action_page(self, direction: int) -> None:
        self.scroll_to(y=self.scroll_y + direction * max(self.size.height - 1, 1), animate=False, force=True)

    def action_top(self) -> None:
        self.scroll_to(y=0, animate=False, force=True)

    def action_bottom(self) -> None:
        self.scroll_to(y=self.virtual_size.height, animate=False, force=True)

"""A list that draws only the lines on the screen, however long it is.

Subclasses say how many lines there are, what stands on one, and which lines the cursor passes over. Textual's Line
API asks for the visible lines only, and moving the cursor repaints two of them.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from deck.tui import palette
from deck.tui.border import Safe, Span, strip


class VirtualList(ScrollView, can_focus=True, inherit_bindings=False):
    """The base of the lists; ``cursor`` is a line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "move", key_display="j k", tooltip="next line"),
        Binding("k,up", "move(-1)", show=False, tooltip="previous line"),
        Binding("g,home", "first", show=False, tooltip="first line"),
        Binding("G,end", "last", show=False, tooltip="last line"),
        Binding("pagedown,ctrl+f", "page(1)", show=False, tooltip="one page on"),
        Binding("pageup,ctrl+b", "page(-1)", show=False, tooltip="one page back"),
    ]

    DEFAULT_CSS = """
    VirtualList { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    class Moved(Message):
        """The cursor is on another line now."""

        def __init__(self, sender: "VirtualList", by_user: bool) -> None:
            super().__init__()
            self.sender = sender
            self.by_user = by_user

        @property
        def control(self) -> "VirtualList":
            return self.sender

    class Opened(Message):
        """The line under the cursor was clicked while the cursor was on it already."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = 0
        self._lines = 0
        self._base = palette.PLAIN
        self._has_place = False

    # what subclasses say

    def spans(self, line: int, width: int) -> Sequence[Span]:
        """What stands on a line, at most ``width`` cells of it."""
        raise NotImplementedError

    def is_passed(self, line: int) -> bool:
        """Whether the cursor passes over this line."""
        return False

    # what happens to the list

    def set_line_count(self, lines: int) -> None:
        """The list has this many lines now."""
        self._lines = lines
        self.virtual_size = Size(self.scrollable_content_region.width, lines)
        self.refresh()

    def go(self, line: int, *, by_user: bool = False) -> None:
        """Put the cursor on a line (the nearest there is) and bring it into view."""
        line = max(0, min(line, self._lines - 1))
        if self.is_passed(line):
            line += -1 if line < self.cursor and line > 0 else 1
        if line != self.cursor:
            before, self.cursor = self.cursor, line
            self.refresh_line(before)
            self.refresh_line(line)
            self.post_message(self.Moved(self, by_user))
        self.show_cursor()

    def show_around(self) -> None:
        """Scroll so far that what is around the cursor is on the screen: a third of it before, and after."""
        self.show_cursor(self.size.height // 3)

    def show_cursor(self, context: int = 1) -> None:
        """Scroll so far that the cursor is on the screen, with so many lines of context where there are as many."""
        top = self._top(context)
        if self.size.height > 0 and top != round(self.scroll_y):
            self.scroll_to(y=top, animate=False, force=True)

    def _top(self, context: int = 1) -> int:
        """The line that stands on top when the cursor is on the screen."""
        top, height = round(self.scroll_y), self.size.height
        margin = context if height > 4 else 0
        if self.cursor < top + margin:
            top = self.cursor - margin
        elif self.cursor >= top + height - margin:
            top = self.cursor - height + 1 + margin
        return max(0, min(top, self._lines - height))

    def render_lines(self, crop: Region) -> list[Strip]:
        if not self._has_place:  # it is drawn before it is told its size, and ought to be drawn once
            self._has_place = True
            self.set_reactive(ScrollView.scroll_y, self._top())
        self._base = self.rich_style  # dear, and the same for every line
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        line = round(self.scroll_y) + y
        base = self._base
        if line >= self._lines:
            return Strip.blank(width, base)
        if line == self.cursor:
            # the mark is for terminals without colour and for copied text
            marked = [(Safe("▌"), palette.STRONG), *self.spans(line, width - 1)]
            return strip(marked, width, base + (palette.SELECTED if self.has_focus else palette.HELD))
        return strip([(Safe(" "), palette.PLAIN), *self.spans(line, width - 1)], width, base)

    # what the user does

    def action_move(self, by: int) -> None:
        self.go(self.cursor + by, by_user=True)

    def action_page(self, direction: int) -> None:
        self.go(self.cursor + direction * max(self.size.height - 1, 1), by_user=True)

    def action_first(self) -> None:
        self.go(0, by_user=True)

    def action_last(self) -> None:
        self.go(self._lines - 1, by_user=True)

    def on_click(self, event: events.Click) -> None:
        line = round(self.scroll_y) + event.y
        if line < self._lines:
            if line == self.cursor:
                self.post_message(self.Opened())
            self.go(line, by_user=True)

    def on_resize(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, self._lines)
        self.vertical_scrollbar.position = self.scroll_y
        self.show_cursor()

"""One line of text with something on its left and something on its right."""

from collections.abc import Iterable, Iterator, Sequence

from textual.strip import Strip
from textual.widget import Widget

from deck.render import width_of
from deck.tui.border import Safe, Span, cut, strip
from deck.tui.palette import PLAIN


class TextLine(Widget):
    """The line; what is on the right goes first when there is no room for both."""

    DEFAULT_CSS = "TextLine { height: 1; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._left: Sequence[Span] = ()
        self._right: Sequence[Span] = ()

    def show(self, left: Sequence[Span], right: Sequence[Span] = ()) -> None:
        """Show these texts."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    @property
    def columns(self) -> int:
        """Its width; the screen's where it has none yet, so that it need not be drawn again when it has."""
        return self.size.width or self.app.size.width

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        right = sum(width_of(text) for text, _ in self._right)
        if not right:
            return strip(_within(self._left, width), width, base)
        room = max(width - right - 2, 0)
        left = strip(_within(self._left, room), room, base)
        return Strip.join([left, strip([(Safe(" "), PLAIN), *self._right], width - left.cell_length, base)])


def _within(spans: Iterable[Span], width: int) -> Iterator[Span]:
    """As many of these as there is room for, the last one cut with an ellipsis."""
    for text, style in spans:
        yield cut(text, width), style
        width -= width_of(text)
        if width <= 0:
            return

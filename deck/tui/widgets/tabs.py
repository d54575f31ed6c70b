"""The tabs of the detail pane on one line; the number before a tab is its key."""

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from deck.render import width_of
from deck.tui import palette
from deck.tui.border import Safe, Span, clean, strip

_LEGIBLE = 3
"""Letters of a title below which it has them without the blank before it."""


def names(titles: Sequence[str], chosen: int, width: int) -> Sequence[Safe]:
    """Numbers and titles for so many cells: titles are cut as far as all need it, the open one least of all."""
    longest = max(map(len, titles))
    ways = (
        *((" ", letters) for letters in range(longest, _LEGIBLE - 1, -1)),
        *(("", letters) for letters in range(longest, -1, -1)),
    )
    for blank, letters in ways:
        heads = [f"{number}{blank}" for number in range(1, len(titles) + 1)]
        spare = width - 1 - sum(1 + len(head) + len(title[:letters]) for head, title in zip(heads, titles, strict=True))
        if spare >= 0:
            break
    shown = [letters + (max(spare, 0) if number == chosen else 0) for number in range(len(titles))]
    return [clean(head + title[:most]) for head, title, most in zip(heads, titles, shown, strict=True)]


class Tabs(Widget):
    """The line."""

    DEFAULT_CSS = "Tabs { height: 1; }"

    class Chosen(Message):
        """The user clicked a tab."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, titles: Sequence[str], id: str | None = None) -> None:
        super().__init__(id=id)
        self._titles = titles
        self._chosen = 0

    def choose(self, number: int) -> None:
        """Show this tab (from 0) as the open one."""
        self._chosen = number
        self.refresh()

    @property
    def _names(self) -> Sequence[Safe]:
        return names(self._titles, self._chosen, self.size.width)

    def render_line(self, y: int) -> Strip:
        spans: list[Span] = []
        for number, title in enumerate(self._names):
            chosen = number == self._chosen
            before = "[" if chosen else "]" if number == self._chosen + 1 else " "
            spans += [
                (Safe(before), palette.STRONG),
                (title, palette.CURSOR + palette.STRONG if chosen else palette.PLAIN),
            ]
        end = "]" if self._chosen == len(self._titles) - 1 else " "
        return strip([*spans, (Safe(end), palette.STRONG)], self.size.width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        end = 0
        for number, title in enumerate(self._names):
            end += 1 + width_of(title)
            if event.x < end:
                self.post_message(self.Chosen(number))
                return

"""The tabs of the detail pane on one line; the number before a tab is its key."""

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from deck.render import width_of
from deck.tui import palette
from deck.tui.border import Safe, Span, clean, strip


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
        self._titles = [clean(f"{number} {title}") for number, title in enumerate(titles, 1)]
        self._chosen = 0

    def choose(self, number: int) -> None:
        """Show this tab (from 0) as the open one."""
        self._chosen = number
        self.refresh()

    def render_line(self, y: int) -> Strip:
        spans: list[Span] = []
        for number, title in enumerate(self._titles):
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
        for number, title in enumerate(self._titles):
            end += 1 + width_of(title)
            if event.x < end:
                self.post_message(self.Chosen(number))
                return

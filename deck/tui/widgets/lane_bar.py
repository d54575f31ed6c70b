"""The lanes of a session on one line, over the list that shows one of them; a click chooses another."""

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from deck.render import short, width_of
from deck.tui import palette
from deck.tui.border import Safe, Span, clean, strip
from deck.tui.lanes import EVERY_STEP, Lane

_TITLE = 28


class LaneBar(Widget):
    """The line. It is there from the start, as a list that moves down is hard to point at."""

    DEFAULT_CSS = "LaneBar { height: 1; }"

    class Chosen(Message):
        """The user clicked the lane of this key."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lanes: Sequence[Lane] = (EVERY_STEP,)
        self._chosen = EVERY_STEP.key

    def show(self, lanes: Sequence[Lane], chosen: str) -> None:
        """Show these lanes, of which the one with the key ``chosen`` is open."""
        self._lanes, self._chosen = lanes, chosen
        self.refresh()

    def _titles(self) -> Sequence[tuple[str, Safe]]:
        """(key, title) of the lanes from the first that has to be shown for the open one to fit."""
        titles = [
            (lane.key, clean(f"[{title}]" if lane.key == self._chosen else f" {title} "))
            for lane in self._lanes
            for title in (short(lane.title, _TITLE),)
        ]
        open_at = next((place for place, (key, _) in enumerate(titles) if key == self._chosen), 0)
        first = 0
        while first < open_at and sum(width_of(title) for _, title in titles[first : open_at + 1]) >= self.size.width:
            first += 1
        return titles[first:]

    def render_line(self, y: int) -> Strip:
        spans: list[Span] = [
            (title, palette.CURSOR + palette.LANE if key == self._chosen else palette.LANE)
            for key, title in self._titles()
        ]
        return strip([(Safe(" "), palette.PLAIN), *spans], self.size.width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        at = 1
        for key, title in self._titles():
            at += width_of(title)
            if event.x < at:
                self.post_message(self.Chosen(key))
                return

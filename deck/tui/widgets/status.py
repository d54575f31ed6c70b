"""The bottom line: the keys, or what just happened, and on the right where the cursor stands."""

from collections.abc import Sequence

from rich.style import Style
from textual.binding import BindingType

from deck.tui import palette
from deck.tui.border import Safe, Span, clean
from deck.tui.keys import short_help
from deck.tui.widgets.text_line import TextLine


class Status(TextLine):
    """The line; `say` puts a sentence over the keys, which stays until the next one or `hush`."""

    def __init__(self, bindings: Sequence[BindingType], id: str | None = None) -> None:
        super().__init__(id=id)
        self._keys = short_help(bindings)
        self._message: list[Span] = []
        self._where = Safe("")

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def say(self, text: str, style: Style = palette.PLAIN) -> None:
        """Show this sentence instead of the keys; for an empty one the keys again."""
        self._message = [(clean(f" {text}"), style)] if text else []
        self._draw()

    def hush(self) -> None:
        """Show the keys again."""
        if self._message:
            self.say("")

    def set_where(self, text: str) -> None:
        """What stands on the right."""
        self._where = clean(text)
        self._draw()

    def _draw(self) -> None:
        self.show(self._message or self._key_spans(), [(self._where, palette.STRONG)])

    def _key_spans(self) -> list[Span]:
        """The keys, as many as there is room for; always the last two, which help and lead back or out."""
        room = self.columns - len(self._where) - 2
        spans: list[Span] = []
        named = [(clean(f" {keys} "), clean(f"{word} ")) for keys, word in self._keys]
        for keys, word in (*named[-2:], *named[:-2]):
            room -= len(keys) + len(word)
            if room < 0:
                break
            spans += [(keys, palette.STRONG), (word, palette.FAINT)]
        return spans[4:] + spans[:4]

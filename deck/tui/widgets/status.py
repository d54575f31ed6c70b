"""The bottom line: the keys, or what just happened, and on the right where the cursor stands."""

from collections.abc import Callable, Sequence

from rich.style import Style
from textual.binding import BindingType

from deck.render import width_of
from deck.tui import palette
from deck.tui.border import Safe, Span, clean
from deck.tui.keys import short_help
from deck.tui.widgets.text_line import TextLine

Words = str | Callable[[int], str]
"""A sentence, or what makes the one that fits into so many cells."""


class Status(TextLine):
    """The line; `say` puts a sentence over the keys, which stays until the next one or `hush`."""

    def __init__(self, bindings: Sequence[BindingType], id: str | None = None) -> None:
        super().__init__(id=id)
        self._keys = short_help(bindings)
        self._said: Words = ""
        self._style = palette.PLAIN
        self._where = Safe("")

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def say(self, words: Words, style: Style = palette.PLAIN) -> None:
        """Show this sentence instead of the keys; for an empty one the keys again."""
        self._said, self._style = words, style
        self._draw()

    def hush(self) -> None:
        """Show the keys again."""
        if self._said:
            self.say("")

    def set_where(self, text: str) -> None:
        """What stands on the right."""
        self._where = clean(text)
        self._draw()

    def _draw(self) -> None:
        self.show(self._sentence() or self._key_spans(), [(self._where, palette.STRONG)])

    @property
    def _room(self) -> int:
        """Cells beside what stands on the right."""
        return self.columns - width_of(self._where) - 2

    def _sentence(self) -> list[Span]:
        words = self._said if isinstance(self._said, str) else self._said(self._room - 1)
        return [(clean(f" {words}"), self._style)] if words else []

    def _key_spans(self) -> list[Span]:
        """The keys, as many as there is room for; always the last two, which help and lead back or out."""
        room = self._room
        spans: list[Span] = []
        named = [(clean(f" {keys} "), clean(f"{word} ")) for keys, word in self._keys[:-1]]
        named += [(clean(f" {keys} "), clean(word)) for keys, word in self._keys[-1:]]  # a blank comes behind it anyway
        for keys, word in (*named[-2:], *named[:-2]):
            room -= len(keys) + len(word)
            if room < 0:
                break
            spans += [(keys, palette.STRONG), (word, palette.FAINT)]
        return spans[4:] + spans[:4]

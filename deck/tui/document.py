"""A text to read in the detail pane: safe lines with a style each, built in a reader's thread.

A document is a value; how its lines are broken on a screen of a given width is `deck.tui.layout`'s business.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rich.style import Style

from deck.tui import palette
from deck.tui.border import Safe, clean, clean_lines


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``indent`` cells are kept free on its left, also where it is broken."""

    text: Safe
    style: Style = palette.PLAIN
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """The lines."""

    lines: tuple[Line, ...]


@dataclass(slots=True)
class Writer:
    """Builds a document. Texts may be captured ones: they are cleaned here."""

    lines: list[Line] = field(default_factory=list)

    def line(self, text: str = "", style: Style = palette.PLAIN, indent: int = 0) -> None:
        """One line; a line break in it is shown, not made."""
        self.lines.append(Line(clean(text), style, indent))

    def text(self, text: str, style: Style = palette.PLAIN, indent: int = 0) -> None:
        """A text with its own line breaks."""
        self.lines.extend(Line(line, style, indent) for line in clean_lines(text.rstrip("\n")))

    def heading(self, text: str) -> None:
        """A heading, after an empty line."""
        if self.lines:
            self.line()
        self.line(text, palette.HEADING)

    def fold(self, text: str) -> None:
        """A line that stands for what is not shown."""
        self.line(f"= {text} (f unfolds)", palette.FAINT)

    def pairs(self, pairs: Iterable[tuple[str, Any]], indent: int = 0) -> None:
        """Names and values, a line each; empty values are left out."""
        for name, value in pairs:
            if value not in ("", None, (), []):
                self.line(f"{name}: {value}", indent=indent)

    def done(self) -> Document:
        """The document."""
        return Document(tuple(self.lines))

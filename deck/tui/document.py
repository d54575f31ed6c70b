"""A text to read in the detail pane: safe lines with their styles, built in a reader's thread.

A document is a value; how its lines are broken on a screen of a given width is `deck.tui.layout`'s business.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rich.style import Style

from deck.tui import palette
from deck.tui.border import LONGEST_LINE, Safe, Span, clean, clean_lines

Run = tuple[str, Style]
"""A captured text and how to draw it; what goes into a document."""


class Styled(NamedTuple):
    """Characters ``start`` to ``end`` (excluded) of a line, in a style of their own."""

    start: int
    end: int
    style: Style


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``indent`` cells are kept free on its left, and ``hang`` more in the rows after its first."""

    text: Safe
    style: Style = palette.PLAIN
    indent: int = 0
    hang: int = 0
    styled: tuple[Styled, ...] = ()  # in order, none overlapping

    def spans(self, start: int, end: int) -> Iterator[Span]:
        """Characters ``start`` to ``end`` of the line, ready to draw."""
        at = start
        for part in self.styled:
            if part.end <= at:
                continue
            if part.start >= end:
                break
            if part.start > at:
                yield Safe(self.text[at : part.start]), self.style
            yield Safe(self.text[max(part.start, at) : min(part.end, end)]), part.style
            at = min(part.end, end)
        if at < end:
            yield Safe(self.text[at:end]), self.style


@dataclass(frozen=True, slots=True)
class Document:
    """The lines."""

    lines: tuple[Line, ...]


@dataclass(slots=True)
class Writer:
    """Builds a document. Texts may be captured ones: they are cleaned here."""

    lines: list[Line] = field(default_factory=list)

    def line(self, text: str = "", style: Style = palette.PLAIN, indent: int = 0, hang: int = 0) -> None:
        """One line; a line break in it is shown, not made."""
        self.lines.append(Line(clean(text), style, indent, hang))

    def runs(self, runs: Iterable[Run], indent: int = 0, hang: int = 0) -> None:
        """One line of several styles; where it is very long it goes on in the next, as every line does."""
        text, styled = "", list[Styled]()
        for raw, style in runs:
            rest = clean(raw)
            while len(text) + len(rest) > LONGEST_LINE:
                room = LONGEST_LINE - len(text)
                styled.append(Styled(len(text), LONGEST_LINE, style))
                self.lines.append(Line(Safe(text + rest[:room]), palette.PLAIN, indent, hang, tuple(styled)))
                text, styled, rest = "", [], Safe(rest[room:])
            styled.append(Styled(len(text), len(text) + len(rest), style))
            text += rest
        self.lines.append(Line(Safe(text), palette.PLAIN, indent, hang, tuple(styled)))

    def text(self, text: str, style: Style = palette.PLAIN, indent: int = 0) -> None:
        """A text with its own line breaks."""
        self.lines.extend(Line(line, style, indent) for line in clean_lines(text.rstrip("\n")))

    def heading(self, text: str) -> None:
        """A heading, after an empty line."""
        if self.lines:
            self.line()
        self.line(text, palette.HEADING)

    def fold(self, text: str, indent: int = 0) -> None:
        """A line that stands for what is not shown."""
        self.line(f"= {text} (f unfolds)", palette.FAINT, indent)

    def pairs(self, pairs: Iterable[tuple[str, Any]], indent: int = 0) -> None:
        """Names and values, a line each; empty values are left out."""
        for name, value in pairs:
            if value not in ("", None, (), []):
                self.line(f"{name}: {value}", indent=indent)

    def done(self) -> Document:
        """The document."""
        return Document(tuple(self.lines))

"""Markdown as lines of a document: headings, emphasis, lists, quotes, code in colours, tables.

It is read by markdown-it, without its rules for HTML and for link definitions, so that nothing of the text goes
unseen; links say where they lead, and lead nowhere. Line breaks stay where they are in the text. Long texts stay plain.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.style import Style

from deck.tui import palette
from deck.tui.document import Run, Writer
from deck.tui.highlight import code_lines, language_of

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LONGEST: Final = 20_000
"""Characters of a text that is read as Markdown; a longer one is shown as it is."""

_CODE: Final = Style(color=palette.YELLOW)
_LINK: Final = Style(color=palette.BLUE, underline=True)
_EMPHASIS: Final = {"strong_open": Style(bold=True), "em_open": Style(italic=True), "s_open": Style(strike=True)}
_WIDEST_CELL: Final = 60
_FARTHEST_HANG: Final = 24
_DEEPEST: Final = 16
"""Levels of lists and quotes in each other; what is nested deeper is shown as it is, as the reader drops it at last."""


def write_markdown(out: Writer, text: str, indent: int = 0, style: Style = palette.PLAIN) -> None:
    """``text`` rendered; ``style`` lies under everything."""
    tokens = _reader().parse(text.rstrip()) if len(text) <= LONGEST else []
    if tokens and all(token.level <= _DEEPEST for token in tokens):
        _Page(out, style).blocks(tokens, _Place(indent))
    else:
        out.text(text, style, indent)


@cache
def _reader() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # slow to import, and only where something is rendered

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("reference")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where lines are written: how far in, what stands before each line and what before the next one, how densely."""

    indent: int
    quote: str = ""
    bullet: str = ""
    tight: bool = False


class _Page:
    def __init__(self, out: Writer, style: Style) -> None:
        self._out = out
        self._style = style
        self._began = False  # whether a block was written, after which an empty line comes

    def blocks(self, tokens: Sequence["Token"], place: _Place) -> None:
        """Blocks of one level, with all that is in them."""
        at = 0
        while at < len(tokens):
            token = tokens[at]
            end = _closing(tokens, at)
            inner = tokens[at + 1 : end]
            match token.type:
                case "bullet_list_open" | "ordered_list_open":
                    self._list(token, inner, place)
                case "blockquote_open":
                    self._gap(place)
                    self._began = False
                    self.blocks(inner, replace(place, quote=f"{place.quote}│ "))
                case "table_open":
                    self._gap(place)
                    self._table(inner, place)
                case "heading_open":
                    self._gap(place)
                    self._inline(inner, place, palette.HEADING)
                case "paragraph_open":
                    if not token.hidden:
                        self._gap(place)
                    self._inline(inner, place, self._style)
                case "fence" | "code_block":
                    self._gap(place)
                    for line in code_lines(token.content.rstrip("\n"), language_of(token.info), self._style):
                        self._line(line, replace(place, indent=place.indent + 2))
                case "hr":
                    self._gap(place)
                    self._line([("───", palette.FAINT)], place)
            if token.type in ("paragraph_open", "heading_open"):
                place = replace(place, bullet=" " * len(place.bullet))
            at = end + 1

    def _list(self, token: "Token", inner: Sequence["Token"], place: _Place) -> None:
        tight = any(each.type == "paragraph_open" and each.hidden for each in inner)
        if tight:
            self._gap(place)
            place = replace(place, tight=True)
        at = 0
        while at < len(inner):
            end = _closing(inner, at)
            number = f"{inner[at].info}{inner[at].markup} " if token.type == "ordered_list_open" else "• "
            self.blocks(inner[at + 1 : end], replace(place, bullet=place.bullet + number))
            place = replace(place, bullet=" " * len(place.bullet))
            at = end + 1

    def _inline(self, tokens: Sequence["Token"], place: _Place, style: Style) -> None:
        line: list[Run] = []
        for part in (run for token in tokens for run in _inline_runs(token.children or (), style)):
            if part is None:
                self._line(line, place)
                place, line = replace(place, bullet=" " * len(place.bullet)), []
            else:
                line.append(part)
        self._line(line, place)

    def _table(self, tokens: Sequence["Token"], place: _Place) -> None:
        rows: list[list[list[Run]]] = []
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append([run for run in _inline_runs(token.children or (), self._style) if run is not None])
        widths = [
            min(max(_width(row[column]) for row in rows if column < len(row)), _WIDEST_CELL)
            for column in range(max(map(len, rows), default=0))
        ]
        hang = min(sum(width + 2 for width in widths[:-1]), _FARTHEST_HANG)
        for number, row in enumerate(rows):
            line: list[Run] = []
            for cell, width in zip(row, widths, strict=False):
                line += [*cell, (" " * (max(width - _width(cell), 0) + 2), self._style)]
            self._line(line[:-1], place, hang)
            if number == 0:
                rules = [*widths[:-1], _width(row[-1])]  # the last as short as its name: a pane may be narrow
                self._line([("  ".join("─" * width for width in rules), palette.FAINT)], place)

    def _gap(self, place: _Place) -> None:
        if self._began and not place.tight:
            self._out.runs([(place.quote, palette.FAINT)] if place.quote else [], place.indent)
        self._began = True

    def _line(self, runs: Sequence[Run], place: _Place, hang: int = 0) -> None:
        before = place.quote + place.bullet
        lead = [(before, palette.FAINT)] if before else []
        self._out.runs([*lead, *runs], place.indent, cell_len(before) + hang)


def _inline_runs(tokens: Sequence["Token"], style: Style) -> Iterator[Run | None]:
    """The runs of a paragraph; None where a line ends."""
    styles = [style]
    links: list[str] = []
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                yield None
            case "strong_open" | "em_open" | "s_open":
                styles.append(styles[-1] + _EMPHASIS[token.type])
            case "link_open":
                styles.append(styles[-1] + _LINK)
                links.append(str(token.attrs.get("href", "")))
            case "strong_close" | "em_close" | "s_close":
                styles.pop()
            case "link_close":
                styles.pop()
                yield f" ({links.pop()})", palette.FAINT
            case "image":
                yield f"{token.content} ({token.attrs.get('src', '')})", styles[-1] + _LINK
            case "code_inline":
                yield token.content, styles[-1] + _CODE
            case _:
                yield token.content, styles[-1]


def _closing(tokens: Sequence["Token"], at: int) -> int:
    """The place of the token that closes the one at ``at``; itself where it holds nothing."""
    if tokens[at].nesting != 1:
        return at
    return next((n for n in range(at + 1, len(tokens)) if tokens[n].level == tokens[at].level), len(tokens))


def _width(runs: Sequence[Run]) -> int:
    return sum(cell_len(text) for text, _style in runs)

"""Comparisons as lines, the same for a terminal and for the TUI: a sign, an indent, and runs of text.

The runs are as they were captured: whoever draws them cleans them. `shown` puts the signs of runs inside a line into
the text, so that nothing is told by colour alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from deck.compare.align import Budget
from deck.compare.folding import Fold, folded
from deck.compare.values import Piece
from deck.compare.words import compare_texts
from deck.render import plural

_CONTEXT = 3  # lines around a change
_LONG = (12, 2_000)  # lines and characters of what only one side has; more is folded where that is asked for
_LONGEST = 300  # characters of a run that both texts have, in one line; more is cut in its middle
_BRACKETS = {"-": ("[-", "-]"), "+": ("{+", "+}")}
_BREAK = "⏎"


class Line(NamedTuple):
    """One line. ``sign`` is one of `deck.compare.values`, ``" "`` for a line of context, ``"#"`` for a heading."""

    sign: str
    pieces: tuple[Piece, ...]
    indent: int = 0


def plain(sign: str, text: str, indent: int = 0) -> Line:
    """A line of one run."""
    return Line(sign, (Piece("=", text),), indent)


def shown(piece: Piece) -> str:
    """A run with its sign around it, as `git diff --word-diff` has it."""
    opening, closing = _BRACKETS.get(piece.sign, ("", ""))
    return f"{opening}{piece.text}{closing}"


def text_lines(sign: str, text: str, indent: int = 0) -> Iterator[Line]:
    """A whole text of one sign."""
    yield from (plain(sign, line, indent) for line in text.rstrip("\n").split("\n"))


def changed_lines(before: str, after: str, budget: Budget, indent: int = 0) -> Iterator[Line]:
    """Two texts as one: lines that are gone, that are new, that changed within, and some of those around them."""
    return piece_lines(compare_texts(before, after, budget), indent)


def brief_lines(lines: Iterable[Line], hint: str) -> Iterator[Line]:
    """The lines, with one that tells the size, and the ``hint``, in place of what is long and all of one side."""
    for (sign, indent), run in groupby(lines, key=lambda line: (line.sign, line.indent)):
        part = list(run)
        characters = sum(len(piece.text) for line in part for piece in line.pieces)
        if sign in ("-", "+") and (len(part) > _LONG[0] or characters > _LONG[1]):
            yield plain(sign, f"{plural(len(part), 'line')}, {plural(characters, 'character')} ({hint})", indent)
        else:
            yield from part


def piece_lines(pieces: Iterable[Piece], indent: int = 0) -> Iterator[Line]:
    """The lines of a compared text, those far from any change folded."""
    for line in folded(list(_lines(pieces, indent)), lambda line: line.sign != " ", _CONTEXT):
        yield plain("=", plural(line.number, "line"), indent) if isinstance(line, Fold) else line


def _lines(pieces: Iterable[Piece], indent: int) -> Iterator[Line]:
    row: list[Piece] = []
    for piece in pieces:
        first, *rest = piece.text.split("\n")
        if first:
            row.append(Piece(piece.sign, first))
        for text in rest:
            yield from _row(row, piece.sign, indent)
            row = [Piece(piece.sign, text)] if text else []
    if row:
        yield from _row(row, "", indent)


def _row(row: Sequence[Piece], ended_by: str, indent: int) -> Iterator[Line]:
    """The line of these runs, or two where one took the other's place.

    ``ended_by`` is the sign of the line break at its end, or empty where there is none.
    """
    signs = {piece.sign for piece in row} | ({ended_by} - {""})
    if signs == {"="}:
        yield Line(" ", tuple(Piece("=", _cut(piece.text)) for piece in row), indent)
    elif len(signs) == 1 or not any(piece.sign == "=" and piece.text.strip() for piece in row):
        for sign in sorted(signs - {"="}, reverse=True):  # "-" before "+"
            text = "".join(piece.text for piece in row if piece.sign in (sign, "="))
            yield plain(sign, text, indent)
    else:
        broken = () if ended_by in ("", "=", row[-1].sign) else (Piece(ended_by, _BREAK),)
        runs = (Piece(piece.sign, _cut(piece.text)) if piece.sign == "=" else piece for piece in row)
        yield Line("~", (*runs, *broken), indent)


def _cut(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 3
    return f"{text[:half]} …{len(text) - 2 * half:,} characters… {text[-half:]}"

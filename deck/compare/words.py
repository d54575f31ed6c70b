"""Two texts: first by lines, then, inside what was replaced, by clauses and by words.

Texts of many megabytes come back in about a second: what the budget (`deck.compare.align`) does not cover is told as
replaced. So is what has too little in common: two texts woven into each other read worse than one after the other.
"""

import re
from collections.abc import Iterator

from deck.compare.align import Budget, runs
from deck.compare.values import Piece

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_CLAUSE = re.compile(r"[^\n,;.{}\[\]]*[\n,;.{}\[\]]+|[^\n,;.{}\[\]]+")
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_LEVELS = (_LINE, _CLAUSE, _WORD)
_MOST_WORDS = 40_000  # characters of a stretch that is taken apart into words
_LEAST_COMMON = 0.4  # of the characters of a stretch


def compare_texts(before: str, after: str, budget: Budget) -> tuple[Piece, ...]:
    """``before`` and ``after`` as runs: those without ``+`` give the one, those without ``-`` the other.

    Of a stretch that changed the old text comes first. Neighbouring runs have different signs, and none is empty.
    """
    return tuple(_tidied(_compared(before, after, 0, budget)))


def _compared(before: str, after: str, level: int, budget: Budget) -> Iterator[Piece]:
    if before == after:
        yield Piece("=", before)
        return
    long = level == len(_LEVELS) - 1 and len(before) + len(after) > _MOST_WORDS
    if not before or not after or level == len(_LEVELS) or long:
        yield from (Piece("-", before), Piece("+", after))
        return
    old, new = _LEVELS[level].findall(before), _LEVELS[level].findall(after)
    done_a = done_b = 0
    for a, b, size in runs(old, new, budget, popular_too=False):
        yield from _stretch("".join(old[done_a:a]), "".join(new[done_b:b]), level + 1, budget)
        yield Piece("=", "".join(old[a : a + size]))
        done_a, done_b = a + size, b + size


def _stretch(before: str, after: str, level: int, budget: Budget) -> list[Piece]:
    """What was replaced, taken apart further where that leaves enough in common."""
    found = list(_compared(before, after, level, budget))
    common = sum(len(piece.text.strip()) for piece in found if piece.sign == "=")
    if 2 * common < _LEAST_COMMON * (len(before) + len(after)):
        return [Piece("-", before), Piece("+", after)]
    return found


def _tidied(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The runs with neighbours joined, and blanks between two changes counted to both."""
    kept: list[str] = []
    dropped: list[str] = []
    added: list[str] = []
    for piece in pieces:
        if piece.sign == "=":
            kept.append(piece.text)
            continue
        between = "".join(kept)
        if between.isspace() and (dropped or added) and ("\n" not in between or _end_lines(dropped, added)):
            dropped.append(between)
            added.append(between)
        elif between:
            yield from _flushed(dropped, added)
            yield Piece("=", between)
        kept.clear()
        (dropped if piece.sign == "-" else added).append(piece.text)
    yield from _flushed(dropped, added)
    if between := "".join(kept):
        yield Piece("=", between)


def _end_lines(*sides: list[str]) -> bool:
    """Whether what changed so far are whole lines, which an empty line does not keep apart."""
    return all(not texts or texts[-1].endswith("\n") for texts in sides)


def _flushed(dropped: list[str], added: list[str]) -> Iterator[Piece]:
    for sign, texts in (("-", dropped), ("+", added)):
        if text := "".join(texts):
            yield Piece(sign, text)
        texts.clear()

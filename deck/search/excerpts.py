"""Where a text has what was looked for, and what stands around it.

Words are found by SQLite's own tokenizer, in a table in memory that holds one text at a time: it agrees with the index
by construction, and a text of which the index says something wrong has no excerpt. Patterns are RE2's: linear in the
text, whatever the pattern.
"""

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, Protocol

from deck.diagnostics import USAGE, Problem
from deck.search.database import TOKENS

_BEFORE: Final = 40  # characters
_LENGTH: Final = 160
_MARKS: Final = 50  # places that are shown of a text
_PATTERN_MEMORY: Final = 16 << 20
_SPACE: Final = re.compile(r"\s+")

Span = tuple[int, int]


class Excerpt(NamedTuple):
    """A piece of a text, white space as single blanks, and where in it something was found."""

    text: str
    found: tuple[Span, ...]


class Finder(Protocol):
    """Finds what was looked for in a text."""

    def spans(self, text: str) -> Sequence[Span] | None:
        """The first places in their order, which may be none; None where the text does not fit."""


class Words:
    """Finds words and phrases. ``expression`` is one of `deck.search.words`."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._mark = os.urandom(16).hex()  # no text that was recorded can hold it
        self._db = sqlite3.connect(":memory:", isolation_level=None)
        self._db.execute(f"CREATE VIRTUAL TABLE one USING fts5(text, tokenize='{TOKENS}')")

    def spans(self, text: str) -> Sequence[Span] | None:
        """The first places in their order; None where the text does not fit."""
        self._db.execute("DELETE FROM one")
        self._db.execute("INSERT INTO one VALUES(?)", (text,))
        row = self._db.execute(
            "SELECT highlight(one, 0, ?, ?) FROM one WHERE one MATCH ?", (self._mark, self._mark, self._expression)
        ).fetchone()
        if row is None:
            return None
        bounds: list[int] = []
        for piece in row[0].split(self._mark, 2 * _MARKS)[: 2 * _MARKS]:
            bounds.append((bounds[-1] if bounds else 0) + len(piece))
        return list(zip(bounds[::2], bounds[1::2], strict=False))


class Pattern:
    """Finds a regular expression of RE2. Raises `Problem` for one that is none."""

    def __init__(self, pattern: str) -> None:
        import re2  # type: ignore[import-untyped]  # only who searches for patterns pays for it

        options = re2.Options()
        options.log_errors = False
        options.max_mem = _PATTERN_MEMORY
        try:
            self._pattern = re2.compile(pattern, options)
        except (re2.error, UnicodeEncodeError) as error:
            reason = error.args[0] if isinstance(error, re2.error) else error
            told = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
            raise Problem(
                f"{pattern[:80]!r} is no regular expression: {told}", "The syntax is RE2's.", USAGE
            ) from error

    def spans(self, text: str) -> Sequence[Span] | None:
        """The first places in their order; None where there is none."""
        found = [match.span() for match, _ in zip(self._pattern.finditer(text), range(_MARKS), strict=False)]
        return found or None


class Anything:
    """Fits every text; there is nothing to be found in it."""

    def spans(self, text: str) -> Sequence[Span] | None:
        """No places."""
        return ()


def excerpt(text: str, spans: Sequence[Span]) -> Excerpt:
    """What stands around the first place, or at the beginning where there is none."""
    start = max(spans[0][0] - _BEFORE, 0) if spans else 0
    stop = min(start + _LENGTH, len(text))
    bounds = [start, *(min(max(bound, start), stop) for span in spans for bound in span if span[0] < stop), stop]
    shown = "…" if start else ""
    found: list[Span] = []
    for at, (left, right) in enumerate(pairwise(bounds)):
        before = len(shown)
        shown += _SPACE.sub(" ", text[left:right])
        if at % 2:
            found.append((before, len(shown)))
    return Excerpt(shown + ("…" if stop < len(text) else ""), tuple(found))


def less_before(shown: Excerpt, most: int) -> Excerpt:
    """The same with at most ``most`` characters before the first place in which something was found."""
    spare = shown.found[0][0] - most if shown.found else 0
    if spare <= 0:
        return shown
    return Excerpt(
        "…" + shown.text[spare:], tuple((left - spare + 1, right - spare + 1) for left, right in shown.found)
    )


def pieces(shown: Excerpt) -> Iterator[tuple[str, bool]]:
    """An excerpt in pieces: (text, whether it was looked for)."""
    bounds = [0, *(bound for span in shown.found for bound in span), len(shown.text)]
    for at, (left, right) in enumerate(pairwise(bounds)):
        if left < right:
            yield shown.text[left:right], bool(at % 2)

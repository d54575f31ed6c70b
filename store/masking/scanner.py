"""Finding secrets in one text: keywords first, then the rules they belong to, in a window around each.

A rule sees nothing but that window, so what it finds does not depend on how the text came in, and cost follows the
keywords that occur. Tokens and exact values end a window, as if the text ended there: so masking what is masked
changes nothing. `Scanner.settled` says how much of a text that still grows can be let go.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from store.masking.exact import Exact
from store.masking.keywords import Keywords, is_inside_word
from store.masking.patterns import WORD
from store.masking.rules import Rule
from store.masking.tokens import OPENING, TOKEN, TOKEN_BYTES

EXACT: Final = "value"
"""What exact values are called in tokens and reports."""

CONTEXT: Final = 96
"""Bytes before a keyword that can matter, and at least as many as a token has."""

_LEAST_CUT = 12
_WORD_END = re.compile(b"[^%b]" % WORD.encode())
_WORD_START = re.compile(b".*[^%b]" % WORD.encode(), re.S)
_MOST_WORD = 8192
_LONG = 4096  # of a secret; a row of keywords is not looked at from each of them if that much is seen already


class Hit(NamedTuple):
    """A secret: bytes ``start`` to ``end`` of the text, by ``rule``; ``value`` is the secret itself, decoded."""

    start: int
    end: int
    rule: str
    value: bytes

    def moved(self, by: int) -> "Hit":
        """The same ``by`` bytes further on."""
        return self._replace(start=self.start + by, end=self.end + by)


class _Window(NamedTuple):
    """Where a rule looks because of one keyword; ``open``: more text could make it longer."""

    start: int
    end: int
    first: int  # where a secret may begin
    open: bool
    is_limited: bool  # it ends because a secret cannot be that long, not because the text ends it


class Scanner:
    """Rules and exact values."""

    def __init__(self, keywords: Keywords, exact: Exact) -> None:
        self._keywords = keywords
        self._exact = exact
        self._before = max((rule.before for rule in keywords.rules), default=0)
        self.sight = CONTEXT + keywords.longest + max((_sight(rule) for rule in keywords.rules), default=0)
        """How far around a keyword a rule can see where it does not end at a quote anyway."""

    def hits(self, text: bytes) -> list[Hit]:
        """Every secret in ``text`` as it stands, in order, none overlapping another."""
        found = self._by_value(text)
        encoded = [*self._keywords.encoded.find(text), *self._exact.encoded.find(text)]
        if not encoded and not self._keywords.are_in(text):
            return found
        found += self._by_rules(text, _taken(text, found))
        for run in encoded:
            for hit in self._plain(run.data):
                start, end = run.place(hit.start, hit.end)
                if start < end:
                    found.append(hit._replace(start=start, end=end))
        return merged(found, text)

    def _plain(self, text: bytes) -> list[Hit]:
        by_value = self._by_value(text)
        return merged([*by_value, *self._by_rules(text, _taken(text, by_value))], text)

    def settled(self, text: bytes, hits: Iterable[Hit]) -> int:
        """The position before which nothing can change, whatever text follows; ``hits`` are what `hits` has found."""
        size = len(text)
        begun = self._keywords.begun(text, {hit.end for hit in hits})
        edge = min(
            _word_start(text, begun, self._before) if self._before else begun,
            self._exact.begun(text),
            self._keywords.encoded.settled(text),
            self._exact.encoded.settled(text),
        )
        for _, window in self._windows(text, _taken(text, self._by_value(text))):
            if window.start >= edge:
                break
            if window.open:
                edge = min(edge, window.first)
        opening = text.rfind(OPENING)
        if opening >= 0 and size - opening < TOKEN_BYTES and TOKEN.match(text, opening) is None:
            edge = min(edge, opening)
        return max(0, edge)

    def unfinished(self, text: bytes) -> list[Hit]:
        """What a secret has begun with that the end of ``text`` cut off: by rules whose keywords stand alone."""
        found: list[Hit] = []
        for rule, window in self._windows(text, ()):
            if rule.alone and window.open and len(text) - window.first >= _LEAST_CUT:
                found.append(Hit(window.first, len(text), rule.id, text[window.first :]))
        return found

    def _by_value(self, text: bytes) -> list[Hit]:
        return [Hit(start, end, EXACT, text[start:end]) for start, end in self._exact.spans(text)]

    def _by_rules(self, text: bytes, taken: Sequence[tuple[int, int]]) -> list[Hit]:
        found: list[Hit] = []
        for rule, window in self._windows(text, taken):
            for start, end in rule.secrets(text[window.start : window.end]):
                start, end = max(start + window.start, window.first), end + window.start
                if start < end:
                    found.append(Hit(start, end, rule.id, text[start:end]))
        return found

    def _windows(self, text: bytes, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[Rule, _Window]]:
        """Where rules look. Keywords in a row share a window, so cost follows the text, however many there are."""
        seen: dict[str, int] = {}  # how far each rule has looked
        for at, rule, size in self._keywords.occurrences(text):
            if at + _LONG < seen.get(rule.id, 0):
                continue
            window = _window(rule, text, at, size, taken)
            if window is not None:
                yield rule, window
                seen[rule.id] = window.end + (0 if window.is_limited else _LONG)


def merged(hits: Iterable[Hit], text: bytes, base: int = 0) -> list[Hit]:
    """Hits in order, those that overlap made one: nothing of either may stay. ``text`` begins at ``base``."""
    out: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if out and hit.start < out[-1].end:
            last = out[-1]
            if hit.end > last.end:
                out[-1] = Hit(last.start, hit.end, last.rule, text[last.start - base : hit.end - base])
        else:
            out.append(hit)
    return out


def _window(rule: Rule, text: bytes, at: int, size: int, taken: Sequence[tuple[int, int]]) -> _Window | None:
    """Where ``rule`` looks because of the keyword of ``size`` bytes at ``at``; `None` where it is taken already."""
    place = bisect_right(taken, (at, len(text)))
    floor = taken[place - 1][1] if place else 0
    if floor > at or (rule.alone and floor < at and is_inside_word(text, at)):
        return None
    ceiling = taken[place][0] if place < len(taken) else len(text)
    after = at + size
    low = max(0, at - CONTEXT)
    if rule.run is not None:
        limit = after + rule.reach
        end = rule.run.end.search(text, after, limit)
        outside = rule.run.start.match(text, low, at)
    else:
        limit = after + rule.reach + _MOST_WORD
        end = _WORD_END.search(text, after + rule.reach, limit)
        outside = _WORD_START.match(text, low, at)
    stop = min(end.start() if end else limit, ceiling)
    start = max(floor, outside.end() if outside else low)
    is_open = stop >= len(text) and (end is None or end.start() >= len(text)) and limit > len(text)
    is_limited = end is None and limit <= min(len(text), ceiling)
    return _Window(start, min(stop, len(text)), max(start, at - rule.before), is_open, is_limited)


def _word_start(text: bytes, at: int, most: int) -> int:
    """Where the word that reaches to ``at`` begins, at most ``most`` bytes before."""
    low = max(0, at - most)
    found = _WORD_START.match(text, low, at)
    return found.end() if found else low


def _sight(rule: Rule) -> int:
    """How far behind its keyword a rule sees over quotes."""
    return rule.reach if rule.run is None or rule.run.end.match(b'"') is None else 0


def _taken(text: bytes, found: Iterable[Hit]) -> list[tuple[int, int]]:
    """What ends a window: tokens, and what is ``found`` already."""
    tokens = [token.span() for token in TOKEN.finditer(text)] if OPENING in text else []
    return sorted([*tokens, *((hit.start, hit.end) for hit in found)])

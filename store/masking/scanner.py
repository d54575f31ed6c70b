"""Finding secrets in one text: keywords first, then the rules they belong to, in a window around each.

A rule sees nothing but that window, so what it finds does not depend on how the text came in, and cost follows the
keywords that occur. Tokens and exact values end a window, as if the text ended there: so masking what is masked
changes nothing. `Scanner.settled` says how much of a text that still grows can be let go.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from store.masking.encoded import EncodedKeywords
from store.masking.rules import Rule, compile_pattern
from store.masking.tokens import OPENING, TOKEN, TOKEN_BYTES

EXACT: Final = "value"
"""What exact values are called in tokens and reports."""

CONTEXT: Final = 96
"""Bytes before a keyword that can matter, and at least as many as a token has."""

_LEAST_EXACT = 6
_LEAST_CUT = 12
_WORD_END = re.compile(rb"[^!#-&(-_a-~]")
_WORD_START = re.compile(rb".*[^!#-&(-_a-~]", re.S)
_IN_WORD = re.compile(rb"[A-Za-z0-9_]{2}")
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
    """Rules and exact values, compiled. Exact values shorter than 6 bytes are left out: they would be everywhere."""

    def __init__(self, rules: Iterable[Rule], exact: Iterable[bytes] = ()) -> None:
        self._rules = tuple(rules)
        self._exact = tuple(sorted({value for value in exact if len(value) >= _LEAST_EXACT}, key=len, reverse=True))
        owners: dict[bytes, list[Rule]] = {}
        for rule in self._rules:
            for word in rule.keywords:
                owners.setdefault(word.lower(), []).append(rule)
        self._owners = {word: _owners_at(word, owners) for word in owners}
        self._keywords = _any_of(owners, "(?i)")
        self._exact_pattern = _any_of(self._exact, "")
        self._beginnings = _beginnings(word for word, found in owners.items() if not all(rule.alone for rule in found))
        self._beginnings_alone = _beginnings(owners)
        self._longest = max(map(len, owners), default=0)
        self._before = max((rule.before for rule in self._rules), default=0)
        self.sight = CONTEXT + self._longest + max((rule.reach for rule in self._rules if not rule.run_end), default=0)
        """How far around a keyword a rule can see where it does not end at a quote anyway."""
        self._encoded = EncodedKeywords([*(word for rule in self._rules for word in rule.keywords), *self._exact])

    def hits(self, text: bytes) -> list[Hit]:
        """Every secret in ``text`` as it stands, in order, none overlapping another."""
        found = [Hit(start, end, EXACT, text[start:end]) for start, end in self._exact_spans(text)]
        encoded = self._encoded.find(text)
        if not encoded and self._keywords.search(text) is None:
            return found
        found += self._by_rules(text, self._taken(text, found))
        for run in encoded:
            found += [Hit(*run.place(hit.start, hit.end), hit.rule, hit.value) for hit in self._plain(run.data)]
        return merged(found, text)

    def _plain(self, text: bytes) -> list[Hit]:
        exact = [Hit(start, end, EXACT, text[start:end]) for start, end in self._exact_spans(text)]
        return merged([*exact, *self._by_rules(text, self._taken(text, exact))], text)

    def settled(self, text: bytes, hits: Iterable[Hit]) -> int:
        """The position before which nothing can change, whatever text follows; ``hits`` are what `hits` has found."""
        size = len(text)
        edge = min(size, self._unfinished_word(text, {hit.end for hit in hits}), self._encoded.settled(text))
        for value in self._exact:
            edge = min(edge, size - _overlap(text, value))
        if not self._rules:
            return edge
        taken = self._taken(text, [Hit(start, end, EXACT, b"") for start, end in self._exact_spans(text)])
        for _, window in self._windows(text, taken):
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

    def _unfinished_word(self, text: bytes, masked: set[int]) -> int:
        """Where a keyword may have begun that the text does not hold to its end, and where its secret may begin."""
        size = len(text)
        tail = text[-self._longest :].lower()
        low = size - len(tail)
        for at in range(len(tail)):
            rest = tail[at:]
            if rest in self._beginnings:
                break
            if rest in self._beginnings_alone and (low + at in masked or not _is_inside_word(text, low + at)):
                break
        else:
            at = len(tail)
        place = low + at
        return _word_start(text, place, self._before) if self._before else place

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
        for at, word in self._occurrences(text):
            for rule, size in self._owners[word]:
                if at + _LONG < seen.get(rule.id, 0):
                    continue
                window = _window(rule, text, at, size, taken)
                if window is not None:
                    yield rule, window
                    seen[rule.id] = window.end + (0 if window.is_limited else _LONG)

    def _occurrences(self, text: bytes) -> Iterable[tuple[int, bytes]]:
        """Where keywords begin, also one inside another; the longest there is at each place."""
        found = self._keywords.search(text)
        while found is not None:
            yield found.start(), found.group().lower()
            found = self._keywords.search(text, found.start() + 1)

    def _exact_spans(self, text: bytes) -> list[tuple[int, int]]:
        return [found.span() for found in self._exact_pattern.finditer(text)] if self._exact else []

    def _taken(self, text: bytes, found: Iterable[Hit]) -> list[tuple[int, int]]:
        """What ends a window: tokens, and what is found already."""
        tokens = [token.span() for token in TOKEN.finditer(text)] if OPENING in text else []
        return sorted([*tokens, *((hit.start, hit.end) for hit in found)])


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
    if floor > at or (rule.alone and floor < at and _is_inside_word(text, at)):
        return None
    ceiling = taken[place][0] if place < len(taken) else len(text)
    after = at + size
    if rule.run_end is not None:
        limit = after + rule.reach
        end = rule.run_end.search(text, after, limit)
    else:
        limit = after + rule.reach + _MOST_WORD
        end = _WORD_END.search(text, after + rule.reach, limit)
    stop = min(end.start() if end else limit, ceiling)
    start = max(floor, _word_start(text, at, CONTEXT))
    is_open = stop >= len(text) and (end is None or end.start() >= len(text)) and limit > len(text)
    is_limited = end is None and limit <= min(len(text), ceiling)
    return _Window(start, min(stop, len(text)), max(start, at - rule.before), is_open, is_limited)


def _word_start(text: bytes, at: int, most: int) -> int:
    """Where the word that reaches to ``at`` begins, at most ``most`` bytes before."""
    low = max(0, at - most)
    found = _WORD_START.match(text, low, at)
    return found.end() if found else low


def _owners_at(word: bytes, owners: dict[bytes, list[Rule]]) -> tuple[tuple[Rule, int], ...]:
    """Rules with a keyword that ``word`` begins with, and the size of that keyword."""
    sizes = range(1, len(word) + 1)
    return tuple([(rule, size) for size in sizes for rule in owners.get(word[:size], ())])


def _beginnings(words: Iterable[bytes]) -> frozenset[bytes]:
    return frozenset([word[:size] for word in words for size in range(1, len(word))])


def _is_inside_word(text: bytes, at: int) -> bool:
    """Whether a letter, digit or _ stands before ``at``, and another begins there."""
    return at > 0 and _IN_WORD.match(text, at - 1) is not None


def _any_of(words: Iterable[bytes], flags: str) -> Any:
    longest_first = sorted(words, key=len, reverse=True)
    escaped = "|".join("".join(f"\\x{byte:02x}" for byte in word) for word in longest_first)
    return compile_pattern(f"{flags}(?:{escaped})" if escaped else r"[^\x00-\xff]", "keywords")


def _overlap(text: bytes, value: bytes) -> int:
    """How many bytes at the end of ``text`` are a beginning of ``value``, but not all of it."""
    most = min(len(text), len(value) - 1)
    return next((size for size in range(most, 0, -1) if text.endswith(value[:size])), 0)

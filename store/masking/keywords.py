"""The keywords of rules: where they occur in a text, and whether one has begun at its end."""

import re
from collections.abc import Iterable
from typing import Any

from store.masking.encoded import EncodedKeywords
from store.masking.patterns import any_of, compile_pattern
from store.masking.rules import Rule

_IN_WORD = re.compile(rb"[A-Za-z0-9_]{2}")


class Keywords:
    """The keywords of ``rules``, compiled once, whatever exact values come and go beside them."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        owners: dict[bytes, list[Rule]] = {}
        for rule in self.rules:
            for word in rule.keywords:
                owners.setdefault(word.lower(), []).append(rule)
        self._owners = {word: _owners_at(word, owners) for word in owners}
        self.pattern = any_of(owners, "i")
        """What finds them, as RE2 writes it."""
        self._compiled: Any = compile_pattern(self.pattern, "keywords")
        self.beginnings = _beginnings(word for word, found in owners.items() if not all(rule.alone for rule in found))
        """What a text may end with that is a keyword's beginning, whatever stands before it (in small letters)."""
        self.beginnings_alone = _beginnings(owners)
        """The same, where no letter, digit or _ stands before it."""
        self.longest = max(map(len, owners), default=0)
        self.encoded = EncodedKeywords(word for rule in self.rules for word in rule.keywords)

    def are_in(self, text: bytes) -> bool:
        """Whether there is a keyword in ``text``."""
        return self._compiled.search(text) is not None

    def occurrences(self, text: bytes) -> Iterable[tuple[int, Rule, int]]:
        """Where keywords begin, also one inside another, with the rule that one belongs to and its size."""
        found = self._compiled.search(text)
        while found is not None:
            for rule, size in self._owners[found.group().lower()]:
                yield found.start(), rule, size
            found = self._compiled.search(text, found.start() + 1)

    def begun(self, text: bytes, masked: set[int]) -> int:
        """Where a keyword may have begun that ``text`` does not hold to its end; after ``masked`` places one may."""
        size = len(text)
        tail = text[-self.longest :].lower()
        low = size - len(tail)
        for at in range(len(tail)):
            rest = tail[at:]
            if rest in self.beginnings:
                return low + at
            if rest in self.beginnings_alone and (low + at in masked or not is_inside_word(text, low + at)):
                return low + at
        return size


def is_inside_word(text: bytes, at: int) -> bool:
    """Whether a letter, digit or _ stands before ``at``, and another begins there."""
    return at > 0 and _IN_WORD.match(text, at - 1) is not None


def _owners_at(word: bytes, owners: dict[bytes, list[Rule]]) -> tuple[tuple[Rule, int], ...]:
    """Rules with a keyword that ``word`` begins with, and the size of that keyword."""
    sizes = range(1, len(word) + 1)
    return tuple([(rule, size) for size in sizes for rule in owners.get(word[:size], ())])


def _beginnings(words: Iterable[bytes]) -> frozenset[bytes]:
    return frozenset([word[:size] for word in words for size in range(1, len(word))])

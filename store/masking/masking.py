"""How one archive masks: its rules, its key and its fields. Shared by all bodies and streams."""

import re
import threading
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import Final

from store.masking.edits import Edit
from store.masking.exact import Exact
from store.masking.fields import Fields
from store.masking.finder import Finder
from store.masking.keywords import Keywords
from store.masking.leaves import Leaf
from store.masking.quiet import Signs
from store.masking.rules import VERSION, Rule, builtin
from store.masking.scanner import Hit
from store.masking.tokens import Tokens

_MOST_LEARNED: Final = 32
_MOST_AT_ONCE: Final = 8
_MOST_BYTES_AT_ONCE: Final = 8 << 10
_KEY = re.compile(rb"(?=[^A-Za-z]*[A-Za-z])(?=[^0-9]*[0-9])[!-~]{12,4096}")


class Masking:
    """Rules, exact values (both in any number), fields, and the archive's key (32 bytes)."""

    def __init__(
        self,
        key: bytes,
        rules: Iterable[Rule] | None = None,
        exact: Iterable[bytes] = (),
        fields: Fields | None = None,
        version: str = str(VERSION),
    ) -> None:
        self._keywords, self._signs = _compiled(builtin() if rules is None else tuple(rules))
        self._exact = tuple(exact)
        self._learning = threading.Lock()  # a recorder learns from two threads
        self._judged: dict[bytes, bool] = {}  # values of headers: whether each is learned; the latest is last
        self._tokens = Tokens(key)
        self.version = version
        """Of the rules: what a turn says it was masked by."""
        self.fields = fields or Fields()
        self._by_rule = Finder(self._keywords, self._signs, Exact())
        self.finder = Finder(self._keywords, self._signs, Exact(self._exact)) if self._exact else self._by_rule
        self.token = self._tokens.token

    def learn(self, values: Iterable[bytes]) -> None:
        """From now on these are secrets too: what authorization headers held. Of such values the last 32 count.

        What stands for no key ("ollama") is not learned, and not what rules find by themselves, so that the same
        text has the same tokens before and after. Of one call the first 8 count, as many as fit in 8 KiB: a server
        sends what it likes, and the event loop waits for this.
        """
        with self._learning:
            room = _MOST_BYTES_AT_ONCE
            changed = False
            for value in islice(values, _MOST_AT_ONCE):
                if len(value) <= room:
                    room -= len(value)
                    changed |= self._learn(value)
            if changed:
                learned = (each for each, is_secret in self._judged.items() if is_secret)
                self.finder = Finder(self._keywords, self._signs, Exact((*self._exact, *learned)))

    def _learn(self, value: bytes) -> bool:
        """Judge a value, and forget the oldest where there are too many; whether those that are learned are others."""
        is_new = value not in self._judged
        self._judged[value] = self._is_secret(value) if is_new else self._judged.pop(value)
        oldest = next(iter(self._judged)) if len(self._judged) > _MOST_LEARNED else value
        was_learned = oldest != value and self._judged.pop(oldest)
        return was_learned or (is_new and self._judged[value])

    def _is_secret(self, value: bytes) -> bool:
        """Whether a value is a key, and one that nothing else finds wherever it stands by itself."""
        if not _KEY.fullmatch(value):
            return False
        return [(hit.start, hit.end) for hit in self._by_rule.hits(b" %b " % value)] != [(1, 1 + len(value))]

    def hits(self, text: bytes) -> list[Hit]:
        """Every secret in ``text``."""
        return self.finder.hits(text)

    def by_field(self, text: bytes, leaves: Iterable[Leaf]) -> tuple[set[tuple[int, int]], list[Edit]]:
        """See `Fields.apply`."""
        return self.fields.apply(text, leaves, self.token)


@lru_cache(maxsize=2)  # nearly every archive has the built-in rules, which take 10 ms
def _compiled(rules: tuple[Rule, ...]) -> tuple[Keywords, Signs]:
    keywords = Keywords(rules)
    return keywords, Signs(keywords)

"""Values that are secrets whatever they look like: those of chosen variables, and credentials that headers held."""

from collections.abc import Iterable
from typing import Any, Final

from store.masking.encoded import EncodedKeywords
from store.masking.patterns import any_of, compile_pattern

LEAST: Final = 6
"""Bytes. Shorter values are left out: they would be everywhere."""

HEAD: Final = 12
"""Bytes of a value by which it is looked for in base64, and by which a text is told to hold none."""


class Exact:
    """Exact values, compiled."""

    def __init__(self, values: Iterable[bytes] = ()) -> None:
        self.values = frozenset(value for value in values if len(value) >= LEAST)
        self._pattern: Any = compile_pattern(any_of(self.values), "values")
        self.heads = frozenset(value[:HEAD] for value in self.values)
        self.encoded = EncodedKeywords(self.heads)

    def spans(self, text: bytes) -> list[tuple[int, int]]:
        """Where values are; those that overlap are one."""
        spans: list[tuple[int, int]] = []
        found = self._pattern.search(text) if self.values else None
        while found is not None:
            start, end = found.span()
            if spans and start < spans[-1][1]:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((start, end))
            found = self._pattern.search(text, start + 1)
        return spans

    def begun(self, text: bytes) -> int:
        """Where a value may have begun that ``text`` does not hold to its end."""
        return len(text) - max((_overlap(text, value) for value in self.values), default=0)


def _overlap(text: bytes, value: bytes) -> int:
    """How many bytes at the end of ``text`` are a beginning of ``value``, but not all of it."""
    low = max(0, len(text) - len(value) + 1)
    at = text.find(value[:1], low)
    while at >= 0 and not value.startswith(text[at:]):
        at = text.find(value[:1], at + 1)
    return len(text) - at if at >= 0 else 0

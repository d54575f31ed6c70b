"""Keywords inside base64: what they look like at each of the three places in a group, and the text around them.

A keyword of n bytes fills some characters of base64 by itself, whatever stands beside it; these are looked for as they
are. So nothing is decoded where no keyword is, and an image of a megabyte costs no more than a megabyte of text.
"""

import binascii
import re
from base64 import b64encode
from collections.abc import Iterable
from typing import Final, NamedTuple

from store.masking.patterns import any_of, compile_pattern

_SHORTEST = 3  # characters of a keyword's own
_SHOWN: Final = 2  # characters of a secret that stay
_LEAST_BEGUN: Final = _SHOWN + 1
_BACK: Final = 128  # characters of base64 before a keyword that are decoded; whole groups
_MOST: Final = 12 << 10  # characters after it
_LONG: Final = (
    6 << 10
)  # of a secret; a row of keywords is not decoded from each of them if that much is decoded already
_RUN = re.compile(rb"[A-Za-z0-9+/_-]*={0,2}")
_RUN_START = re.compile(rb".*[^A-Za-z0-9+/_-]", re.S)
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_USUAL = bytes.maketrans(b"-_", b"+/")


class Run(NamedTuple):
    """Decoded ``data`` and where it lies: from ``start`` to ``end``, four characters for three bytes."""

    start: int
    end: int
    data: bytes

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters of the bytes ``start`` to ``end`` lie, but for the first two.

        A text that grows need not be held back then for every character that some keyword begins with.
        """
        return self.start + -(-start * 4 // 3) + _SHOWN, min(self.end, self.start + -(-end * 4 // 3))


class EncodedKeywords:
    """Keywords and exact values as they look in base64."""

    def __init__(self, words: Iterable[bytes]) -> None:
        own: dict[bytes, set[int]] = {}
        for word in words:
            for phase in range(3):
                skip, characters = _characters(word, phase)
                if len(characters) >= _SHORTEST:
                    for variant in (characters, characters.translate(_URL_SAFE)):
                        own.setdefault(variant, set()).add(skip)
        self._skips = {word: _skips_at(word, own) for word in own}
        self.pattern = any_of(self._skips)
        """What finds them, as RE2 writes it."""
        self._compiled = compile_pattern(self.pattern, "keywords")
        self.beginnings = frozenset([word[:size] for word in self._skips for size in range(_LEAST_BEGUN, len(word))])
        """What a text may end with that is a beginning of one."""
        self.longest = max(map(len, self._skips), default=0)

    def find(self, text: bytes) -> list[Run]:
        """What stands in base64 around each keyword, once for keywords in a row."""
        found: list[Run] = []
        seen: dict[int, int] = {}  # how far the groups that begin at each of four places are decoded
        for at, skip in self._occurrences(text):
            place = (at - skip) % 4
            if at + _LONG < seen.get(place, 0):
                continue
            run = _run(text, at, skip)
            found.append(run)
            seen[place] = run.end + (0 if run.end >= at + _MOST else _LONG)
        return found

    def settled(self, text: bytes) -> int:
        """The position before which no base64 can turn out to hold a secret, whatever text follows."""
        size = len(text)
        tail = text[-self.longest :]
        sizes = range(min(len(tail), self.longest - 1), _LEAST_BEGUN - 1, -1)
        edge = size - next((n for n in sizes if tail[-n:] in self.beginnings), _SHOWN) + _SHOWN
        for at, _ in self._occurrences(text):
            if _end(text, at) >= size and size < at + _MOST:
                return min(at + _SHOWN, edge)
        return edge

    def _occurrences(self, text: bytes) -> list[tuple[int, int]]:
        """Where keywords begin, and how many characters of their group stand before them."""
        places: list[tuple[int, int]] = []
        found = self._compiled.search(text)
        while found is not None:
            places += [(found.start(), skip) for skip in self._skips[found.group()]]
            found = self._compiled.search(text, found.start() + 1)
        return places


def _characters(word: bytes, phase: int) -> tuple[int, bytes]:
    """What ``word`` alone decides where it begins as byte ``phase`` of a group, after how many characters."""
    skip = -(-phase * 8 // 6)
    return skip, b64encode(bytes(phase) + word)[skip : (phase + len(word)) * 8 // 6]


def _skips_at(word: bytes, own: dict[bytes, set[int]]) -> tuple[int, ...]:
    """What may stand before the characters ``word``, which also begin with those of shorter keywords."""
    return tuple(sorted({skip for size in range(1, len(word) + 1) for skip in own.get(word[:size], ())}))


def _end(text: bytes, at: int) -> int:
    found = _RUN.match(text, at, at + _MOST)
    return found.end() if found else at


def _run(text: bytes, at: int, skip: int) -> Run:
    low = max(0, at - skip - _BACK)
    before = _RUN_START.match(text, low, at)
    first = before.end() if before else low
    start = at - skip - max(0, (at - skip - first) // 4) * 4
    if start < 0 or start < first:
        start += 4  # the group is cut: what stands before the keyword's own characters is not there
    end = _end(text, at)
    return Run(start, end, _decoded(text[start:end]))


def _decoded(characters: bytes) -> bytes:
    bare = characters.rstrip(b"=").translate(_USUAL)
    if len(bare) % 4 == 1:
        bare = bare[:-1]
    return binascii.a2b_base64(bare + b"=" * (-len(bare) % 4))

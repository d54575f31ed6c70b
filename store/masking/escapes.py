"""Undoing one layer of escapes in a text, and knowing where each byte came from.

Escapes of JSON and of source code (``\\u0073``, ``\\x73``, ``\\n``) and of URLs (``%73``). A text is not parsed: where
JSON stands inside a JSON string, a second layer undoes the inner one, whatever holds it.
"""

import re
from bisect import bisect_right
from functools import lru_cache

_UNIT = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\"'\\/bfnrt])"
    rb"|%[0-9a-fA-F]{2}"
)
_JSON_UNIT = re.compile(rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\"\\/bfnrt])")
_UNFINISHED = re.compile(
    rb"(?:\\(?:u[0-9a-fA-F]{0,3}|x[0-9a-fA-F]?|u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u[0-9a-fA-F]{0,3})?)?)?|%[0-9a-fA-F]?)\Z"
)
_LONGEST = 12
_SHORT = {
    0x22: b'"', 0x27: b"'", 0x5C: b"\\", 0x2F: b"/", 0x62: b"\b", 0x66: b"\f", 0x6E: b"\n", 0x72: b"\r", 0x74: b"\t"
}  # fmt: skip


class Unescaped:
    """``text`` without one layer of escapes. The text that it was made of is called its source."""

    __slots__ = ("_found", "_pattern", "_source", "text")

    def __init__(self, source: bytes, only_json: bool = False) -> None:
        self._pattern = _JSON_UNIT if only_json else _UNIT
        self._source = source
        self.text = self._pattern.sub(_undone, source)
        self._found: _Units | None = None

    @property
    def is_other(self) -> bool:
        """Whether there was an escape at all; each is longer than what it stands for."""
        return len(self.text) != len(self._source)

    @property
    def _units(self) -> "_Units":
        """Where the escapes are; few texts are asked, so it is found out when one is."""
        if self._found is None:
            self._found = _Units(self._pattern, self._source)
        return self._found

    def source_start(self, place: int) -> int:
        """Where the byte at ``place``, or the end of the text, begins in the source."""
        units = self._units
        unit = bisect_right(units.places, place) - 1
        if unit < 0:
            return place
        past = place - units.places[unit] - units.lengths[unit]
        return units.starts[unit] if past < 0 else units.ends[unit] + past

    def source_end(self, place: int) -> int:
        """Where the byte before ``place`` ends in the source."""
        units = self._units
        unit = bisect_right(units.places, place - 1) - 1
        if unit < 0:
            return place
        past = place - units.places[unit] - units.lengths[unit]
        return units.ends[unit] + max(0, past)

    def place_after(self, position: int) -> int:
        """Where the byte of the source before ``position``, or the unit that it is part of, ends in ``text``."""
        units = self._units
        unit = bisect_right(units.starts, position - 1) - 1
        if unit < 0:
            return position
        return units.places[unit] + units.lengths[unit] + max(0, position - units.ends[unit])

    def place_of(self, position: int) -> int:
        """Where the byte of the source at ``position``, or the unit that it is part of, begins in ``text``."""
        units = self._units
        unit = bisect_right(units.starts, position) - 1
        if unit < 0:
            return position
        past = position - units.ends[unit]
        return units.places[unit] + (units.lengths[unit] + past if past >= 0 else 0)


class _Units:
    """The escapes of a source: where each begins and ends, where it stands in the text, and how long it is there."""

    __slots__ = ("ends", "lengths", "places", "starts")

    def __init__(self, pattern: re.Pattern[bytes], source: bytes) -> None:
        spans = [unit.span() for unit in pattern.finditer(source)]
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        self.lengths = [len(_decoded(source[start:end])) for start, end in spans]
        self.places: list[int] = []
        shorter = 0  # how much shorter the text is up to here
        for start, end, length in zip(self.starts, self.ends, self.lengths, strict=True):
            self.places.append(start - shorter)
            shorter += end - start - length


def settled(source: bytes) -> int:
    """The position at which an escape begins that is not there to its end; the end of the text if there is none."""
    low = max(0, len(source) - _LONGEST - _backslashes_before(source, len(source) - _LONGEST))
    position = low
    for unit in _UNIT.finditer(source, low):
        position = unit.start() if unit.end() == len(source) and _UNFINISHED.match(unit.group()) else unit.end()
    found = _UNFINISHED.search(source, position)
    return found.start() if found and found.group() else len(source)


def plain(text: bytes, layers: int) -> bytes:
    """A text with all its escapes undone, at most ``layers`` deep: the same for a secret however it was written."""
    for _ in range(layers):
        undone = Unescaped(text)
        if not undone.is_other:
            break
        text = undone.text
    return text


def _backslashes_before(source: bytes, position: int) -> int:
    """How many backslashes stand right before ``position``: which of them are escaped their whole row decides."""
    position = max(0, position)
    return position - len(source[:position].rstrip(b"\\"))


def _undone(unit: re.Match[bytes]) -> bytes:
    return _decoded(unit.group())


@lru_cache(1024)
def _decoded(unit: bytes) -> bytes:
    """What an escape stands for."""
    if len(unit) == 2:
        return _SHORT[unit[1]]
    if unit[:1] == b"%":
        return bytes((int(unit[1:], 16),))
    if unit[1:2] == b"x":
        return bytes((int(unit[2:], 16),))
    code = int(unit[2:6], 16)
    if len(unit) == 12:
        code = 0x10000 + ((code - 0xD800) << 10) + (int(unit[8:], 16) - 0xDC00)
    return chr(code).encode("utf-8", "surrogatepass")

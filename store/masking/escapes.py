"""Undoing one layer of escapes in a text, and knowing where each byte came from.

Escapes of JSON and of source code (``\\u0073``, ``\\x73``, ``\\n``) and of URLs (``%73``). A text is not parsed: where
JSON stands inside a JSON string, a second layer undoes the inner one, whatever holds it.
"""

import re
from bisect import bisect_right

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

    __slots__ = ("_ends", "_lengths", "_places", "_starts", "text")

    def __init__(self, source: bytes, only_json: bool = False) -> None:
        pieces: list[bytes] = []
        self._places: list[int] = []  # of each unescaped unit in ``text``
        self._lengths: list[int] = []
        self._starts: list[int] = []  # of its escape in the source
        self._ends: list[int] = []
        position = place = 0
        for unit in (_JSON_UNIT if only_json else _UNIT).finditer(source):
            start, end = unit.span()
            decoded = _decoded(source, start, end)
            pieces += (source[position:start], decoded)
            place += start - position
            self._places.append(place)
            self._lengths.append(len(decoded))
            self._starts.append(start)
            self._ends.append(end)
            place += len(decoded)
            position = end
        pieces.append(source[position:])
        self.text = b"".join(pieces)

    @property
    def is_other(self) -> bool:
        """Whether there was an escape at all."""
        return bool(self._starts)

    def source_start(self, place: int) -> int:
        """Where the byte at ``place``, or the end of the text, begins in the source."""
        unit = bisect_right(self._places, place) - 1
        if unit < 0:
            return place
        past = place - self._places[unit] - self._lengths[unit]
        return self._starts[unit] if past < 0 else self._ends[unit] + past

    def source_end(self, place: int) -> int:
        """Where the byte before ``place`` ends in the source."""
        unit = bisect_right(self._places, place - 1) - 1
        if unit < 0:
            return place
        past = place - self._places[unit] - self._lengths[unit]
        return self._ends[unit] + max(0, past)

    def place_after(self, position: int) -> int:
        """Where the byte of the source before ``position``, or the unit that it is part of, ends in ``text``."""
        unit = bisect_right(self._starts, position - 1) - 1
        if unit < 0:
            return position
        return self._places[unit] + self._lengths[unit] + max(0, position - self._ends[unit])

    def place_of(self, position: int) -> int:
        """Where the byte of the source at ``position``, or the unit that it is part of, begins in ``text``."""
        unit = bisect_right(self._starts, position) - 1
        if unit < 0:
            return position
        past = position - self._ends[unit]
        return self._places[unit] + (self._lengths[unit] + past if past >= 0 else 0)


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


def _decoded(source: bytes, start: int, end: int) -> bytes:
    kind = source[start + 1]
    if end - start == 2:
        return _SHORT[kind]
    if source[start] == 0x25:
        return bytes((int(source[start + 1 : end], 16),))
    if kind == 0x78:
        return bytes((int(source[start + 2 : end], 16),))
    code = int(source[start + 2 : start + 6], 16)
    if end - start == 12:
        code = 0x10000 + ((code - 0xD800) << 10) + (int(source[start + 8 : end], 16) - 0xDC00)
    return chr(code).encode("utf-8", "surrogatepass")

"""Where the values of a JSON text lie, byte by byte, without building them.

Spans, not values: splitting a body must give every byte back, so nothing is decoded. The scanner is iterative (depth
costs nothing), linear, and judges structure only; whoever needs a value parses its span. What is not well formed
enough to span gives `None`, and the caller keeps the whole.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]"]', re.S)
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.S)
_SCALAR = re.compile(rb"[^\s,\]}\"{\[]+")
_SPACE = re.compile(rb"[ \t\r\n]*")
_OPEN, _CLOSE = b"{[", b"}]"


class Span(NamedTuple):
    """Bytes ``start`` to ``end`` of the text; ``key`` is the raw name (without quotes) of an object's member."""

    start: int
    end: int
    key: bytes = b""


def skip_space(text: bytes, position: int) -> int:
    """The next position that is no JSON white space."""
    if text[position : position + 1] > b" ":  # compact JSON, as nearly all is
        return position
    match = _SPACE.match(text, position)
    return match.end() if match else position


def value_end(text: bytes, position: int) -> int:
    """One past the value that starts at ``position``; -1 where no value can be spanned."""
    first = text[position : position + 1]
    if first == b'"':
        match = _STRING.match(text, position)
        return match.end() if match else -1
    if not first or first not in _OPEN:
        match = _SCALAR.match(text, position)
        return match.end() if match else -1
    depth = 0
    for token in _TOKEN.finditer(text, position):
        start = token.start()
        byte = text[start]
        if byte == 0x22:
            if token.end() == start + 1:  # a quote that never closes
                return -1
        elif byte in _OPEN:
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                return token.end()
    return -1


def members(text: bytes, position: int, end_of: Callable[[bytes, int], int]) -> list[Span] | None:
    """Value spans of the object at ``position``, with their keys, in order; `None` where it is no sound object.

    ``end_of(key, position)`` finds the end of a member's value: `value_end`, or something that knows a shorter way.
    """
    position = skip_space(text, position)
    if text[position : position + 1] != b"{":
        return None
    position = skip_space(text, position + 1)
    found: list[Span] = []
    if text[position : position + 1] == b"}":
        return found
    while True:
        key = _STRING.match(text, position)
        if key is None:
            return None
        position = skip_space(text, key.end())
        if text[position : position + 1] != b":":
            return None
        position = skip_space(text, position + 1)
        name = text[key.start() + 1 : key.end() - 1]
        end = end_of(name, position)
        if end < 0:
            return None
        found.append(Span(position, end, name))
        position = skip_space(text, end)
        mark = text[position : position + 1]
        if mark == b"}":
            return found
        if mark != b",":
            return None
        position = skip_space(text, position + 1)


def elements(text: bytes, position: int) -> list[Span] | None:
    """Spans of the elements of the array at ``position``; `None` where it is no sound array."""
    if text[position : position + 1] != b"[":
        return None
    position = skip_space(text, position + 1)
    found: list[Span] = []
    if text[position : position + 1] == b"]":
        return found
    while True:
        end = value_end(text, position)
        if end < 0:
            return None
        found.append(Span(position, end))
        position = skip_space(text, end)
        mark = text[position : position + 1]
        if mark == b"]":
            return found
        if mark != b",":
            return None
        position = skip_space(text, position + 1)

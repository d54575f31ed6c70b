"""Large values of a request body, and the parts that they share with other values.

Tool lists share their tools, system prompts and reminders share all but the line that names today's folder. A part of
its own costs 32 bytes where it was seen in another frame, so only what is long enough is taken apart.
"""

import re
from typing import Final
from zlib import crc32

from store import jsonspan
from store.parts import Large, Literal

LARGE: Final = 256  # bytes from which a value is worth an object of its own
_LONG: Final = 1024  # bytes from which a string of an opening message is
_PIECED: Final = 4096  # bytes from which a text is kept in pieces
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.S)
_SENTENCE = re.compile(rb"(?:\\n)++|[.!?] ")


def take_apart(value: bytes) -> Large:
    """A large value with its parts, where it is an array with large elements or a long text."""
    if value[0] != 0x5B:
        return Large(value, _pieces(value))
    spans = jsonspan.elements(value, 0) or []
    parts: list[Literal | Large] = []
    position = 0
    for span in spans:
        if span.end - span.start >= LARGE:
            element = value[span.start : span.end]
            parts += (Literal(value[position : span.start]), Large(element, _pieces(element)))
            position = span.end
    if parts:
        parts.append(Literal(value[position:]))
    return Large(value, tuple(parts))


def long_strings(element: bytes) -> tuple[Literal | Large, ...]:
    """An element as its long strings and what stands around them: openings repeat reminders from session to session."""
    parts: list[Literal | Large] = []
    position = 0
    for match in _STRING.finditer(element):
        if match.end() - match.start() >= _LONG:
            parts += (Literal(element[position : match.start()]), Large(match.group(), _pieces(match.group())))
            position = match.end()
    parts.append(Literal(element[position:]))
    return tuple(parts)


def _pieces(value: bytes) -> tuple[Large, ...]:
    """A long text as pieces that end where its content says so, so that a text with one line changed shares the rest.

    A piece ends after a line or sentence if the bytes before hash to an eighth of all values: about 1 KB each.
    """
    if len(value) < _PIECED:
        return ()
    pieces: list[Large] = []
    position = 0
    for match in _SENTENCE.finditer(value):
        end = match.end()
        if end - position >= LARGE and crc32(value[end - 24 : end]) & 7 == 0:
            pieces.append(Large(value[position:end]))
            position = end
    if position < len(value):
        pieces.append(Large(value[position:]))
    return tuple(pieces) if len(pieces) > 1 else ()

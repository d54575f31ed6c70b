"""The texts and numbers of a JSON text, each with its place and its path.

An event of a stream says with a path, and with members like ``index``, to which text its piece belongs. Structure is
judged, values are not: what brackets and commas do not hold together is no JSON here.
"""

import re
from codecs import BOM_UTF8
from typing import NamedTuple

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],:]|[^\s{}\[\],:"]+|\S', re.S)
_NUMBER = re.compile(rb"-?\d")
PLACES = frozenset((b"index", b"output_index", b"content_index", b"summary_index"))
"""Names of numbers that say to which text a piece belongs."""

_VALUE, _NAME, _COLON, _NEXT = range(4)
_MOST_DEPTH = 512

ANY = b"*"
"""Stands in a path for the place in an array."""


class Leaf(NamedTuple):
    """A text (without its quotes) or a number, from ``start`` to ``end``."""

    start: int
    end: int
    path: tuple[bytes, ...]  # names as written, `ANY` for a place in an array; of a name itself, with b"" at the end
    lane: tuple[bytes, ...]  # what tells its text from others of the same path
    is_text: bool


class _Container:
    """An object or array that is open: how its members are told apart."""

    __slots__ = ("count", "is_object", "path", "places")

    def __init__(self, is_object: bool, path: tuple[bytes, ...], places: list[bytes]) -> None:
        self.is_object = is_object
        self.path = path
        self.places = places  # shared by all that stands in it; filled when ``index`` and the like are met
        self.count = 0


def leaves(text: bytes, is_cut: bool = False) -> list[Leaf] | None:
    """Every text, name and number in order; `None` for what is no JSON value, or no beginning of one (``is_cut``)."""
    found: list[tuple[int, int, tuple[bytes, ...], list[list[bytes]], bool]] = []
    stack: list[_Container] = []
    chains: list[list[list[bytes]]] = [[]]
    path: tuple[bytes, ...] = ()
    expected = _VALUE
    name = b""
    for token in _TOKEN.finditer(text, len(BOM_UTF8) if text.startswith(BOM_UTF8) else 0):
        start, end = token.span()
        first = text[start]
        if expected == _COLON:
            if first != 0x3A:
                return None
            expected = _VALUE
        elif expected == _NEXT:
            if not stack:
                return None
            top = stack[-1]
            if first == 0x2C:
                top.count += 1
                expected = _NAME if top.is_object else _VALUE
                path = top.path if top.is_object else (*top.path, ANY)
            elif first == (0x7D if top.is_object else 0x5D):
                stack.pop()
                chains.pop()
            else:
                return None
        elif expected == _NAME:
            if first == 0x7D and not stack[-1].count:
                stack.pop()
                chains.pop()
                expected = _NEXT
            elif first == 0x22 and end > start + 1:
                name = text[start + 1 : end - 1]
                path = (*stack[-1].path, name)
                found.append((start + 1, end - 1, (*path, b""), chains[-1], True))
                expected = _COLON
            else:
                return None
        elif first in b"{[":
            if len(stack) >= _MOST_DEPTH:
                return None
            places: list[bytes] = []
            if stack and not stack[-1].is_object:
                places.append(b"%d" % stack[-1].count)
            stack.append(_Container(first == 0x7B, path, places))
            chains.append([*chains[-1], places])
            expected = _NAME if first == 0x7B else _VALUE
            if first == 0x5B:
                path = (*path, ANY)
        elif first == 0x5D and stack and not stack[-1].is_object and not stack[-1].count and path[-1:] == (ANY,):
            stack.pop()
            chains.pop()
            expected = _NEXT
        elif first == 0x22 and end > start + 1:
            place = [[b"%d" % stack[-1].count]] if stack and not stack[-1].is_object else []
            found.append((start + 1, end - 1, path, [*chains[-1], *place], True))
            expected = _NEXT
        elif first == 0x22 and is_cut:
            found.append((start + 1, len(text), path, chains[-1], True))
            break
        elif first in b',:}]"':
            return None
        else:
            if _NUMBER.match(text, start):
                found.append((start, end, path, chains[-1], False))
                if name in PLACES and stack and stack[-1].is_object:
                    _tell(stack[-1].places, name, text[start:end])
            expected = _NEXT
    if (stack or expected != _NEXT) and not is_cut:
        return None
    return [Leaf(start, end, at, _lane(at, chain), kind) for start, end, at, chain, kind in found]


def _tell(places: list[bytes], name: bytes, number: bytes) -> None:
    """Note a number that says which of several texts is meant; ``index`` stands for the place in an array."""
    if name == b"index":
        places[:1] = [number]
    else:
        places.append(name + number)


def _lane(path: tuple[bytes, ...], chain: list[list[bytes]]) -> tuple[bytes, ...]:
    return (*path, b"\0", *(b",".join(places) for places in chain))

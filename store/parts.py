"""What a request body is made of: shell, large values, and the conversation's elements with their volatile cuts."""

from collections.abc import Sequence
from typing import NamedTuple

from store.errors import Damaged


class Cut(NamedTuple):
    """Volatile bytes taken out of an element, and where in the remaining content they stood."""

    at: int
    data: bytes


class Element(NamedTuple):
    """One element of the conversation without its volatile members."""

    content: bytes
    cuts: tuple[Cut, ...] = ()

    def whole(self) -> bytes:
        """The element as it was sent."""
        return restore(self.content, self.cuts)


class Literal(NamedTuple):
    """Bytes of the shell."""

    data: bytes


class Large(NamedTuple):
    """A value that becomes a blob; ``parts`` take it apart once more where it is an array of large elements."""

    data: bytes
    parts: "tuple[Literal | Large, ...]" = ()


class Chain(NamedTuple):
    """The conversation's elements and what stands between two of them."""

    elements: tuple[Element, ...]
    separator: bytes


Part = Literal | Large | Chain


def restore(content: bytes, cuts: Sequence[tuple[int, bytes]]) -> bytes:
    """Content with its cuts put back. Raises `Damaged` where they do not stand in it one after the other."""
    if not cuts:
        return content
    pieces: list[bytes] = []
    position = 0
    for at, data in cuts:
        if not position <= at <= len(content):
            raise Damaged("a cut lies outside its element")
        pieces += (content[position:at], data)
        position = at
    pieces.append(content[position:])
    return b"".join(pieces)

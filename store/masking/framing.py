"""How a stream is cut into events: lines, the elements of one JSON array, or not at all.

A framing takes chunks and gives events as they become complete, all bytes in order; `rest` is what has not. Which one
a stream has, its beginning tells (`Opening`).
"""

import re
from codecs import BOM_UTF8
from enum import Enum
from typing import Final, Protocol

_STRUCTURE = re.compile(rb'["\\{}\[\]]')
_LINE = re.compile(rb"(?:\xef\xbb\xbf)?(?:data:[ ]?|[<>]#?[ ])?[ \t]*")
_ELEMENT = re.compile(rb"(?:\xef\xbb\xbf)?[\s\[,]*(?=\{)|")
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,4096}(?:([^\s\[{])|{|\[\s{0,4096}(?:({)|[^\s{]))", re.S)
_MOST_BLANKS: Final = 2 * 4096 + len(BOM_UTF8) + 1  # of a beginning that does not fit


class Kind(Enum):
    """What a stream is, or a body that is there as a whole."""

    LINES = "lines"
    ELEMENTS = "elements"  # an array of objects
    DOCUMENT = "document"  # one JSON value


class Framing(Protocol):
    """What `store.masking.stream.StreamMasker` needs to know of a stream's form."""

    kind: Kind
    head: re.Pattern[bytes]
    """What stands before the JSON of a line; it fits every line."""

    def events(self, chunk: bytes) -> list[bytes]:
        """The events that ``chunk`` completes."""

    @property
    def is_between(self) -> bool:
        """Whether nothing came since the last event."""

    def lines(self, event: bytes) -> list[bytes]:
        """An event's lines; JSON is in one of them as a whole."""

    def rest(self) -> bytes:
        """What came since the last event; it is forgotten."""


def kind_of(beginning: bytes) -> Kind | None:
    """What a body is that begins so; `None` where more of it could tell.

    An object or array that does not end with its first line is a document. So is one without any line's end.
    """
    found = None if BOM_UTF8.startswith(beginning) else _BEGINNING.match(beginning)
    if found is None:
        return Kind.LINES if len(beginning) > _MOST_BLANKS else None
    if found[1]:
        return Kind.LINES
    if found[2]:
        return Kind.ELEMENTS
    end = beginning.find(b"\n", found.end())
    if end < 0:
        return None
    return Kind.LINES if beginning[:end].rstrip()[-1:] in b"}]" else Kind.DOCUMENT


class _Gathering:
    """Bytes that wait for more."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    @property
    def is_between(self) -> bool:
        """Whether nothing came since the last event."""
        return not any(self._pieces)

    def rest(self) -> bytes:
        """What came since the last event; it is forgotten."""
        rest, self._pieces = b"".join(self._pieces), []
        return rest


class Opening(_Gathering):
    """The beginning of a stream, until it tells what the stream is."""

    def __init__(self) -> None:
        super().__init__()
        self._size = 0

    def told(self, chunk: bytes) -> tuple[Framing, bytes] | None:
        """How the stream is framed, and all that came of it; `None` where more of it must come first."""
        was_long = self._size > _MOST_BLANKS  # so nothing but the end of its first line is waited for
        self._pieces.append(chunk)
        self._size += len(chunk)
        if was_long and b"\n" not in chunk:
            return None
        text = self.rest()
        kind = kind_of(text)
        if kind is None:
            self._pieces = [text]
            return None
        return _FRAMINGS[kind](), text


class Lines(_Gathering):
    """Server-sent events, with the empty line at the end of each, or single lines."""

    kind = Kind.LINES
    head = _LINE

    def events(self, chunk: bytes) -> list[bytes]:
        """See `Framing.events`."""
        end = chunk.rfind(b"\n") + 1
        if not end:
            self._pieces.append(chunk)
            return []
        text, rest = chunk[:end], chunk[end:]
        if self._pieces:
            text = b"".join((*self._pieces, text))
        self._pieces = [rest] if rest else []
        return _parts(text, b"\n\n") if b"\n\n" in text else self.lines(text)

    def lines(self, event: bytes) -> list[bytes]:
        """See `Framing.lines`."""
        return _parts(event, b"\n")


class Elements(_Gathering):
    """The elements of a JSON array, each with what stands before it."""

    kind = Kind.ELEMENTS
    head = _ELEMENT

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._in_text = False
        self._is_escaped = False  # the next byte belongs to an escape

    def events(self, chunk: bytes) -> list[bytes]:
        """See `Framing.events`."""
        found: list[bytes] = []
        begin, past = 0, int(self._is_escaped)
        for mark in _STRUCTURE.finditer(chunk):
            at, byte = mark.start(), mark.group()
            if at < past:
                continue
            if byte == b'"':
                self._in_text = not self._in_text
            elif self._in_text:
                past = at + 2 if byte == b"\\" else past
            elif byte != b"\\":
                self._depth += 1 if byte in b"{[" else -1
                if self._depth == 1 and byte in b"}]":
                    self._pieces.append(chunk[begin : at + 1])
                    found.append(self.rest())
                    begin = at + 1
        self._is_escaped = past > len(chunk)
        self._pieces.append(chunk[begin:])
        return found

    def lines(self, event: bytes) -> list[bytes]:
        """See `Framing.lines`."""
        return [event]


class Document(_Gathering):
    """One JSON value, which has no events: all of it is the rest."""

    kind = Kind.DOCUMENT
    head = re.compile(b"")

    def events(self, chunk: bytes) -> list[bytes]:
        """See `Framing.events`."""
        self._pieces.append(chunk)
        return []

    def lines(self, event: bytes) -> list[bytes]:
        """See `Framing.lines`."""
        return [event]


def _parts(text: bytes, end: bytes) -> list[bytes]:
    """``text`` cut behind each ``end``."""
    parts = text.split(end)
    last = parts.pop()
    return [*(part + end for part in parts), *([last] if last else [])]


_FRAMINGS: Final[dict[Kind, type[Lines | Elements | Document]]] = {
    Kind.LINES: Lines,
    Kind.ELEMENTS: Elements,
    Kind.DOCUMENT: Document,
}

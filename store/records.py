"""How one object lies inside a pack: a tag and bytes in which other objects are named as briefly as can be.

Physical only: ids are over logical payloads, and a record that decodes to anything else is found by its id. A reference
to an object of the same frame is a number, to any other object 32 raw bytes. Numbers are distances back where the
thing named moves along with the turn (parents), and places in the frame where it stays (tool schemas).
"""

from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import NamedTuple, Protocol

from store import columns
from store.errors import Damaged
from store.ids import ID_BYTES, MAX_OBJECT
from store.parts import restore
from store.varint import Cursor


class Tag(IntEnum):
    """What a record is; the number stands in the pack and never changes its meaning."""

    RAW = 1
    RECIPE = 2
    STREAM = 3
    TIMES = 4
    MESSAGE = 5
    ANSWER = 6
    TURN = 7
    RUN = 8
    NOTE = 9
    REPEAT = 10  # a message with the content of another one, under another parent
    OPENING = 11  # the first message of a conversation, its long strings as blobs


KIND_OF = {
    Tag.RAW: "blob",
    Tag.RECIPE: "blob",
    Tag.STREAM: "blob",
    Tag.TIMES: "blob",
    Tag.MESSAGE: "message",
    Tag.ANSWER: "message",
    Tag.REPEAT: "message",
    Tag.OPENING: "message",
    Tag.TURN: "turn",
    Tag.RUN: "run",
    Tag.NOTE: "note",
}
JSON_TAGS = {"turn": Tag.TURN, "run": Tag.RUN, "note": Tag.NOTE}


class Shell(NamedTuple):
    """A body with ``null`` for the elements of its conversation, and what was cut out of those.

    ``cuts`` are (element, counted from the end: 1 is the last; offset in it; bytes).
    """

    data: bytes
    cuts: tuple[tuple[int, int, bytes], ...] = ()


class Shared(NamedTuple):
    """A blob that stands in a recipe by its id."""

    id: bytes


class Talk(NamedTuple):
    """The conversation in a recipe: the last ``length`` messages up to ``tip``, and what stands between two of them.

    ``cuts`` are, for each element that has some, its number from the end (1 is the last), then (offset, bytes) of each.
    """

    tip: bytes
    length: int
    separator: bytes
    cuts: tuple[tuple[int, tuple[tuple[int, bytes], ...]], ...]


RecipePart = bytes | Shared | Talk


class Source(Protocol):
    """What decoding needs to know of the record's surroundings."""

    def id_at(self, place: int) -> bytes:
        """The id of the frame's object at ``place``."""

    def blob(self, object_id: bytes) -> bytes:
        """The payload of a blob."""

    def elements(self, tip: bytes, count: int) -> list[bytes]:
        """Contents of the last ``count`` messages of the chain that ends at ``tip``, oldest first."""

    def content(self, message: bytes) -> bytes:
        """The content of one message."""


class Decoder:
    """Reads the record ``data`` with ``tag`` that stands at ``here`` in the frame of ``source``."""

    def __init__(self, tag: Tag, data: bytes, here: int, source: Source) -> None:
        self.tag = tag
        self._cursor = Cursor(data)
        self._here = here
        self._source = source

    def _back(self) -> bytes:
        distance = self._cursor.varint()
        if distance == 0:
            return self._cursor.take(ID_BYTES)
        if distance > self._here:
            raise Damaged("a reference points before its frame")
        return self._source.id_at(self._here - distance)

    def _fixed(self) -> bytes:
        place = self._cursor.varint()
        if place == 0:
            return self._cursor.take(ID_BYTES)
        if place > self._here:
            raise Damaged("a reference points past its record")
        return self._source.id_at(place - 1)

    def _rest(self) -> bytes:
        return self._cursor.take(self._cursor.end - self._cursor.position)

    def message(self) -> tuple[bytes | None, bytes, bytes | None]:
        """Parent, content and, for a rebuilt answer, the blob it was rebuilt from."""
        if self.tag == Tag.OPENING:
            return None, self._recipe(), None
        parent = self._back() if self._cursor.take(1) != b"\0" else None
        if self.tag == Tag.REPEAT:
            return parent, self._source.content(self._back()), None
        rebuilt_from = self._back() if self.tag == Tag.ANSWER else None
        return parent, self._rest(), rebuilt_from

    def payload(self) -> bytes:
        """The logical payload of anything but a message."""
        match self.tag:
            case Tag.RAW:
                return self._rest()
            case Tag.STREAM:
                return columns.unpack_stream(self._rest())
            case Tag.TIMES:
                stream = self._source.blob(self._back())
                return columns.unpack_times(self._rest(), stream)
            case Tag.RECIPE:
                return self._recipe()
            case _:
                return self._json()

    def _json(self) -> bytes:
        ids = [self._back() for _ in range(self._cursor.varint())]
        pieces = self._rest().split(b"\xff")
        if len(pieces) != len(ids) + 1:
            raise Damaged("a payload has more or fewer ids than places for them")
        out = [pieces[0]]
        for object_id, piece in zip(ids, pieces[1:], strict=True):
            out += (object_id.hex().encode("ascii"), piece)
        return b"".join(out)

    def stored_id(self) -> bytes | None:
        """The id that the record itself names, where its parts may lie elsewhere. Checked when the object is read."""
        return self._cursor.take(ID_BYTES) if self.tag in (Tag.RECIPE, Tag.OPENING) else None

    def _recipe(self) -> bytes:
        return b"".join(self._parts(self._chain))

    def _parts(self, conversation: Callable[[], bytes]) -> Iterator[bytes]:
        """What each part gives. Crafted ones must not unfold: a part may name a long blob a million times."""
        self.stored_id()
        room = MAX_OBJECT
        conversations = 0
        for _ in range(self._cursor.varint()):
            match self._cursor.varint():
                case 0:
                    part = self._cursor.bytes()
                case 1:
                    part = self._source.blob(self._fixed())
                case 2 if not conversations:
                    part, conversations = conversation(), 1
                case other:
                    raise Damaged(f"a recipe has a part of kind {other} that it cannot have")
            room -= len(part)
            if room < 0:
                raise Damaged("a recipe unfolds to more than any object has")
            yield part

    def _chain(self) -> bytes:
        tip, count, separator = self._chain_head()
        elements = self._source.elements(tip, count)
        if sum(map(len, elements)) + len(separator) * count > MAX_OBJECT:
            raise Damaged("a conversation is longer than any object")
        last = -1
        for from_end, cuts in self._cuts():
            index = count - from_end
            if not last < index < count:
                raise Damaged("a cut lies outside its conversation")
            last = index
            elements[index] = restore(elements[index], cuts)
        return separator.join(elements)

    def _cuts(self) -> Iterator[tuple[int, list[tuple[int, bytes]]]]:
        """Of each element that has cuts: its number from the end, and the cuts."""
        for _ in range(self._cursor.varint()):
            from_end = self._cursor.varint()
            yield from_end, [(self._cursor.varint(), self._cursor.bytes()) for _ in range(self._cursor.varint())]

    def shell(self) -> Shell | None:
        """What a recipe gives without its conversation; `None` where the blob is no recipe with one.

        No message is read for it, so it costs what the rest of the body costs. It cannot be checked against an id.
        """
        if self.tag != Tag.RECIPE:
            return None
        cuts: list[tuple[int, int, bytes]] | None = None

        def passed_over() -> bytes:
            nonlocal cuts
            self._chain_head()
            cuts = [(from_end, at, data) for from_end, found in self._cuts() for at, data in found]
            return b"null"

        body = b"".join(self._parts(passed_over))
        return None if cuts is None else Shell(body, tuple(cuts))

    def _chain_head(self) -> tuple[bytes, int, bytes]:
        """A conversation's last message, how many messages it has, and what stands between two of them."""
        return self._back(), self._cursor.varint(), self._cursor.bytes()

    def references(self) -> list[bytes]:
        """Ids that this record's stored form names and that its payload needs (for reachability)."""
        match self.tag:
            case Tag.RECIPE | Tag.OPENING:
                return [
                    part.id if isinstance(part, Shared) else part.tip
                    for part in self.recipe()
                    if not isinstance(part, bytes)
                ]
            case Tag.TIMES:
                return [self._back()]
            case Tag.REPEAT:
                if self._cursor.take(1) != b"\0":
                    self._back()
                return [self._back()]
            case _:
                return []

    def recipe(self) -> Iterator[RecipePart]:
        """The parts of a recipe, nothing read for them."""
        self.stored_id()
        for _ in range(self._cursor.varint()):
            match self._cursor.varint():
                case 0:
                    yield self._cursor.bytes()
                case 1:
                    yield Shared(self._fixed())
                case _:
                    head = self._chain_head()
                    yield Talk(*head, tuple((from_end, tuple(cuts)) for from_end, cuts in self._cuts()))


def message_payload(parent: bytes | None, content: bytes, rebuilt_from: bytes | None = None) -> bytes:
    """The logical payload of a message; the element is spliced in byte for byte."""
    name = b'"%b"' % parent.hex().encode("ascii") if parent else b"null"
    tail = b',"rebuilt_from":"%b"' % rebuilt_from.hex().encode("ascii") if rebuilt_from else b""
    return b'{"message":%b,"parent":%b%b}' % (content, name, tail)

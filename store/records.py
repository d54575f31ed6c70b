"""How one object lies inside a pack: a tag and bytes in which other objects are named as briefly as can be.

Physical only: ids are over logical payloads, and a record that decodes to anything else is found by its id. A reference
to an object of the same frame is a number, to any other object 32 raw bytes. Numbers are distances back where the
thing named moves along with the turn (parents), and places in the frame where it stays (tool schemas).
"""

import re
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Protocol

from store import columns
from store.body import Chain, Cut, Element, Large, Literal, Part, restore
from store.errors import Damaged
from store.ids import ID_BYTES
from store.varint import Cursor, put, put_bytes


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


KIND_OF = {
    Tag.RAW: "blob",
    Tag.RECIPE: "blob",
    Tag.STREAM: "blob",
    Tag.TIMES: "blob",
    Tag.MESSAGE: "message",
    Tag.ANSWER: "message",
    Tag.REPEAT: "message",
    Tag.TURN: "turn",
    Tag.RUN: "run",
    Tag.NOTE: "note",
}
JSON_TAGS = {"turn": Tag.TURN, "run": Tag.RUN, "note": Tag.NOTE}

Place = Callable[[bytes], int]
"""The object's place in the current frame (0-based), or -1 for one that lies elsewhere."""


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


class Encoder:
    """Writes records that will stand at ``here`` in the frame. One object at a time."""

    def __init__(self, place: Place, here: int) -> None:
        self._place = place
        self._here = here

    def _back(self, out: bytearray, object_id: bytes) -> None:
        place = self._place(object_id)
        put(out, self._here - place if place >= 0 else 0)
        if place < 0:
            out += object_id

    def _fixed(self, out: bytearray, object_id: bytes) -> None:
        place = self._place(object_id)
        put(out, place + 1)
        if place < 0:
            out += object_id

    def message(self, parent: bytes | None, content: bytes) -> bytes:
        """A message of a conversation."""
        out = bytearray()
        self._parent(out, parent)
        return bytes(out + content)

    def repeat(self, parent: bytes | None, same: bytes) -> bytes:
        """A message whose content is that of the message ``same``."""
        out = bytearray()
        self._parent(out, parent)
        self._back(out, same)
        return bytes(out)

    def answer(self, parent: bytes | None, source: bytes, content: bytes) -> bytes:
        """A message rebuilt from the blob ``source``."""
        out = bytearray()
        self._parent(out, parent)
        self._back(out, source)
        return bytes(out + content)

    def _parent(self, out: bytearray, parent: bytes | None) -> None:
        out.append(0 if parent is None else 1)
        if parent is not None:
            self._back(out, parent)

    def json(self, payload: bytes) -> bytes:
        """A JSON payload with the ids in it taken out."""
        ids = [bytes.fromhex(match.decode()) for match in _HEX.findall(payload)]
        out = bytearray()
        put(out, len(ids))
        for object_id in ids:
            self._back(out, object_id)
        return bytes(out + _HEX.sub(b"\xff", payload))

    def times(self, stream: bytes, packed: bytes) -> bytes:
        """Chunk times packed against the blob ``stream``."""
        out = bytearray()
        self._back(out, stream)
        return bytes(out + packed)

    def recipe(self, own: bytes, parts: Sequence[Part], ids: Callable[[bytes], bytes], tip: bytes | None) -> bytes:
        """A body or array as its parts; ``ids`` names the blob of a large value, ``tip`` the chain's last message.

        Its ``own`` id stands in it: the parts may lie in other frames, and their loss must not cost whatever names it.
        """
        out = bytearray(own)
        put(out, len(parts))
        for part in parts:
            match part:
                case Literal():
                    out.append(0)
                    put_bytes(out, part.data)
                case Large():
                    out.append(1)
                    self._fixed(out, ids(part.data))
                case Chain():
                    out.append(2)
                    assert tip is not None
                    self._back(out, tip)
                    put(out, len(part.elements))
                    put_bytes(out, part.separator)
                    _put_cuts(out, part.elements)
        return bytes(out)


_HEX = re.compile(rb'(?<=")[0-9a-f]{64}(?=")')


def _put_cuts(out: bytearray, elements: Sequence[Element]) -> None:
    cut = [(len(elements) - index, element.cuts) for index, element in enumerate(elements) if element.cuts]
    put(out, len(cut))
    for from_end, cuts in cut:
        put(out, from_end)
        put(out, len(cuts))
        for each in cuts:
            put(out, each.at)
            put_bytes(out, each.data)


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
        """The id that the record itself names; only a recipe does. It is checked when the object is read."""
        return self._cursor.take(ID_BYTES) if self.tag == Tag.RECIPE else None

    def _recipe(self) -> bytes:
        self.stored_id()
        out: list[bytes] = []
        for _ in range(self._cursor.varint()):
            match self._cursor.varint():
                case 0:
                    out.append(self._cursor.bytes())
                case 1:
                    out.append(self._source.blob(self._fixed()))
                case 2:
                    out.append(self._chain())
                case other:
                    raise Damaged(f"a recipe has a part of unknown kind {other}")
        return b"".join(out)

    def _chain(self) -> bytes:
        tip = self._back()
        count = self._cursor.varint()
        separator = self._cursor.bytes()
        elements = self._source.elements(tip, count)
        for _ in range(self._cursor.varint()):
            index = count - self._cursor.varint()
            cuts = [Cut(self._cursor.varint(), self._cursor.bytes()) for _ in range(self._cursor.varint())]
            if not 0 <= index < count:
                raise Damaged("a cut lies outside its conversation")
            elements[index] = restore(elements[index], cuts)
        return separator.join(elements)

    def references(self) -> list[bytes]:
        """Ids that this record's stored form names and that its payload needs (for reachability)."""
        match self.tag:
            case Tag.RECIPE:
                return self._recipe_references()
            case Tag.TIMES:
                return [self._back()]
            case Tag.REPEAT:
                if self._cursor.take(1) != b"\0":
                    self._back()
                return [self._back()]
            case _:
                return []

    def _recipe_references(self) -> list[bytes]:
        self.stored_id()
        named: list[bytes] = []
        for _ in range(self._cursor.varint()):
            match self._cursor.varint():
                case 0:
                    self._cursor.bytes()
                case 1:
                    named.append(self._fixed())
                case _:
                    named.append(self._back())
                    self._cursor.varint()
                    self._cursor.bytes()
                    for _ in range(self._cursor.varint()):
                        self._cursor.varint()
                        for _ in range(self._cursor.varint()):
                            self._cursor.varint()
                            self._cursor.bytes()
        return named


def message_payload(parent: bytes | None, content: bytes, rebuilt_from: bytes | None = None) -> bytes:
    """The logical payload of a message; the element is spliced in byte for byte."""
    name = b'"%b"' % parent.hex().encode("ascii") if parent else b"null"
    tail = b',"rebuilt_from":"%b"' % rebuilt_from.hex().encode("ascii") if rebuilt_from else b""
    return b'{"message":%b,"parent":%b%b}' % (content, name, tail)

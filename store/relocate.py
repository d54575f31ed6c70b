"""Records as bytes and the ids between them, so that they can be written again at another place of another frame.

A record names objects of its frame by number, all others by their ids, and means the same either way. `take_apart`
makes ids of the numbers, `put_together` numbers of the ids that lie before the record in its new frame.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from store.errors import Damaged
from store.ids import ID_BYTES
from store.records import Tag
from store.varint import Cursor, put


class Named(NamedTuple):
    """An object that a record names: by its distance back, or by its place in the frame where it is ``fixed``."""

    object_id: bytes
    fixed: bool = False


Pieces = list[bytes | Named]


def take_apart(tag: Tag, data: bytes, here: int, id_at: Callable[[int], bytes]) -> Pieces:
    """The pieces of the record at ``here`` in a frame whose ids ``id_at`` knows. Raises `Damaged`."""
    return _Splitter(data, here, id_at).pieces(tag)


def put_together(pieces: Sequence[bytes | Named], here: int, place: Callable[[bytes], int]) -> bytes:
    """The record as it stands at ``here``; ``place`` gives an id's place before that, or -1."""
    out = bytearray()
    for piece in pieces:
        if isinstance(piece, bytes):
            out += piece
            continue
        found = place(piece.object_id)
        if found < 0:
            put(out, 0)
            out += piece.object_id
        else:
            put(out, found + 1 if piece.fixed else here - found)
    return bytes(out)


class _Splitter:
    def __init__(self, data: bytes, here: int, id_at: Callable[[int], bytes]) -> None:
        self._cursor = Cursor(data)
        self._here = here
        self._id_at = id_at
        self._pieces: Pieces = []
        self._start = 0

    def pieces(self, tag: Tag) -> Pieces:
        cursor = self._cursor
        match tag:
            case Tag.RECIPE | Tag.OPENING:
                cursor.take(ID_BYTES)
                for _ in range(cursor.varint()):
                    self._part()
            case Tag.MESSAGE | Tag.ANSWER | Tag.REPEAT:
                if cursor.take(1) != b"\0":
                    self._named()
                if tag != Tag.MESSAGE:
                    self._named()
            case Tag.TIMES:
                self._named()
            case Tag.TURN | Tag.RUN | Tag.NOTE:
                for _ in range(cursor.varint()):
                    self._named()
        cursor.position = cursor.end
        self._bytes()
        return self._pieces

    def _part(self) -> None:
        """One part of a recipe."""
        cursor = self._cursor
        match cursor.varint():
            case 0:
                cursor.bytes()
            case 1:
                self._named(fixed=True)
            case 2:
                self._named()
                cursor.varint()
                cursor.bytes()
                for _ in range(cursor.varint()):
                    cursor.varint()
                    for _ in range(cursor.varint()):
                        cursor.varint()
                        cursor.bytes()
            case other:
                raise Damaged(f"a recipe has a part of unknown kind {other}")

    def _named(self, fixed: bool = False) -> None:
        """An id, which starts a new piece."""
        self._bytes()
        cursor = self._cursor
        number = cursor.varint()
        if number > self._here:
            raise Damaged("a reference leaves its frame")
        place = number - 1 if fixed else self._here - number
        self._pieces.append(Named(self._id_at(place) if number else cursor.take(ID_BYTES), fixed))
        self._start = cursor.position

    def _bytes(self) -> None:
        """What was passed since the last id."""
        if self._cursor.position > self._start:
            self._pieces.append(self._cursor.data[self._start : self._cursor.position])
        self._start = self._cursor.position

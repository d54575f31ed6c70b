"""Reading objects back, each one checked against its id.

Messages are kept for a while, because a body is rebuilt from a chain that it shares with the body before it. One lock
makes a reader safe for the threads of one process.
"""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from store.errors import Cyclic, Damaged, Missing
from store.files import Files
from store.frames import FrameCache, OpenFrame
from store.ids import object_id
from store.index import Index, Place
from store.pack import Block
from store.records import KIND_OF, Decoder, RecipePart, Shell, Tag, message_payload

_MOST_NESTED = 32  # objects whose stored forms need each other; what writers make has five

T = TypeVar("T")


class Object(NamedTuple):
    """An object: its kind and its logical payload."""

    kind: str
    payload: bytes


class MessageParts(NamedTuple):
    """A message's parent, its content as sent, and the blob an answer was rebuilt from."""

    parent: bytes | None
    content: bytes
    rebuilt_from: bytes | None


class Keep(NamedTuple):
    """How much is kept for the next reading: frames, their decoded bytes, bytes of messages and of shared values."""

    frames: int
    frame_bytes: int
    message_bytes: int
    part_bytes: int


PLENTY: Final = Keep(8, 64 << 20, 64 << 20, 16 << 20)
LITTLE: Final = Keep(1, 4 << 20, 2 << 20, 1 << 20)  # for who seldom reads, in somebody else's process


class _Line:
    """A conversation as it was last read: its messages and their contents, oldest first."""

    def __init__(self) -> None:
        self.ids: list[bytes] = []
        self.contents: list[bytes] = []
        self.places: dict[bytes, int] = {}

    def length_to(self, message: bytes) -> int:
        """How many of the line's messages lead up to and include ``message``; 0 where it is none of them."""
        place = self.places.get(message, -1)
        return place + 1 if 0 <= place < len(self.ids) and self.ids[place] == message else 0

    def go_on(self, length: int, new: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep the first ``length`` messages, then ``new`` ones with their contents."""
        del self.ids[length:], self.contents[length:]
        if not length:
            self.places.clear()
        for message, content in new:
            self.places[message] = len(self.ids)
            self.ids.append(message)
            self.contents.append(content)


class _Surroundings:
    """What decoding a record of a frame asks for: ids from its frame, everything else from the reader."""

    def __init__(self, reader: "ObjectReader", frame: OpenFrame) -> None:
        self._reader = reader
        self.id_at = frame.id_at
        self.blob = reader.part
        self.elements = reader.elements

    def content(self, message: bytes) -> bytes:
        return self._reader.message(message).content


class ObjectReader:
    """Gives objects of an archive by id."""

    def __init__(self, files: Files, packs: Path, index: Index, packs_changed: Callable[[], None]) -> None:
        """``packs_changed`` lets the index follow where a pack is gone that it names."""
        self.index = index
        self.keep = PLENTY
        self._packs_changed = packs_changed
        self._frames = FrameCache(files, packs, index)
        self._messages: dict[bytes, MessageParts] = {}
        self._message_bytes = 0
        self._parts: dict[bytes, bytes] = {}  # blobs that bodies share
        self._part_bytes = 0
        self._line = _Line()
        self._unindexed: dict[bytes, tuple[str, OpenFrame, int]] = {}  # of the block being identified
        self._unfolding: set[bytes] = set()
        self._lock = threading.RLock()

    def get(self, wanted: bytes) -> Object:
        """The object, verified. Raises `Missing` or `Damaged`; nothing that fails its id is ever returned."""
        with self._lock:
            kind, frame, place = self._find(wanted)
            if kind == "message":
                parts = self.message(wanted)
                payload = message_payload(parts.parent, parts.content, parts.rebuilt_from)
            else:
                payload = self._unfold(wanted, self._decoder(frame, place).payload)
            if object_id(kind, payload) != wanted:
                raise Damaged(f"object {wanted.hex()} does not give its id", where=frame.pack)
            return Object(kind, payload)

    def message(self, wanted: bytes) -> MessageParts:
        """A message's parts, verified against its id."""
        with self._lock:
            parts = self._messages.get(wanted)
            if parts is not None:
                return parts
            kind, frame, place = self._find(wanted)
            if kind != "message":
                raise Damaged(f"object {wanted.hex()} is a {kind}, not a message", where=frame.pack)
            parts = MessageParts(*self._unfold(wanted, self._decoder(frame, place).message))
            payload = message_payload(parts.parent, parts.content, parts.rebuilt_from)
            if object_id("message", payload) != wanted:
                raise Damaged(f"object {wanted.hex()} does not give its id", where=frame.pack)
            self._remember(wanted, parts)
            return parts

    def _unfold(self, wanted: bytes, decode: Callable[[], T]) -> T:
        """What ``decode`` gives, which may need other objects. Recipes say their own ids, so crafted ones can loop."""
        if wanted in self._unfolding:
            raise Cyclic(f"object {wanted.hex()} needs itself", where=wanted.hex())
        if len(self._unfolding) >= _MOST_NESTED:
            raise Damaged("objects are nested deeper than any writer nests them", where=wanted.hex())
        self._unfolding.add(wanted)
        try:
            return decode()
        finally:
            self._unfolding.discard(wanted)

    def elements(self, tip: bytes, count: int) -> list[bytes]:
        """Contents of the last ``count`` messages of the chain that ends at ``tip``, oldest first.

        The line that was asked for last is kept: a body goes on where the body before it ended.
        """
        with self._lock:
            new: list[tuple[bytes, bytes]] = []
            current: bytes | None = tip
            while current is not None and (shared := self._line.length_to(current)) == 0:
                parts = self.message(current)
                new.append((current, parts.content))
                current = parts.parent
            self._line.go_on(shared if current is not None else 0, reversed(new))
            if len(self._line.contents) < count:
                raise Damaged("a conversation is shorter than its turn says", where=tip.hex())
            return self._line.contents[len(self._line.contents) - count :]

    def part(self, wanted: bytes) -> bytes:
        """The payload of a blob that is part of other blobs; kept for the next one that shares it."""
        with self._lock:
            payload = self._parts.get(wanted)
            if payload is None:
                payload = self.get(wanted).payload
                if self._part_bytes > self.keep.part_bytes:
                    self._parts.clear()
                    self._part_bytes = 0
                self._parts[wanted] = payload
                self._part_bytes += len(payload)
            return payload

    def shell(self, body: bytes) -> Shell | None:
        """A request body without its conversation, none of whose messages is read; `None` where it was kept whole.

        The large values in it are checked against their ids, the whole is not: it is for showing, not for giving back.
        """
        with self._lock:
            _kind, frame, place = self._find(body)
            return self._unfold(body, self._decoder(frame, place).shell)

    def recipe(self, blob: bytes) -> tuple[RecipePart, ...]:
        """The parts of a blob that is stored as a recipe, as they are written; none where it is stored otherwise."""
        with self._lock:
            _kind, frame, place = self._find(blob)
            decoder = self._decoder(frame, place)
            return tuple(decoder.recipe()) if decoder.tag == Tag.RECIPE else ()

    def chain(self, tip: bytes) -> list[bytes]:
        """Ids of the messages of the chain that ends at ``tip``, oldest first."""
        found = [tip]
        while (parent := self.message(found[-1]).parent) is not None:
            found.append(parent)
        found.reverse()
        return found

    def references(self, wanted: bytes) -> list[bytes]:
        """Ids that the object's stored form needs besides those in its payload."""
        with self._lock:
            _kind, frame, place = self._find(wanted)
            return self._decoder(frame, place).references()

    def open_frame(self, pack: str, block: Block) -> OpenFrame:
        """The frame of a block that the index has, decoded at least through that block. Raises `Damaged`."""
        with self._lock:
            frame = self._open(pack, block)
            if not frame.knows_id(block.first - block.frame_first):
                raise Damaged("the index does not have the objects of a block", where=pack)
            return frame

    def identify(self, pack: str, block: Block) -> list[tuple[bytes, str]]:
        """(id, kind) of each object of a block that follows the blocks the index has of its frame. Raises `Damaged`."""
        with self._lock:
            frame = self._open(pack, block)
            start = block.first - block.frame_first
            try:
                return [self._identify(frame, place) for place in range(start, frame.decoder.frame.count)]
            finally:
                self._unindexed.clear()

    def _identify(self, frame: OpenFrame, place: int) -> tuple[bytes, str]:
        decoder = self._decoder(frame, place)
        kind = KIND_OF[decoder.tag]
        stored = decoder.stored_id()
        if stored is not None:
            found = stored
        elif kind == "message":
            parts = MessageParts(*decoder.message())
            found = object_id(kind, message_payload(parts.parent, parts.content, parts.rebuilt_from))
            self._remember(found, parts)
        else:
            found = object_id(kind, decoder.payload())
        frame.name(place, found)
        self._unindexed[found] = (kind, frame, place)
        return found, kind

    def forget(self) -> None:
        """Drop everything kept, after packs have changed under the reader."""
        with self._lock:
            self._frames.clear()
            self._messages.clear()
            self._message_bytes = 0
            self._parts.clear()
            self._part_bytes = 0
            self._line = _Line()

    def _remember(self, message: bytes, parts: MessageParts) -> None:
        if self._message_bytes > self.keep.message_bytes:
            self._messages.clear()
            self._message_bytes = 0
        self._messages[message] = parts
        self._message_bytes += len(parts.content) + 200

    def _find(self, wanted: bytes) -> tuple[str, OpenFrame, int]:
        if wanted in self._unindexed:
            return self._unindexed[wanted]
        for look_again in (True, False):
            place = self.index.locate(wanted)
            if place is None:
                break
            frame = self._frame(place)
            if frame is not None:
                return place.kind, frame, place.number - frame.decoder.frame.first
            if look_again:
                self._packs_changed()
        raise Missing(f"no object {wanted.hex()} in this archive", where=wanted.hex())

    def _decoder(self, frame: OpenFrame, place: int) -> Decoder:
        tag, data = frame.decoder.frame.record(place)
        return Decoder(tag, data, place, _Surroundings(self, frame))

    def _frame(self, place: Place) -> OpenFrame | None:
        """The frame of a place, or `None` where gc has removed its pack, or is just taking it out of the index."""
        block = self.index.block_of(place.pack, place.number)
        if block is None:
            return None
        try:
            frame = self._open(place.pack, block)
        except FileNotFoundError:
            return None
        return frame if frame.knows_id(place.number - frame.decoder.frame.first) else None

    def _open(self, pack: str, block: Block) -> OpenFrame:
        return self._frames.open(pack, block, self.keep.frames, self.keep.frame_bytes)

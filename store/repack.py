"""Writing packs that are only read: frames in an order that compresses best, each of them one brotli stream.

Commits of a session lie together, and inside of a frame records of a kind: every record finds its like close before it,
and what it names is a short number. A live pack has two milliseconds for a turn, this has seconds. Measured on the
session of docs/performance.md: the live pack 1/375, the same content in this order 1/480 with zstd at its best and
1/512 with brotli; it reads back no slower. Frames of 1 MiB give 1/487, of 4 MiB 1/538, but damage costs a frame.
"""

import secrets
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from store.archive import Archive
from store.errors import Damaged
from store.gc_plan import Unit
from store.pack import DENSE, HEADER_BYTES, NEW_FRAME, REPACKED, block, fits, header, joined
from store.records import Tag
from store.relocate import Named, Pieces, put_together, take_apart
from store.writer import ordinal

FRAME_CONTENT: Final = 2 << 20  # no frame holds more, unless it is one commit
TEMPORARY: Final = ".tmp"
_BEST: Final = 11
_GOOD: Final = 9  # for what is so large that the best would take minutes
_LARGE: Final = 8 << 20
_HEADERS: Final = b'[["'  # how a list of HTTP headers begins
_SHAPE: Final = 8  # first bytes of it that tell requests from responses
_RANK: Final = {
    Tag.RAW: 0,
    Tag.RECIPE: 1,  # of large values; those of bodies come after the messages they are made of
    Tag.OPENING: 2,
    Tag.MESSAGE: 2,
    Tag.REPEAT: 2,
    Tag.STREAM: 3,
    Tag.ANSWER: 4,
    Tag.TIMES: 6,
    Tag.RUN: 7,
    Tag.TURN: 8,
    Tag.NOTE: 9,
}
_BODY_RANK: Final = 5


class Entry(NamedTuple):
    """An object on its way into another frame."""

    object_id: bytes
    tag: Tag
    pieces: Pieces


class DenseFrame(NamedTuple):
    """A frame, compressed: its objects in order, the length of its content, its data."""

    ids: tuple[bytes, ...]
    content: int
    data: bytes


class Repacker:
    """Makes frames of the objects of some packs, which are to go (``leaving``). Each object is packed once."""

    def __init__(self, archive: Archive, leaving: Iterable[str]) -> None:
        self._archive = archive
        self._leaving = frozenset(leaving)
        self._packed: set[bytes] = set()

    def frames(self, units: Iterable[Unit]) -> Iterator[DenseFrame]:
        """The frames for these units. Raises `Damaged` where one cannot be read, with its pack in ``where``."""
        entries: list[Entry] = []
        size = 0
        for unit in units:
            try:
                more, length = self._entries(unit)
            except Damaged as error:
                raise Damaged(str(error), where=unit.pack) from error
            if entries and size + length > FRAME_CONTENT:
                yield self._frame(entries)
                entries, size = [], 0
            entries += more
            size += length
        if entries:
            yield self._frame(entries)

    def published(self) -> None:
        """What was packed so far is in the index: it need not be kept in mind any more."""
        self._packed.clear()

    def _entries(self, unit: Unit) -> tuple[list[Entry], int]:
        """The objects of a unit that have to be packed, and about how long their records are."""
        frame = self._archive.objects.open_frame(unit.pack, unit.block)
        first = unit.block.frame_first
        found: list[Entry] = []
        size = 0
        for place in range(unit.block.first - first, unit.stop - first):
            wanted = frame.id_at(place)
            if wanted in self._packed or self._is_kept(wanted):
                continue
            tag, data = frame.decoder.frame.record(place)
            found.append(Entry(wanted, tag, take_apart(tag, data, place, frame.id_at)))
            self._packed.add(wanted)
            size += len(data)
        return found, size

    def _is_kept(self, wanted: bytes) -> bool:
        """Whether an earlier gc has packed the object, in a pack that stays."""
        place = self._archive.index.locate(wanted)
        return place is not None and place.pack.startswith(REPACKED) and place.pack not in self._leaving

    def _frame(self, entries: list[Entry]) -> DenseFrame:
        import brotli  # type: ignore[import-untyped]  # only gc compresses with it

        entries.sort(key=_rank)
        places: dict[bytes, int] = {}
        records: list[tuple[Tag, bytes]] = []
        for here, entry in enumerate(entries):
            tag, pieces = self._alone(entry, places)
            records.append((tag, put_together(pieces, here, lambda wanted: places.get(wanted, -1))))
            places[entry.object_id] = here
        content = joined(records)
        if not fits(content):
            raise Damaged("a commit is longer than a block may be")
        data: bytes = brotli.compress(content, quality=_BEST if len(content) <= _LARGE else _GOOD, lgwin=24)
        return DenseFrame(tuple(places), len(content), data)

    def _alone(self, entry: Entry, places: dict[bytes, int]) -> tuple[Tag, Pieces]:
        """The entry so that its id can be computed from the frame alone: what it repeats may lie elsewhere now."""
        tag, pieces = entry.tag, entry.pieces
        if tag == Tag.TIMES and isinstance(pieces[0], Named) and pieces[0].object_id not in places:
            return Tag.RAW, [self._archive.get_kind(entry.object_id, "blob")]
        if tag == Tag.REPEAT and isinstance(pieces[-1], Named) and pieces[-1].object_id not in places:
            return Tag.MESSAGE, [*pieces[:-1], self._archive.objects.message(entry.object_id).content]
        return tag, pieces


def _rank(entry: Entry) -> tuple[int, bytes]:
    """What records are sorted by; those that are equal stay in the order of their writing."""
    first = entry.pieces[0] if entry.pieces else b""
    if entry.tag == Tag.RAW and isinstance(first, bytes) and first.startswith(_HEADERS):
        return 0, first[:_SHAPE]
    if entry.tag == Tag.RECIPE and any(isinstance(piece, Named) and not piece.fixed for piece in entry.pieces):
        return _BODY_RANK, b""
    return _RANK[entry.tag], b""


class DensePack:
    """A pack of dense frames that is being written; nobody sees it before it has its name."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._files = archive.files
        self.name = _new_name(archive)
        self._path = archive.packs / f"{self.name}.pack"
        self._temporary = archive.packs / f".{self.name}.pack{TEMPORARY}"
        self._descriptor = self._files.create(self._temporary)
        self.records = 0
        self.size = 0
        self._append(header(archive.id))

    def add(self, frame: DenseFrame) -> None:
        """Append a frame."""
        self._append(block(NEW_FRAME | DENSE, frame.content, self.records, frame.data))
        self.records += len(frame.ids)

    def _append(self, data: bytes) -> None:
        self._files.append(self._descriptor, data)
        self.size += len(data)

    def publish(self) -> None:
        """Make it durable, then give it its name, durably."""
        self._files.sync(self._descriptor)
        self._close()
        self._files.rename(self._temporary, self._path)
        self._files.sync_folder(self._archive.packs)

    def drop(self) -> None:
        """Remove what there is of it, under either name."""
        self._close()
        for path in (self._temporary, self._path):
            self._files.remove(path)

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            self._files.close(descriptor)


def size_of(frames: int, data: int) -> int:
    """Bytes of a pack with so many frames and so much data in them."""
    return HEADER_BYTES + frames * len(block(0, 0, 0, b"")) + data


def remove_leftovers(archive: Archive) -> None:
    """Remove what a gc that was killed left half written."""
    for name in archive.files.names(archive.packs):
        if name.startswith(f".{REPACKED}") and name.endswith(TEMPORARY):
            archive.files.remove(archive.packs / name)


def _new_name(archive: Archive) -> str:
    """A name after those of all packs that gc wrote."""
    names = [name for name in archive.files.names(archive.packs) if name.startswith(REPACKED)]
    last = max((ordinal(name.removeprefix(REPACKED)) for name in names), default=0)
    return f"{REPACKED}{last + 1:08x}-{secrets.token_hex(4)}"

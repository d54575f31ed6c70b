"""Pack files: rows of blocks, one a commit, with one zstd stream running through the blocks of a frame.

    file    = header (32 bytes: magic, archive id, zeros) block*
    block   = magic(3) flags(1) length(4) first record(4) checksum(4) data      integers little-endian
    flags   = bit 0: starts a frame; bits 1 to 5: how many bits the length of the block's content has; bit 6: dense
    frame   = the zstd-decoded data of a block with flag 1 and of those up to the next such block
    dense   = a frame of one block, as `store.repack` writes it: one brotli stream
    content = record*;  record = tag(1) length(varint) bytes

Every turn is compressed against the ones before it in its frame without any later work, and damage costs at most the
rest of one frame. Measured traps (zstandard 0.23, 0.25): after a reopening or an error a frame cannot be continued, so
writing starts a new one; an unfinished frame is read as a stream, reading it in one call raises.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import zstandard
from blake3 import blake3

from store.bounded import Brotli, Layer, Zstd
from store.errors import Damaged, TooLarge
from store.files import Files
from store.records import Tag
from store.varint import Cursor, put

MAGIC: Final = b"DECKPK01"
HEADER_BYTES: Final = 32
BLOCK_MAGIC: Final = b"\x9eDk"
BLOCK_HEADER: Final = 16
FRAME_CONTENT: Final = 1 << 20  # content from which the next commit starts a new frame
MAX_WINDOW: Final = 1 << 27
MAX_FRAME: Final = 1 << 26  # content past which a reader takes no further block of a frame: what it holds is bounded
_ZSTD_PIECE: Final = 1 << 10  # decoded at a time: 32 MB at most, less than a block may hold
MAX_CONTENT_BITS: Final = 28  # a commit is shorter than 256 MiB: both bodies, the answer and small change
NEW_FRAME: Final = 1
DENSE: Final = 1 << 6
REPACKED: Final = "gc-"  # begins the name of a pack that gc wrote, which has no journal; sorts after writers' names
# Beside level 12 as it comes: 3 % larger, a sixth of the time, 1.4 MB, not 42 MB. `gc` packs better.
_PARAMETERS: Final = zstandard.ZstdCompressionParameters(
    window_log=19,
    hash_log=16,
    chain_log=16,
    search_log=5,
    min_match=4,
    target_length=32,
    strategy=zstandard.STRATEGY_LAZY2,
)


_Span = tuple[Tag, int, int]  # a record's tag, and where in the content of its block its bytes start and end


def header(archive_id: bytes) -> bytes:
    """The first bytes of a pack."""
    return (MAGIC + archive_id).ljust(HEADER_BYTES, b"\0")


class Block(NamedTuple):
    """Where a block lies: its own offset, its frame's first block's offset and first record, its length in the file."""

    offset: int
    length: int  # with header
    first: int  # number of its first record in the pack
    frame: int  # offset of the frame's first block
    frame_first: int  # number of the frame's first record


class Frame:
    """Decoded content of a frame as far as it was read. Places are relative to ``first``, the frame's first record.

    A block is taken for a row of records only when one of them is asked for: most who read want the last of many.
    """

    def __init__(self, first: int) -> None:
        self.first = first
        self.size = 0  # bytes of content
        self._starts: list[int] = []  # the place of each block's first record
        self._contents: list[bytes] = []
        self._rows: dict[int, list[_Span]] = {}  # of blocks that were asked for

    @property
    def count(self) -> int:
        """How many records there are. Raises `Damaged` where the last block is no row of records."""
        return self._starts[-1] + len(self._row(len(self._starts) - 1)) if self._starts else 0

    def record(self, place: int) -> tuple[Tag, bytes]:
        """Tag and bytes of the record at ``place``. Raises `Damaged` where there is none, or no row of records."""
        at = bisect_right(self._starts, place) - 1
        row = self._row(at) if at >= 0 else []
        if not row or place - self._starts[at] >= len(row):
            raise Damaged(f"a frame has no record {place}")
        tag, start, end = row[place - self._starts[at]]
        return tag, self._contents[at][start:end]

    def extend(self, first: int, content: bytes) -> None:
        """Take in the content of one more block, which says that its first record is the pack's ``first``."""
        start = first - self.first
        if start < (self._starts[-1] if self._starts else 0):
            raise Damaged(f"a block counts its records backward, from {first}")
        self._starts.append(start)
        self._contents.append(content)
        self.size += len(content)

    def _row(self, at: int) -> list[_Span]:
        row = self._rows.get(at)
        if row is None:
            row = _spans(self._contents[at])
            if at + 1 < len(self._starts) and self._starts[at + 1] != self._starts[at] + len(row):
                raise Damaged("a block has more or fewer records than the block after it says")
            self._rows[at] = row
        return row


_TAGS = {tag.value: tag for tag in Tag}


def _spans(content: bytes) -> list[_Span]:
    """The records of a block. Raises `Damaged` where its content is not a row of them."""
    cursor = Cursor(content)
    found: list[_Span] = []
    while not cursor.done:
        number = cursor.take(1)[0]
        if number not in _TAGS:
            raise Damaged(f"a record has the unknown tag {number}")
        length = cursor.varint()
        start = cursor.position
        cursor.take(length)
        found.append((_TAGS[number], start, cursor.position))
    return found


def checksum(head: bytes, data: bytes) -> bytes:
    """Four bytes over a block's flags, length, first record and data."""
    hasher = blake3(head)
    hasher.update(data)
    return hasher.digest(length=4)


def joined(records: Iterable[tuple[Tag, bytes]]) -> bytes:
    """Records as content."""
    content = bytearray()
    for tag, data in records:
        content.append(tag)
        put(content, len(data))
        content += data
    return bytes(content)


def fits(content: bytes) -> bool:
    """Whether a block may hold so much."""
    return len(content).bit_length() <= MAX_CONTENT_BITS


def block(flags: int, content: int, first: int, data: bytes) -> bytes:
    """A block with header: ``content`` bytes compressed to ``data``, its first record the pack's ``first``."""
    head = bytes((content.bit_length() << 1 | flags,)) + len(data).to_bytes(4, "little") + first.to_bytes(4, "little")
    return BLOCK_MAGIC + head + checksum(head, data) + data


def read_block(data: bytes, offset: int = 0) -> tuple[int, int, bytes] | None:
    """Flags, first record and compressed bytes of the block at ``offset``; `None` where no sound block stands."""
    head = data[offset : offset + BLOCK_HEADER]
    if len(head) < BLOCK_HEADER or head[:3] != BLOCK_MAGIC:
        return None
    length = int.from_bytes(head[4:8], "little")
    body = data[offset + BLOCK_HEADER : offset + BLOCK_HEADER + length]
    if len(body) != length or checksum(head[3:12], body) != head[12:16]:
        return None
    return head[3], int.from_bytes(head[8:12], "little"), body


def scan(data: bytes, offset: int) -> Iterator[tuple[int, int, int, bytes]]:
    """Sound blocks from ``offset`` on as (offset, flags, first record, data), resyncing past damage."""
    while True:
        offset = data.find(BLOCK_MAGIC, offset)
        if offset < 0:
            return
        block = read_block(data, offset)
        if block is None:
            offset += 1
            continue
        yield offset, *block
        offset += BLOCK_HEADER + len(block[2])


class FrameReader:
    """Decodes the blocks of one frame in their order."""

    def __init__(self, first: int) -> None:
        self.frame = Frame(first)
        self._stream: Layer | None = None

    def feed(self, flags: int, first: int, data: bytes) -> None:
        """Decode one more block, with what `read_block` gives. Raises `Damaged` where it does not go on the frame.

        Never takes more memory than the block's flags declare; what gives another length than they say is damaged.
        """
        bits = flags >> 1 & 0x1F
        if bits > MAX_CONTENT_BITS or self.frame.size > MAX_FRAME:
            raise Damaged("a block or frame is longer than any writer makes it")
        if self._stream is None:
            self._stream = Brotli(0) if flags & DENSE else Zstd(0, MAX_WINDOW, _ZSTD_PIECE)
        self._stream.room = (1 << bits) - 1
        content = self._stream.feed(data)
        if self._stream.failed or len(content).bit_length() != bits:
            raise Damaged(f"a block does not decode: {self._stream.failed or 'its length is not what it says'}")
        self.frame.extend(first, content)


class PackWriter:
    """Appends blocks to one pack. Any `OSError` leaves it `broken`: the owner goes on with a new file."""

    def __init__(self, files: Files, path: Path, archive_id: bytes) -> None:
        self._files = files
        self.path = path
        self._descriptor = files.create(path)
        try:
            files.append(self._descriptor, header(archive_id))
            files.sync(self._descriptor)
        except BaseException:
            files.close(self._descriptor)
            raise
        self.size = HEADER_BYTES
        self.records = 0
        self.broken = False
        self._stream: zstandard.ZstdCompressionObj | None = None
        self._frame_content = 0
        self._frame_offset = 0
        self.frame_first = 0

    def begin(self) -> bool:
        """Get ready for a commit; true where it starts a new frame (references into the old one are over)."""
        if self._stream is not None and self._frame_content < FRAME_CONTENT:
            return False
        self._stream = zstandard.ZstdCompressor(compression_params=_PARAMETERS).compressobj()
        self._frame_content = 0
        self._frame_offset = self.size
        self.frame_first = self.records
        return True

    def commit(self, records: list[tuple[Tag, bytes]]) -> Block:
        """Append one block with these records and make it durable. Raises `OSError`, or `TooLarge`."""
        assert self._stream is not None and not self.broken
        content = joined(records)
        if not fits(content):
            raise TooLarge("an exchange of 256 MiB or more")
        new_frame = self._frame_content == 0
        data = self._stream.compress(content) + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        found = block(NEW_FRAME if new_frame else 0, len(content), self.records, data)
        try:
            self._files.append(self._descriptor, found)
            self._files.sync(self._descriptor)
        except OSError:
            self.broken = True
            raise
        written = Block(self.size, len(found), self.records, self._frame_offset, self.frame_first)
        self._frame_content += max(1, len(content))
        self.size += written.length
        self.records += len(records)
        return written

    def close(self) -> None:
        """Give the file back; idempotent."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            self._files.close(descriptor)

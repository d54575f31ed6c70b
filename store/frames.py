"""Frames of packs, decoded as far as they are needed and kept for a while: the next record is most often near.

docs/format.md, "Packs": a frame is compressed as one stream, so its records are decoded from its start.
"""

from collections import OrderedDict
from pathlib import Path
from typing import Final

from store.errors import Damaged
from store.files import Files
from store.index import Index
from store.pack import BLOCK_HEADER, Block, FrameReader, read_block

_IDS_AT_ONCE: Final = 64  # asked of the index


class OpenFrame:
    """A frame of a pack as far as it was decoded, and the ids of its objects as far as somebody asked for them."""

    def __init__(self, index: Index, pack: str, block: Block) -> None:
        self.pack = pack
        self.decoder = FrameReader(block.frame_first)
        self.position = block.frame  # offset in the file of the next block to decode
        self._ids: dict[int, bytes] = {}
        self._index = index

    def knows_id(self, place: int) -> bool:
        """Whether the object at ``place`` has an id that is known, asking the index for it and those around it."""
        if place not in self._ids:
            low = place - place % _IDS_AT_ONCE
            first = self.decoder.frame.first + low
            self._ids.update(enumerate(self._index.ids_between(self.pack, first, first + _IDS_AT_ONCE), low))
        return place in self._ids

    def id_at(self, place: int) -> bytes:
        """The id of the frame's object at ``place``."""
        if not self.knows_id(place):
            raise Damaged("a reference names an object the index does not have", where=self.pack)
        return self._ids[place]

    def name(self, place: int, found: bytes) -> None:
        """Note the id of an object that the index does not have yet."""
        self._ids[place] = found


class FrameCache:
    """The frames of an archive's packs that were opened last."""

    def __init__(self, files: Files, packs: Path, index: Index) -> None:
        self._files = files
        self._packs = packs
        self._index = index
        self._frames: OrderedDict[tuple[str, int], OpenFrame] = OrderedDict()

    def open(self, pack: str, block: Block, most: int, most_bytes: int) -> OpenFrame:
        """The frame of a block, decoded at least through that block. Raises `Damaged`, or `OSError` without the pack.

        ``most`` frames with ``most_bytes`` of content are kept, this one at least.
        """
        key = (pack, block.frame)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = OpenFrame(self._index, pack, block)
        self._frames.move_to_end(key)
        stop = block.offset + block.length
        if frame.position < stop:
            try:
                self._decode(frame, stop)
            except (Damaged, OSError):
                del self._frames[key]
                raise
            self._drop(most, most_bytes)
        return frame

    def clear(self) -> None:
        """Drop all of them, after packs have changed."""
        self._frames.clear()

    def _drop(self, most: int, most_bytes: int) -> None:
        sizes = [frame.decoder.frame.size for frame in self._frames.values()]
        while len(self._frames) > most or (len(self._frames) > 1 and sum(sizes) > most_bytes):
            self._frames.popitem(last=False)
            del sizes[0]

    def _decode(self, frame: OpenFrame, stop: int) -> None:
        data = self._files.read_at(self._packs / f"{frame.pack}.pack", frame.position, stop - frame.position)
        offset = 0
        while offset < stop - frame.position:
            block = read_block(data, offset)
            if block is None:
                raise Damaged("a block is damaged", where=f"{frame.pack}.pack offset {frame.position + offset}")
            frame.decoder.feed(*block)
            offset += BLOCK_HEADER + len(block[2])
        frame.position += offset

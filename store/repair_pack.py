"""The pack that is left when damaged blocks are taken out of one.

A block says the number of its first record but not where it stands, so sound blocks are copied as they are: record
numbers keep their meaning, and ids, which are not stored, come out the same. A block with damage in its header, or with
one bit of its data turned, is mended, whatever is lost around it: its place in the pack says what the header has to be,
and the checksum which bit it was. What is mended wrongly (once in 2^32 tries) gives objects that nothing names, never
wrong ones.

Trying is bounded: `_MOST_HASHED` bytes a pack, which is a minute or two, spent from its beginning on. What is still
damaged then is left out, as what cannot be mended is. The bound is no time, so a pack is repaired alike everywhere.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import Final, NamedTuple

from store import pack
from store.pack import BLOCK_HEADER, BLOCK_MAGIC, DENSE, HEADER_BYTES, MAX_CONTENT_BITS, NEW_FRAME
from store.survey import PackSurvey, survey_pack

_MOST_HASHED: Final = 1 << 38  # bytes a pack: seven blocks of 64 KiB, or 80 of 16 KiB
_COST_OF_A_TRY: Final = 8 << 10  # what a try takes besides hashing, in bytes that could be hashed meanwhile
_COST_OF_DECODING: Final = 1 << 10  # the same for a byte that is decoded
# Bytes of data; trying every bit of that takes ten seconds. A small archive after gc is one block.
_LONGEST_TRIED: Final = 64 << 10


class Salvage(NamedTuple):
    """A pack without its damage: its bytes, how many blocks it has, and how many of them were mended."""

    data: bytes
    blocks: int
    mended: int


def salvage(data: bytes, survey: PackSurvey, archive_id: bytes) -> Salvage:
    """What can be kept of a pack. ``data`` itself where nothing is wrong with it."""
    mending = _Mending(data)
    if survey.damage or survey.tail:
        with suppress(_Spent):
            mending.mend()
    if mending.mended:
        data = bytes(mending.data)
        survey = survey_pack(data)
    blocks = [data[block.start : block.stop] for block in survey.blocks]
    mended = sum(block.start in mending.mended for block in survey.blocks)
    return Salvage(b"".join((pack.header(archive_id), *blocks)), len(blocks), mended)


class _Spent(Exception):
    """As much was tried on a pack as may be."""


class _Mending:
    """Goes through a pack and puts right in place what stands between blocks that fit their checksums."""

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)
        self.mended: set[int] = set()  # where blocks begin that were put right
        self._left = _MOST_HASHED
        self._end = HEADER_BYTES  # of the last block that fits its checksum
        self._frame = self._end  # where the frame of that block begins; its end where a part of the frame is lost

    def mend(self) -> None:
        """Mend what can be. Raises `_Spent`; what was mended until then is."""
        for start, flags, _first, body in pack.scan(bytes(self.data), HEADER_BYTES):
            self._mend_gap(start)
            self._pass(start, start + BLOCK_HEADER + len(body), flags)
        self._mend_gap(len(self.data))

    def _pass(self, start: int, stop: int, flags: int) -> None:
        """Go past a block that fits its checksum."""
        if flags & NEW_FRAME:
            self._frame = start
        elif start != self._end or self._frame == self._end:
            self._frame = stop
        self._end = stop

    def _mend_gap(self, stop: int) -> None:
        """Mend what stands from the last block on: one block, or several, each of them damaged."""
        if stop == self._end:
            return
        borders = _borders(self.data, self._end, stop)
        for start in borders:
            if start < self._end:  # inside a block that is mended now
                continue
            before = bytes(self.data[self._frame : start]) if start == self._end else b""
            for end in self._ends(start, borders):
                block = self._mended(before, bytes(self.data[start:end]))
                if block is not None:
                    self.data[start:end] = block
                    self.mended.add(start)
                    self._pass(start, end, block[len(BLOCK_MAGIC)])
                    break

    def _ends(self, start: int, borders: Sequence[int]) -> Sequence[int]:
        """Where a block may end: where it says, if that may be, or at any border behind it."""
        told = _told_end(self.data, start)
        if told in borders and (told == borders[-1] or self.data.startswith(BLOCK_MAGIC, told)):
            return (told,)
        return [border for border in borders if border - start >= BLOCK_HEADER]

    def _mended(self, before: bytes, damaged: bytes) -> bytes | None:
        """A block put right; `None` where that cannot be done. ``before`` is what it may go on from, of its frame."""
        known = self._survey(before).blocks
        head, body = damaged[:BLOCK_HEADER], damaged[BLOCK_HEADER:]
        tries = self._other_heads(head, body, known[-1].stop_record if known else 0)
        if before or head[len(BLOCK_MAGIC)] & NEW_FRAME:
            tries = chain(tries, self._other_bodies(head, body))
        for block in tries:
            blocks = self._survey(before + block).blocks
            if blocks and blocks[-1].start == HEADER_BYTES + len(before):
                return block
        return None

    def _survey(self, blocks: bytes) -> PackSurvey:
        self._spend(len(blocks) * _COST_OF_DECODING)
        return survey_pack(bytes(HEADER_BYTES) + blocks)

    def _other_heads(self, stored: bytes, body: bytes, next_record: int) -> Iterator[bytes]:
        """The block with another header, for which the checksum speaks, or of which only the checksum is damaged."""
        length = len(body).to_bytes(4, "little")
        kinds = (0, NEW_FRAME, NEW_FRAME | DENSE)
        flags = {stored[3], *(bits << 1 | kind for bits in range(1, MAX_CONTENT_BITS + 1) for kind in kinds)}
        for first in {int.from_bytes(stored[8:12], "little"), next_record}:
            for flag in sorted(flags):
                head = bytes((flag,)) + length + first.to_bytes(4, "little")
                checksum = self._checksum(head, body)
                same = sum(a == b for a, b in zip(checksum, stored[12:], strict=True))
                if same == len(checksum) or (same == len(checksum) - 1 and stored[:12] == BLOCK_MAGIC + head):
                    yield BLOCK_MAGIC + head + checksum + body

    def _other_bodies(self, stored: bytes, body: bytes) -> Iterator[bytes]:
        """The block with one bit of its data turned, where the checksum says that it was this one."""
        told = int.from_bytes(stored[4:8], "little")
        if len(body) > _LONGEST_TRIED or stored[:3] != BLOCK_MAGIC or told != len(body):
            return
        tried = bytearray(body)
        for place in range(len(body)):
            for bit in range(8):
                tried[place] ^= 1 << bit
                if self._checksum(stored[3:12], bytes(tried)) == stored[12:]:
                    yield stored + bytes(tried)
                tried[place] ^= 1 << bit

    def _checksum(self, head: bytes, body: bytes) -> bytes:
        self._spend(len(body) + _COST_OF_A_TRY)
        return pack.checksum(head, body)

    def _spend(self, hashed: int) -> None:
        self._left -= hashed
        if self._left < 0:
            raise _Spent


def _borders(data: bytearray, start: int, stop: int) -> list[int]:
    """Where in damage a block may begin or end: its own ends, each magic, and where the lengths behind those lead."""
    found = {start, stop}
    at = data.find(BLOCK_MAGIC, start, stop)
    while at >= 0:
        found.add(at)
        at = data.find(BLOCK_MAGIC, at + 1, stop)
    for border in tuple(found):
        told = _told_end(data, border)
        while border + BLOCK_HEADER < told < stop and told not in found:
            found.add(told)
            border, told = told, _told_end(data, told)
    return sorted(found)


def _told_end(data: bytearray, start: int) -> int:
    """Where a block that begins here ends, by its header."""
    return start + BLOCK_HEADER + int.from_bytes(data[start + 4 : start + 8], "little")

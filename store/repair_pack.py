"""The pack that is left when damaged blocks are taken out of one.

A block says the number of its first record but not where it stands, so sound blocks are copied as they are: record
numbers keep their meaning, and ids, which are not stored, come out the same. A block with damage in its header, or with
one bit of its data turned, is mended: its place in the pack says what the header has to be, and the checksum which bit
it was. What is mended wrongly (once in 2^32 tries) gives objects that nothing names, never wrong ones.
"""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from store import pack
from store.pack import BLOCK_HEADER, BLOCK_MAGIC, DENSE, MAX_CONTENT_BITS, NEW_FRAME
from store.survey import PackSurvey, survey_pack

_MOST_MENDED = 16  # blocks
_LONGEST_TRIED = 64 << 10  # bytes of data; every bit of that costs ten seconds. A small archive after gc is one block


class Salvage(NamedTuple):
    """A pack without its damage: its bytes, how many blocks it has, and how many of them were mended."""

    data: bytes
    blocks: int
    mended: int


def salvage(data: bytes, survey: PackSurvey, archive_id: bytes) -> Salvage:
    """What can be kept of a pack. ``data`` itself where nothing is wrong with it."""
    mended = 0
    while mended < _MOST_MENDED and (better := _mended(data, survey)) is not None:
        data, survey, mended = better, survey_pack(better), mended + 1
    blocks = [data[block.start : block.stop] for block in survey.blocks]
    return Salvage(b"".join((pack.header(archive_id), *blocks)), len(blocks), mended)


def _mended(data: bytes, survey: PackSurvey) -> bytes | None:
    """The pack with its first damaged block put right; `None` where that cannot be done."""
    spans = [*survey.damage, *([survey.tail] if survey.tail else [])]
    for start, stop, _why in spans[:1]:
        head, body = data[start : start + BLOCK_HEADER], data[start + BLOCK_HEADER : stop]
        if len(head) < BLOCK_HEADER:
            return None
        first = max((block.stop_record for block in survey.blocks if block.start < start), default=0)
        for block in chain(_other_heads(head, body, first), _other_bodies(head, body)):
            found = data[:start] + block + data[stop:]
            if any(each.start == start for each in survey_pack(found).blocks):
                return found
    return None


def _other_heads(stored: bytes, body: bytes, next_record: int) -> Iterator[bytes]:
    """The block with another header, for which the checksum speaks, or of which only the checksum is damaged."""
    length = len(body).to_bytes(4, "little")
    kinds = (0, NEW_FRAME, NEW_FRAME | DENSE)
    flags = {stored[3], *(bits << 1 | kind for bits in range(1, MAX_CONTENT_BITS + 1) for kind in kinds)}
    for first in {int.from_bytes(stored[8:12], "little"), next_record}:
        for flag in sorted(flags):
            head = bytes((flag,)) + length + first.to_bytes(4, "little")
            checksum = pack.checksum(head, body)
            same = sum(a == b for a, b in zip(checksum, stored[12:], strict=True))
            if same == len(checksum) or (same == len(checksum) - 1 and stored[:12] == BLOCK_MAGIC + head):
                yield BLOCK_MAGIC + head + checksum + body


def _other_bodies(stored: bytes, body: bytes) -> Iterator[bytes]:
    """The block with one bit of its data turned, where the checksum says that it was this one."""
    if len(body) > _LONGEST_TRIED or stored[:3] != BLOCK_MAGIC or int.from_bytes(stored[4:8], "little") != len(body):
        return
    tried = bytearray(body)
    for place in range(len(body)):
        for bit in range(8):
            tried[place] ^= 1 << bit
            if pack.checksum(stored[3:12], bytes(tried)) == stored[12:]:
                yield stored + bytes(tried)
            tried[place] ^= 1 << bit

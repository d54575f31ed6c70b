"""What is put right of a pack from its bytes alone."""

import random
from collections.abc import Callable

import brotli
import pytest
import zstandard

from store import pack, repair_pack
from store.pack import BLOCK_HEADER, BLOCK_MAGIC, DENSE, HEADER_BYTES, NEW_FRAME, block, header, joined
from store.records import Tag
from store.repair_pack import Salvage, salvage
from store.survey import survey_pack

ARCHIVE_ID = bytes(range(16))
BIT, BEYOND = 0x10, 0x11  # one bit of a byte, and two


def record(size: int, seed: int = 1) -> bytes:
    return joined([(Tag.RAW, random.Random(seed).randbytes(size))])


def dense(blocks: int, size: int = 300) -> list[bytes]:
    """Blocks of a record each, each in a frame of its own."""
    contents = [record(size, seed) for seed in range(blocks)]
    return [
        block(NEW_FRAME | DENSE, len(content), first, brotli.compress(content, quality=1))
        for first, content in enumerate(contents)
    ]


def streamed(blocks: int, size: int = 300) -> list[bytes]:
    """Blocks of a record each, all in one frame."""
    stream, found = zstandard.ZstdCompressor().compressobj(), []
    for first in range(blocks):
        content = record(size, first)
        data = stream.compress(content) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        found.append(block(0 if first else NEW_FRAME, len(content), first, data))
    return found


def hurt(whole: bytes, flip: int, at: int = BLOCK_HEADER + 100) -> bytes:
    """A block with a byte changed."""
    return whole[:at] + bytes((whole[at] ^ flip,)) + whole[at + 1 :]


def salvaged(blocks: list[bytes]) -> Salvage:
    data = header(ARCHIVE_ID) + b"".join(blocks)
    return salvage(data, survey_pack(data), ARCHIVE_ID)


@pytest.mark.parametrize(("flip", "blocks"), [(BIT, 1), (BEYOND, 0)])
def test_a_flipped_bit_in_the_one_block_that_gc_makes_of_a_small_archive(flip: int, blocks: int) -> None:
    size = 50_000 if blocks else 2_000  # what cannot be put right is tried to its end
    content = joined([(Tag.RAW, random.Random(1).randbytes(size))])
    whole = header(ARCHIVE_ID) + block(NEW_FRAME | DENSE, len(content), 0, brotli.compress(content, quality=1))
    damaged = bytearray(whole)
    damaged[HEADER_BYTES + BLOCK_HEADER + 200] ^= flip
    kept = salvage(bytes(damaged), survey_pack(bytes(damaged)), ARCHIVE_ID)
    assert (kept.blocks, kept.mended, kept.data == whole) == (blocks, blocks, bool(blocks))


@pytest.mark.parametrize("lost", [(0,), (1,), (3,), (0, 1), (0, 3)])
def test_what_cannot_be_mended_keeps_no_other_block_from_it(lost: tuple[int, ...]) -> None:
    whole = dense(4)
    damaged = [hurt(each, BEYOND if number in lost else BIT) for number, each in enumerate(whole)]
    sound = [each for number, each in enumerate(whole) if number not in lost]
    assert salvaged(damaged) == (header(ARCHIVE_ID) + b"".join(sound), len(sound), len(sound))


@pytest.mark.parametrize("blocks", [dense, streamed])
@pytest.mark.parametrize("at", [0, 3, 4, 7, 8, 12, BLOCK_HEADER + 9])  # in each part of a block
def test_damage_to_blocks_side_by_side_is_mended(blocks: Callable[[int], list[bytes]], at: int) -> None:
    whole = blocks(5)
    damaged = [whole[0], hurt(whole[1], BIT, at), hurt(whole[2], BIT), hurt(whole[3], BIT, at), whole[4]]
    if at < len(BLOCK_MAGIC) or 4 <= at < 8:
        damaged[2] = whole[2]  # nothing says where a block ends if its length or the beginning of the next is damaged
    assert salvaged(damaged).data == header(ARCHIVE_ID) + b"".join(whole)


def test_a_block_is_found_by_the_length_of_a_lost_one_before_it() -> None:
    whole = dense(3)
    damaged = [hurt(whole[0], BEYOND), hurt(whole[1], BIT, 1), whole[2]]
    assert salvaged(damaged) == (header(ARCHIVE_ID) + whole[1] + whole[2], 2, 1)


def test_a_block_whose_length_is_damaged_ends_before_one_that_is_lost() -> None:
    whole = dense(3)
    damaged = [hurt(whole[0], BIT, 5), hurt(whole[1], BEYOND), whole[2]]
    assert salvaged(damaged) == (header(ARCHIVE_ID) + whole[0] + whole[2], 2, 1)


class Counted:
    """Counts what is hashed in a pack's repair."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tries = self.hashed = 0
        self._whole = pack.checksum
        monkeypatch.setattr(pack, "checksum", self._checksum)

    def _checksum(self, head: bytes, data: bytes) -> bytes:
        self.tries += 1
        self.hashed += len(data)
        return self._whole(head, data)


def test_a_pack_full_of_damage_is_given_up_after_so_much_trying(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dense(40)
    damaged = [hurt(whole[0], BIT), *(hurt(each, BEYOND) for each in whole[1:-1]), whole[-1]]
    monkeypatch.setattr(repair_pack, "_MOST_HASHED", 1 << 26)
    data = header(ARCHIVE_ID) + b"".join(damaged)
    survey = survey_pack(data)
    counted = Counted(monkeypatch)
    kept = salvage(data, survey, ARCHIVE_ID)
    assert kept == (header(ARCHIVE_ID) + whole[0] + whole[-1], 2, 1)
    assert 1000 < counted.tries < 1 << 13
    assert counted.hashed < 1 << 26


@pytest.mark.parametrize("sound", [0, 1, 2])
@pytest.mark.parametrize("kept", [0, 1])
def test_a_block_of_a_frame_of_which_a_part_is_lost_is_not_tried_bit_by_bit(
    monkeypatch: pytest.MonkeyPatch, kept: int, sound: int
) -> None:
    whole = streamed(kept + sound + 3, 3000)
    lost = kept + 1 + sound
    damaged = [*whole[:kept], b"\0" * 40, *whole[kept + 1 : lost], *(hurt(each, BIT) for each in whole[lost:])]
    counted = Counted(monkeypatch)
    assert salvaged(damaged) == (header(ARCHIVE_ID) + b"".join(whole[:kept]), kept, 0)
    assert counted.tries < 3000


def test_damaged_blocks_are_tried_where_they_say_that_they_end(monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = [hurt(each, BEYOND) for each in dense(20)]
    counted = Counted(monkeypatch)
    assert salvaged(damaged) == (header(ARCHIVE_ID), 0, 0)
    assert counted.tries < sum(8 * len(each) for each in damaged) + 20 * 400


def test_what_looks_like_a_block_inside_one_is_not_tried_once_that_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    content = joined([(Tag.RAW, b"".join(BLOCK_MAGIC + random.Random(n).randbytes(30) for n in range(60)))])
    data = zstandard.ZstdCompressor().compress(content)
    assert data.count(BLOCK_MAGIC) == 60
    whole = block(NEW_FRAME, len(content), 0, data)
    counted = Counted(monkeypatch)
    assert salvaged([hurt(whole, BIT)]) == (header(ARCHIVE_ID) + whole, 1, 1)
    assert counted.tries < 2000


def test_what_fits_the_checksum_by_chance_is_not_taken_where_it_does_not_decode(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    strong = pack.checksum
    monkeypatch.setattr(pack, "checksum", lambda head, data: strong(head, data)[:1] * 4)
    whole = dense(20)
    damaged = [hurt(each, BIT, 3) for each in whole]
    assert salvaged(damaged) == (header(ARCHIVE_ID) + b"".join(whole), 20, 20)

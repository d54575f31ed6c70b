"""What is put right of a pack from its bytes alone."""

import random

import brotli
import pytest

from store.pack import BLOCK_HEADER, DENSE, HEADER_BYTES, NEW_FRAME, block, header, joined
from store.records import Tag
from store.repair_pack import salvage
from store.survey import survey_pack

ARCHIVE_ID = bytes(range(16))


@pytest.mark.parametrize(("flip", "blocks"), [(0x10, 1), (0x11, 0)])
def test_a_flipped_bit_in_the_one_block_that_gc_makes_of_a_small_archive(flip: int, blocks: int) -> None:
    size = 50_000 if blocks else 2_000  # what cannot be put right is tried to its end
    content = joined([(Tag.RAW, random.Random(1).randbytes(size))])
    whole = header(ARCHIVE_ID) + block(NEW_FRAME | DENSE, len(content), 0, brotli.compress(content, quality=1))
    damaged = bytearray(whole)
    damaged[HEADER_BYTES + BLOCK_HEADER + 200] ^= flip
    kept = salvage(bytes(damaged), survey_pack(bytes(damaged)), ARCHIVE_ID)
    assert (kept.blocks, kept.mended, kept.data == whole) == (blocks, blocks, bool(blocks))

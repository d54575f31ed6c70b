"""Memory that is given back to the system."""

import sys
from pathlib import Path

import pytest

from addon.memory import Heap

PIECES = 2000


def resident() -> int:
    """Bytes of memory that this process has in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc gives memory back when it is asked")
def test_what_is_free_between_what_is_in_use_is_given_back() -> None:
    pieces = [bytes([number % 256]) * 20_000 for number in range(PIECES)]
    kept = pieces[::50]
    full = resident()
    del pieces
    before = resident()
    heap = Heap()
    for _ in range(31):
        heap.committed(0)
    heap.committed(0)
    assert resident() <= before
    assert full - resident() > PIECES * 20_000 // 2
    assert len(kept) == PIECES // 50

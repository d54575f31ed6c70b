"""The bytes of a spool file: what was added is in the file at once, written or mapped."""

import mmap
import os
from pathlib import Path

import pytest

from store.files import Files
from store.spool_file import WINDOW, SpoolFile

PIECES = [bytes([1 + number % 250]) * (number % 700 + 1) for number in range(600)]


class Counting(Files):
    """Counts writes; takes ``room`` bytes."""

    def __init__(self, room: int = 1 << 30) -> None:
        self.writes = 0
        self.room = room

    def write_at(self, descriptor: int, data: bytes, offset: int) -> None:
        self.writes += 1
        super().write_at(descriptor, data[: self.room], offset)
        if len(data) > self.room:
            raise OSError(28, "No space left on device")
        self.room -= len(data)


def made(path: Path, files: Files, is_mappable: bool = True, start: int = 0) -> SpoolFile:
    files.close(files.create(path))
    return SpoolFile(files.open_write(path), files, is_mappable, start)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    if not Files().can_map(tmp_path):
        pytest.skip("nothing is mapped on this file system")
    return tmp_path / "file"


@pytest.mark.parametrize("is_mappable", [True, False])
def test_everything_added_is_in_the_file_before_the_call_returns(tmp_path: Path, is_mappable: bool) -> None:
    if is_mappable and not Files().can_map(tmp_path):
        pytest.skip("nothing is mapped on this file system")
    file = made(tmp_path / "file", Files(), is_mappable)
    added = b""
    big = b"B" * (3 * WINDOW)
    for number, piece in enumerate([*PIECES[:9], big, *PIECES, big, *PIECES[:9]]):
        (file.append if number % 50 == 7 else file.append_piece)(piece)
        added += piece
        whole = (tmp_path / "file").read_bytes()
        assert whole[: len(added)] == added
        assert not whole[len(added) :].strip(b"\0")
    file.sync()
    file.close()
    file.close()
    assert not file.is_open


def test_a_stream_costs_a_write_a_window_and_a_single_piece_none(path: Path) -> None:
    files = Counting()
    file = made(path, files)
    file.append(b"head")
    file.append_piece(b"one")
    assert os.path.getsize(path) == 7
    for piece in PIECES:
        file.append_piece(piece)
    file.close()
    assert files.writes <= 3 + 2 * (sum(map(len, PIECES)) // WINDOW + 1)


def test_a_window_that_finds_no_room_is_an_error_of_the_write(path: Path) -> None:
    files = Counting(room=WINDOW)
    file = made(path, files)
    file.append_piece(b"one")
    with pytest.raises(OSError, match="No space"):
        file.append_piece(b"two")
    file.close()
    assert path.read_bytes().rstrip(b"\0") == b"one"


def test_a_file_that_was_removed_takes_more(path: Path) -> None:
    file = made(path, Files())
    file.append_piece(b"one")
    path.unlink()
    for piece in PIECES:
        file.append_piece(piece)
    file.close()
    assert not path.exists()


def test_a_window_may_begin_anywhere_in_a_page(tmp_path: Path, path: Path) -> None:
    for size in (1, mmap.PAGESIZE - 1, mmap.PAGESIZE, mmap.PAGESIZE + 1):
        file = made(tmp_path / str(size), Files())
        file.append_piece(b"x" * size)
        file.append_piece(b"second")
        assert (tmp_path / str(size)).read_bytes().rstrip(b"\0") == b"x" * size + b"second"
        file.close()


@pytest.mark.skipif(not os.path.exists("/proc/self/mountinfo"), reason="not Linux")
def test_a_file_system_that_is_not_known_to_keep_its_blocks_is_not_mapped() -> None:
    assert not Files().can_map(Path("/proc"))

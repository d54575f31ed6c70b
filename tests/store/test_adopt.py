"""Taking over what dead writers left: what may be cut, what may go, and what stays as it is."""

import os
from pathlib import Path

import pytest
from exchanges import conversation

from store.adopt import adopt
from store.archive import Archive
from store.files import FILES
from store.journal import RECORD_BYTES
from store.record import Recorder

TALK = list(conversation(3, "s", 50))


@pytest.fixture
def left(tmp_path: Path) -> tuple[Path, Path]:
    """Journal and pack of a writer that was killed after three turns."""
    archive = Archive.create(tmp_path / "a")
    recorder = Recorder(archive)
    for exchange in TALK:
        recorder.record(exchange)
    (log,) = archive.journals.iterdir()
    (pack,) = archive.packs.iterdir()
    FILES.close(recorder._writer._journal)  # as the kernel does
    return log, pack


def take_over(tmp_path: Path) -> int:
    """How many turns there are after a takeover without an index."""
    for file in (tmp_path / "a" / "index").iterdir():
        file.unlink()
    with Archive.open(tmp_path / "a") as archive:
        adopt(archive)
        return int(archive.index.db.execute("SELECT count(*) FROM turns").fetchone()[0])


@pytest.mark.parametrize("torn", [b"torn", bytes(RECORD_BYTES), b"x" * RECORD_BYTES])
def test_a_torn_record_is_cut_and_the_journal_sealed(tmp_path: Path, left: tuple[Path, Path], torn: bytes) -> None:
    log, pack = left
    sizes = log.stat().st_size, pack.stat().st_size
    log.write_bytes(log.read_bytes() + torn)
    pack.write_bytes(pack.read_bytes() + torn)
    assert take_over(tmp_path) == 3
    assert (log.stat().st_size, pack.stat().st_size) == (sizes[0] + RECORD_BYTES, sizes[1])
    sealed = log.read_bytes()
    assert take_over(tmp_path) == 3
    assert log.read_bytes() == sealed


def test_damage_that_no_crash_leaves_is_not_touched(tmp_path: Path, left: tuple[Path, Path]) -> None:
    log, pack = left
    data = bytearray(log.read_bytes())
    data[RECORD_BYTES + 20] ^= 1  # of the first record of three
    log.write_bytes(data)
    before = pack.read_bytes()
    take_over(tmp_path)
    assert (log.read_bytes(), pack.read_bytes()) == (data, before)


def test_a_pack_is_not_cut_before_a_block_that_the_journal_names(tmp_path: Path, left: tuple[Path, Path]) -> None:
    _log, pack = left
    data = bytearray(pack.read_bytes())
    data[-1] ^= 1
    pack.write_bytes(data)
    take_over(tmp_path)
    assert pack.read_bytes() == data


def test_what_never_got_its_name_goes_unless_its_maker_lives(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "a") as archive:
        dead, alive = (archive.journals / f"0000000{number}-aaaaaaaa.new" for number in (1, 2))
        packs = [archive.packs / f"{path.stem}.pack" for path in (dead, alive)]
        ours = archive.packs / "gc-00000001-aaaaaaaa.pack"
        for path in (dead, *packs, ours):
            path.write_bytes(b"x" * 32)
        descriptor = FILES.create(alive)
        assert FILES.try_lock(descriptor)
        adopt(archive)
        adopt(archive)
        assert [path.exists() for path in (dead, alive, *packs, ours)] == [False, True, False, True, True]
        FILES.close(descriptor)
        adopt(archive)
        adopt(archive)
        assert [path.exists() for path in (alive, packs[1])] == [False, False]


@pytest.mark.parametrize("name", ["00000009-aaaaaaaa.log", "00000009-aaaaaaaa.new"])
def test_a_pipe_with_the_name_of_a_journal_is_nobodys(tmp_path: Path, name: str) -> None:
    with Archive.create(tmp_path / "a") as archive:
        os.mkfifo(archive.journals / name)
        with Recorder(archive) as recorder:
            assert not recorder.record(TALK[0]).known
        assert (archive.journals / name).is_fifo()

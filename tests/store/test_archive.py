"""Opening, refusing, sharing and recovering an archive."""

import multiprocessing
import os
from pathlib import Path

import pytest
from exchanges import conversation

from store.archive import Archive
from store.errors import NotAnArchive, Unsafe
from store.fsck import check
from store.record import Recorder


def record(path: Path, session: str, turns: int) -> None:
    with Archive.open(path) as archive, Recorder(archive) as recorder:
        for exchange in conversation(turns, session):
            recorder.record(exchange)


def listed(archive: Archive) -> list[tuple]:
    return archive.index.db.execute("SELECT session, ordinal, id FROM turns ORDER BY session, ordinal").fetchall()


def test_folders_and_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Archive.create(tmp_path / "a").close()
        record(tmp_path / "a", "s", 2)
    finally:
        os.umask(before)
    for path in [tmp_path / "a", *(tmp_path / "a").rglob("*")]:
        if "index" not in path.relative_to(tmp_path).parts[1:-1]:
            assert path.stat().st_mode & 0o077 == 0, path


def test_what_is_unsafe_or_no_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAnArchive):
        Archive.open(tmp_path / "none")
    full = tmp_path / "full"
    full.mkdir()
    (full / "notes.txt").write_text("mine")
    with pytest.raises(NotAnArchive):
        Archive.create(full)
    Archive.create(tmp_path / "a").close()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    with pytest.raises(Unsafe):
        Archive.open(tmp_path / "link")
    (tmp_path / "a").chmod(0o755)
    with pytest.raises(Unsafe, match="chmod 700"):
        Archive.open(tmp_path / "a")
    (tmp_path / "a").chmod(0o700)
    (tmp_path / "a" / "FORMAT").write_text("deck archive 99\nxx\n")
    with pytest.raises(NotAnArchive, match="99"):
        Archive.open(tmp_path / "a")


def test_the_index_can_be_deleted_at_any_time(tmp_path: Path) -> None:
    Archive.create(tmp_path / "a").close()
    record(tmp_path / "a", "one", 5)
    record(tmp_path / "a", "two", 5)
    with Archive.open(tmp_path / "a") as archive:
        before = listed(archive)
        steps = archive.index.db.execute("SELECT * FROM steps ORDER BY session, position").fetchall()
        sessions = archive.index.db.execute("SELECT * FROM sessions ORDER BY session").fetchall()
    for file in (tmp_path / "a" / "index").iterdir():
        file.unlink()
    with Archive.open(tmp_path / "a") as archive:
        assert listed(archive) == before
        assert archive.index.db.execute("SELECT * FROM steps ORDER BY session, position").fetchall() == steps
        assert archive.index.db.execute("SELECT * FROM sessions ORDER BY session").fetchall() == sessions
    (tmp_path / "a" / "index" / "index.sqlite").write_bytes(b"this is no database" * 300)
    with Archive.open(tmp_path / "a") as archive:
        assert listed(archive) == before


def test_two_processes_write_and_one_reads_at_the_same_time(tmp_path: Path) -> None:
    Archive.create(tmp_path / "a").close()
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=record, args=(tmp_path / "a", name, 30)) for name in ("one", "two")]
    for writer in writers:
        writer.start()
    seen = 0
    with Archive.open(tmp_path / "a") as archive:
        while any(writer.is_alive() for writer in writers):
            archive.refresh()
            rows = listed(archive)
            assert len(rows) >= seen
            for _session, _ordinal, turn in rows[-3:]:
                assert archive.get(bytes(turn)).kind == "turn"
            seen = len(rows)
        archive.refresh()
        assert [writer.exitcode for writer in writers] == [0, 0]
        assert [(row[0], row[1]) for row in listed(archive)] == [(s, n) for s in ("one", "two") for n in range(1, 31)]
        assert check(archive).sound


def test_a_dead_writer_is_adopted_and_its_torn_tails_are_cut(tmp_path: Path) -> None:
    archive = Archive.create(tmp_path / "a")
    dead = Recorder(archive)
    for exchange in conversation(4, "one"):
        dead.record(exchange)
    (pack,) = archive.packs.iterdir()
    (log,) = archive.journals.iterdir()
    sizes = pack.stat().st_size, log.stat().st_size
    dead._writer._files.close(dead._writer._journal)  # what the kernel does when a process dies
    with pack.open("ab") as file:
        file.write(b"\x9eDk\x00torn block")
    with log.open("ab") as file:
        file.write(b"torn")
    with Archive.open(tmp_path / "a") as other, Recorder(other) as recorder:
        (turn,) = [recorder.record(each).turn for each in conversation(1, "two")]
        assert (pack.stat().st_size, log.stat().st_size) == (sizes[0], sizes[1] + 64)
        assert len(listed(other)) == 5
        assert check(other).sound
        other.get(turn)


def test_a_later_session_shares_what_a_sealed_one_stored(tmp_path: Path) -> None:
    Archive.create(tmp_path / "a").close()
    record(tmp_path / "a", "one", 1)
    first = sum(path.stat().st_size for path in (tmp_path / "a" / "objects" / "pack").iterdir())
    record(tmp_path / "a", "two", 1)
    both = sum(path.stat().st_size for path in (tmp_path / "a" / "objects" / "pack").iterdir())
    assert both - first < first / 3

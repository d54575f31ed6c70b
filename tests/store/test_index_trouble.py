"""The index is derived: whatever is wrong with it costs no turn."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from exchanges import conversation
from recorded import turns

from store.archive import Archive
from store.fsck import check
from store.index import Index
from store.record import Recorder

TALK = list(conversation(4, "s", 50))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.create(tmp_path / "a") as made:
        yield made


def broken(archive: Archive) -> None:
    """The index file is there and holds nothing that anybody expects."""
    archive.index.db.execute("DROP TABLE objects")


def locked(archive: Archive) -> None:
    """Somebody else has the index for himself."""
    archive.index.db.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(archive.path / "index" / "index.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    archive.lock_holder = other  # type: ignore[attr-defined]


@pytest.mark.parametrize("trouble", [broken, locked])
def test_a_turn_is_kept_when_the_index_fails(archive: Archive, trouble: object) -> None:
    with Recorder(archive) as recorder:
        recorder.record(TALK[0])
        trouble(archive)  # type: ignore[operator]
        told = []
        for exchange in TALK[1:3]:
            assert not recorder.record(exchange, lambda: told.append(1)).known
        assert told == [1, 1]
        recorder.gap("some", {"n": 1})
        recorder._writer.close()
    archive.close()
    if trouble is locked:
        archive.lock_holder.close()  # type: ignore[attr-defined]
    found = turns(archive.path)
    assert [turn.response for turn in found] == [each.response_body for each in TALK[:3]]
    with Archive.open(archive.path) as again:
        assert check(again).findings == []


def test_the_index_catches_up_when_it_can_be_told_again(archive: Archive) -> None:
    with Recorder(archive) as recorder:
        recorder.record(TALK[0])
        locked(archive)
        recorder.record(TALK[1])
        archive.lock_holder.close()  # type: ignore[attr-defined]
        recorder.record(TALK[2])
        listed = archive.index.db.execute("SELECT ordinal FROM turns ORDER BY number").fetchall()
        assert [row[0] for row in listed] == [1, 2, 3]
        assert recorder.record(TALK[1]).known


def test_an_index_that_knows_more_than_there_is_begins_anew(archive: Archive) -> None:
    """A power cut took back what another process had already seen."""
    with Recorder(archive) as recorder:
        recorder.record(TALK[0])
        sizes = {path: path.stat().st_size for path in (*archive.packs.iterdir(), *archive.journals.iterdir())}
        recorder.record(TALK[1])
        recorder._writer._files.close(recorder._writer._journal)  # as the kernel does when a process dies
        recorder._writer._journal = -1
    for path, size in sizes.items():
        with path.open("r+b") as file:
            file.truncate(size)
    with Archive.open(archive.path) as again, Recorder(again) as recorder:
        assert [row[0] for row in again.index.db.execute("SELECT count(*) FROM turns")] == [1]
        for exchange in TALK[1:]:
            assert not recorder.record(exchange).known
    assert [turn.response for turn in turns(archive.path)] == [each.response_body for each in TALK]
    with Archive.open(archive.path) as again:
        assert check(again).findings == []


def test_order_stays_when_the_clock_jumps_back(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([9_000, 8_000, 7_000, 1_000, 900, 800, 700, 600, 500, 400, 300, 200])
    monkeypatch.setattr("store.writer.now_ms", lambda: next(clock))
    told = []
    for pair in (TALK[:2], TALK[2:]):
        with Recorder(archive) as recorder:
            told += [recorder.record(exchange).turn for exchange in pair]
    for file in (archive.path / "index").iterdir():
        file.unlink()
    assert [bytes.fromhex(turn.id) for turn in turns(archive.path)] == told
    with Archive.open(archive.path) as again:
        times = again.index.db.execute("SELECT time_ms FROM records ORDER BY journal, position").fetchall()
        assert [row[0] for row in times] == [9_000, 9_000, 9_000, 900, 900, 900]


def test_who_waits_for_an_index_is_told_how_far_it_has_come(archive: Archive) -> None:
    with Recorder(archive) as recorder:
        for exchange in conversation(70, "s", 50):
            recorder.record(exchange)
    told: list[tuple[str, int, int]] = []

    def show(what: str, done: int, of: int) -> None:
        told.append((what, done, of))

    Archive.open(archive.path, show=show).close()
    assert told == []
    for file in (archive.path / "index").iterdir():
        file.unlink()
    Archive.open(archive.path, show=show).close()
    assert {what for what, _, _ in told} == {"indexing KiB of packs", "indexing KiB of journals"}
    assert told == sorted(told, key=lambda each: (each[0] != "indexing KiB of packs", each[1]))
    assert all(0 < done <= of for _, done, of in told)


def test_a_full_disk_costs_no_index(archive: Archive) -> None:
    with Recorder(archive) as recorder:
        for exchange in conversation(70, "s", 50):
            recorder.record(exchange)
    archive.index.close()
    archive.use(Index(archive.path / "index" / "anew.sqlite", archive.id.hex()))
    archive.index.db.execute("PRAGMA max_page_count = 1")  # as many as there are
    with pytest.raises(sqlite3.OperationalError) as full:
        archive.refresh()
    assert full.value.sqlite_errorname == "SQLITE_FULL"  # what `Archive.open` would make the index again for is damage
    archive.index.db.execute("PRAGMA max_page_count = 1000000")
    archive.refresh()
    assert archive.index.db.execute("SELECT count(*) FROM turns").fetchone() == (70,)

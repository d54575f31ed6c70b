"""What is said of an archive."""

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from exchanges import conversation

from deck.doctor import archive as checking
from deck.doctor.finding import Finding, Level
from store.archive import Archive
from store.book import Book, Fate, tag
from store.clean import Cleaner
from store.record import Recorder
from store.spool import Spool

SESSION = "5e551011-0000"
NOW = int(time.time() * 1000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An archive with a session of two turns, recorded without a book."""
    with Archive.create(tmp_path / "archive") as archive, Recorder(archive) as recorder:
        for exchange in conversation(2, SESSION, 10):
            recorder.record(exchange)
    return tmp_path / "archive"


def checked(path: Path, *, is_named: bool = True, now_ms: int = NOW) -> dict[str, Finding]:
    return {each.check: each for each in checking.check(path, is_named, now_ms)}


def dead_recorder(archive: Archive, *, lost: int) -> None:
    """A recorder that died with one exchange in flight and ``lost`` exchanges given up."""
    spool = Spool.create(archive.path, Cleaner(archive.key))
    book = Book()
    book.attach(spool.folder, archive.files, 1, spool.is_mappable)
    (exchange,) = conversation(1, "another", 10)
    exchange = replace(exchange, request_headers=(*exchange.request_headers, (b"x", b"y")))
    entry = spool.open(exchange, book.seen())
    entry.request([exchange.request_body], 0)
    entry.close()
    for _ in range(lost):
        book.settle(book.seen(tag(SESSION)), Fate.QUEUE_FULL)
    os.close(spool._lock)


def test_a_sound_archive(path: Path) -> None:
    found = checked(path)
    assert {name: each.level for name, each in found.items()} == {
        **dict.fromkeys(("archive", "files", "disk", "spool", "index", "gaps"), Level.OK),
        "ledger": Level.NOTE,  # nobody kept a book: not known to be complete, and not called so
    }
    assert "unknown" in found["ledger"].message


def test_none_yet_is_no_fault_unless_it_was_named(tmp_path: Path) -> None:
    assert checked(tmp_path / "none", is_named=False)["archive"].level is Level.NOTE
    assert checked(tmp_path / "none")["archive"].level is Level.MEND
    assert not (tmp_path / "none").exists()


def test_an_archive_that_others_may_use(path: Path) -> None:
    (path / "key").chmod(0o644)
    assert "key" in checked(path)["files"].message
    path.chmod(0o755)
    found = checked(path)
    assert list(found) == ["archive"]
    assert found["archive"].level is Level.MEND and "chmod 700" in found["archive"].message


def test_a_full_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "LEAST_FREE", shutil.disk_usage(path).free + (1 << 40))
    assert checked(path)["disk"].level is Level.MEND


@pytest.mark.parametrize(("flag", "then"), [(os.ST_RDONLY, "mount it for writing"), (0, "ls -ld")])
def test_what_to_do_where_it_cannot_be_written_fits_why(
    path: Path, monkeypatch: pytest.MonkeyPatch, flag: int, then: str
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(os, "statvfs", lambda *_: SimpleNamespace(f_flag=flag))
    said = checked(path)["disk"]
    assert said.level is Level.MEND and then in said.next


def test_what_a_dead_recorder_left_is_taken_in_and_told(path: Path) -> None:
    with Archive.open(path) as archive:
        dead_recorder(archive, lost=2)
    found = checked(path)
    assert (found["spool"].level, "1 exchange" in found["spool"].message) == (Level.NOTE, True)
    assert "3 requests seen: 1 turn" in found["ledger"].message
    assert "2 lost (queue-full 2)" in found["ledger"].message
    assert checked(path)["spool"].level is Level.OK


def test_what_cannot_be_taken_in_stays_and_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Archive.open(path) as archive:
        dead_recorder(archive, lost=0)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Recorder, "record", full)
    assert checked(path)["spool"].level is Level.MEND


def test_losses_are_told_by_reason_and_grow_old(path: Path) -> None:
    with Archive.open(path) as archive, Recorder(archive) as recorder:
        recorder.gap("queue-full", {"error": ""})
        recorder.gap("not-recorded", {"error": "No space left on device"})
        recorder.gap("not-recorded", {"error": "No space left on device"})
    said = checked(path)["gaps"]
    assert said.level is Level.MEND
    assert "not-recorded 2 (No space left on device), queue-full 1" in said.message
    assert checked(path, now_ms=NOW + 3 * 86_400_000)["gaps"].level is Level.NOTE


def test_journal_records_that_cannot_be_read(path: Path) -> None:
    (log,) = (path / "journal").glob("*.log")
    data = bytearray(log.read_bytes())
    data[64 + 20] ^= 1
    log.write_bytes(data)
    for file in (path / "index").iterdir():
        file.unlink()
    assert checked(path)["index"].level is Level.MEND

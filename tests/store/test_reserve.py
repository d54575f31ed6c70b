"""A full disk takes the record of what it cost."""

from pathlib import Path

import pytest
from disk import Process
from disk_stage import ROOT, empty_disk
from exchanges import conversation

from store.archive import Archive
from store.canonical import loads
from store.fsck import check
from store.record import Recorder


class Small(Process):
    """Takes ``room`` bytes more; an open file gives its bytes back with its last name and descriptor."""

    room = 1 << 30

    def append(self, descriptor: int, data: bytes) -> None:
        if len(data) > self.room:
            raise OSError(28, "No space left on device")
        self.room -= len(data)
        super().append(descriptor, data)

    def close(self, descriptor: int) -> None:
        if self.is_gone(descriptor):
            self.room += len(self._open[descriptor].visible)
        super().close(descriptor)


def gaps(archive: Archive) -> list[int]:
    rows = archive.index.db.execute("SELECT object FROM records WHERE type = 3").fetchall()
    return [loads(archive.get(bytes(row[0])).payload)["n"] for row in rows]


def test_a_gap_fits_on_a_full_disk_and_the_reserve_is_made_again() -> None:
    talk = list(conversation(3, "s", 50))
    files = Small(empty_disk())
    with Archive.create(ROOT, files) as archive, Recorder(archive) as recorder:
        recorder.record(talk[0])
        for number, exchange in enumerate(talk[1:]):
            files.room = 10
            with pytest.raises(OSError, match="No space"):
                recorder.record(exchange)
            recorder.gap("not-recorded", {"n": number})
            recorder.gap("not-recorded", {"n": 10 + number})
            files.room = 0
            with pytest.raises(OSError, match="No space"):
                recorder.gap("not-recorded", {"n": "never"})
            files.room = 1 << 20
            recorder.record(exchange)
        assert sorted(gaps(archive)) == [0, 1, 10, 11]
        assert "reserve" not in files.names(ROOT / "spool")
    with Archive.open(ROOT, Process(files.disk)) as archive:
        assert check(archive).findings == []


def test_one_that_somebody_left_is_replaced(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "a") as archive:
        left = archive.path / "spool" / "reserve"
        left.write_bytes(b"x" * 100)
        with Recorder(archive):
            assert not left.exists()


def test_an_archive_that_was_removed_is_an_error(tmp_path: Path) -> None:
    import shutil

    first, second = conversation(2, "s", 50)
    with Archive.create(tmp_path / "a") as archive:
        recorder = Recorder(archive)
        recorder.record(first)
        shutil.rmtree(tmp_path / "a")
        told: list[int] = []
        with pytest.raises(FileNotFoundError):
            recorder.record(second, lambda: told.append(1))
        assert told == []

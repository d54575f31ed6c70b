"""What a repair brings back, what it says of the rest, and what it leaves alone."""

import os
from pathlib import Path

import pytest
from blake3 import blake3
from damage import TAG, contents, make_small, put_back, small_exchanges
from exchanges import conversation
from going_on import going_on_with_what_is_lost

from store.archive import Archive
from store.errors import Busy, NotAnArchive
from store.files import Files
from store.fsck import examine
from store.gc import alone
from store.journal import RECORD_BYTES, Type
from store.pack import BLOCK_HEADER, NEW_FRAME, scan
from store.record import Recorder
from store.recover import recover
from store.repair import repair


@pytest.fixture
def path(tmp_path: Path) -> Path:
    make_small(tmp_path / "a", 3)
    return tmp_path / "a"


def kinds(path: Path) -> set[str]:
    return {action.kind for action in repair(path)}


def drop_index(path: Path) -> None:
    for file in (path / "index").iterdir():
        file.unlink()


def turns(path: Path) -> list[bytes]:
    with Archive.open(path) as archive:
        return [bytes(row[0]) for row in archive.index.db.execute("SELECT id FROM turns ORDER BY number")]


def records(path: Path, log: Path) -> list[tuple[int, bytes]]:
    with Archive.open(path) as archive:
        query = "SELECT type, object FROM records WHERE journal = ? ORDER BY position"
        return [(row[0], bytes(row[1])) for row in archive.index.db.execute(query, (log.stem,))]


def first_log(path: Path) -> Path:
    return min((path / "journal").iterdir())


def first_pack(path: Path) -> Path:
    return min((path / "objects" / "pack").iterdir())


def test_a_sound_archive_is_left_as_it_is(path: Path) -> None:
    before = contents(path)
    assert repair(path) == []
    assert contents(path) == before


def test_a_journal_that_is_gone_is_made_again_from_its_pack(path: Path) -> None:
    before = turns(path)
    first_log(path).unlink()
    assert [finding.kind for finding in examine(path).findings].count("missing-journal") == 1
    assert kinds(path) == {"journal"}
    assert examine(path).findings == []
    assert sorted(turns(path)) == sorted(before)
    assert [type_ for type_, _ in records(path, first_log(path))] == [Type.RECOVERED] * 3 + [Type.SEAL]


def test_records_behind_a_broken_one_are_kept_and_its_turn_is_committed_again(path: Path) -> None:
    log = first_log(path)
    before, data = records(path, log), log.read_bytes()
    for position in (RECORD_BYTES + 20, RECORD_BYTES + 60, 2 * RECORD_BYTES + 20):  # two of the five records
        data = data[:position] + bytes((data[position] ^ 1,)) + data[position + 1 :]
    log.write_bytes(data)
    drop_index(path)
    assert examine(path).findings
    assert kinds(path) == {"journal"}
    assert examine(path).findings == []
    after = records(path, log)
    assert [wanted for _type, wanted in after] == [wanted for _type, wanted in before]
    assert [type_ for type_, _ in after] == [Type.RECOVERED] * 2 + [type_ for type_, _ in before[2:]]
    (kept,) = (each for each in (path / "quarantine").iterdir() if each.suffix != ".txt")
    assert kept.read_bytes() == data


def test_a_pack_with_a_hole_keeps_every_other_frame_and_names_what_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        stored = [recorder.record(exchange).turn for exchange in conversation(5, "one")]
        recorder._writer._pack._frame_content = 1 << 20  # the next commit begins a frame
        stored += [recorder.record(exchange).turn for exchange in conversation(3, "two")]
    pack = first_pack(path)
    blocks = list(scan(pack.read_bytes(), 0))
    assert [bool(flags & NEW_FRAME) for _offset, flags, _first, _data in blocks] == [True] + [False] * 4 + [True] + [
        False
    ] * 2
    damaged = bytearray(pack.read_bytes())
    for place in range(3):  # beyond what can be mended
        damaged[blocks[2][0] + BLOCK_HEADER + 10 * place] ^= 0x55
    pack.write_bytes(damaged)
    drop_index(path)
    assert kinds(path) == {"pack"}
    findings = examine(path).findings
    lost = {
        bytes.fromhex(finding.message.split()[1].rstrip(":")) for finding in findings if ".log record" in finding.where
    }
    assert lost == set(stored[2:5])
    assert {finding.kind for finding in findings} == {"missing-object"}
    with Archive.open(path) as archive:
        for turn in (*stored[:2], *stored[5:]):
            assert archive.get(turn).kind == "turn"
    assert repair(path) == []


def test_what_is_damaged_here_and_sound_elsewhere_is_no_loss(tmp_path: Path) -> None:
    path = tmp_path / "a"
    Archive.create(path).close()
    with Archive.open(path) as one, Archive.open(path) as other, Recorder(one) as first, Recorder(other) as second:
        for exchange in small_exchanges(2, "same"):
            first.record(exchange)
        other.index.db.execute("DELETE FROM turns")  # it does not know them, so it stores all of it again
        for exchange in small_exchanges(2, "same"):
            second.record(exchange)
    pack = first_pack(path)
    data = bytearray(pack.read_bytes())
    data[60:90] = bytes(30)
    pack.write_bytes(data)
    drop_index(path)
    assert {finding.kind for finding in examine(path).findings} >= {"damaged-block"}
    assert kinds(path) == {"tail"}
    assert examine(path).findings == []
    assert len(turns(path)) == 2


def test_format_and_key_are_made_again_and_the_change_is_told(path: Path) -> None:
    before = (path / "FORMAT").read_bytes(), turns(path)
    (path / "FORMAT").unlink()
    assert kinds(path) == {"format"}
    assert (path / "FORMAT").read_bytes() == before[0]
    (path / "key").unlink()
    told = {action.kind: action.message for action in repair(path)}
    assert told.keys() == {"key", "format"} and "another token" in told["key"]
    assert examine(path).findings == []
    assert turns(path) == before[1]


def test_a_format_of_another_version_is_not_written_over(path: Path) -> None:
    key, before = (path / "key").read_bytes(), (path / "FORMAT").read_bytes()
    head = b"deck archive 2\n" + before.splitlines(keepends=True)[1]
    (path / "FORMAT").write_bytes(head + blake3(head + key).hexdigest(length=8).encode() + b"\n")
    with pytest.raises(NotAnArchive, match="deck archive 2"):
        repair(path)
    (path / "FORMAT").write_bytes(before.replace(b"archive 1", b"archive 99"))  # the check is none that this deck knows
    for ask in (examine, repair):
        with pytest.raises(NotAnArchive, match="deck archive 99") as refusal:
            ask(path)
        assert refusal.value.hint == "Update deck: a newer one made this archive."
    for digit in (b"0", b"x", b"\xb1"):  # no version
        (path / "FORMAT").write_bytes(before.replace(b"archive 1", b"archive " + digit))
        assert kinds(path) == {"format"}
        assert (path / "FORMAT").read_bytes() == before


def test_links_and_folders_with_names_of_journals_are_left(path: Path) -> None:
    (path / "journal" / "00000009-00000000.log").symlink_to("/etc/hostname")
    (path / "journal" / "00000008-00000000.log").mkdir(mode=0o700)
    assert repair(path) == []
    assert (path / "journal" / "00000009-00000000.log").is_symlink()


def test_files_of_a_living_writer_are_not_touched(path: Path) -> None:
    with Archive.open(path) as archive:
        recorder = Recorder(archive)
        for exchange in small_exchanges(1, "alive"):
            recorder.record(exchange)
        log, pack = max((path / "journal").iterdir()), max((path / "objects" / "pack").iterdir())
        with log.open("ab") as file:
            file.write(b"half a record")
        before = log.read_bytes(), pack.read_bytes()
        assert kinds(path) == {"skipped"}
        assert (log.read_bytes(), pack.read_bytes()) == before
        recorder.close()


def test_modes_temporary_files_and_bad_refs(path: Path) -> None:
    (path / "key").chmod(0o644)
    (path / "journal").chmod(0o755)
    (path / ".FORMAT.0011.tmp").write_text("never renamed")
    (path / TAG).write_text("not an id\n")
    assert kinds(path) == {"mode", "left-over", "ref"}
    assert examine(path).findings == []
    kept = {each.read_text() for each in (path / "quarantine").iterdir() if each.suffix != ".txt"}
    assert kept == {"never renamed", "not an id\n"}
    assert os.stat(path / "journal").st_mode & 0o777 == 0o700


def test_a_wrong_index_is_made_again(path: Path) -> None:
    with Archive.open(path) as archive:
        archive.index.db.execute("DELETE FROM steps WHERE number = 1")
    assert kinds(path) == {"index"}
    assert examine(path).findings == []


def test_an_exchange_whose_earlier_body_is_lost_is_set_aside(path: Path) -> None:
    spooled = going_on_with_what_is_lost(path)
    data = spooled.read_bytes()
    (action,) = repair(path)
    assert (action.kind, action.where) == ("spool", str(spooled.relative_to(path)))
    assert data in [file.read_bytes() for file in (path / "quarantine").iterdir()]
    assert not spooled.exists()
    with Archive.open(path) as archive:
        assert recover(archive) == 0
    assert repair(path) == []


def test_a_repair_keeps_away_from_a_gc(path: Path) -> None:
    with Archive.open(path) as archive, alone(archive), pytest.raises(Busy):
        repair(path)


class Dying(Files):
    """Dies at the n-th call that changes anything."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt

    def create(self, path: Path) -> int:
        self._count()
        return super().create(path)

    def append(self, descriptor: int, data: bytes) -> None:
        if self.left == 0:
            super().append(descriptor, data[: len(data) // 2])
        self._count()
        super().append(descriptor, data)

    def rename(self, old: Path, new: Path) -> None:
        self._count()
        super().rename(old, new)

    def truncate(self, descriptor: int, size: int) -> None:
        self._count()
        super().truncate(descriptor, size)

    def remove(self, path: Path) -> None:
        self._count()
        super().remove(path)


def _hurt(path: Path) -> None:
    """Damage in every file."""
    for file in (path / "journal").iterdir():
        data = bytearray(file.read_bytes() + b"torn")
        data[RECORD_BYTES + 3] ^= 1
        file.write_bytes(data)
    for file in (path / "objects" / "pack").iterdir():
        data = bytearray(file.read_bytes() + b"torn")
        data[40] ^= 1
        file.write_bytes(data)
    (path / "FORMAT").unlink()


def test_a_repair_that_dies_anywhere_is_gone_on_with(path: Path) -> None:
    sound = contents(path)
    ids = sorted(turns(path))
    for calls in range(0, 200, 9):
        put_back(path, sound)
        _hurt(path)
        try:
            repair(path, files=Dying(calls))
        except KeyboardInterrupt:
            repair(path)
            assert examine(path).findings == [], calls
            assert sorted(turns(path)) == ids
            continue
        assert calls > 30
        return
    raise AssertionError("a repair never ends")


def test_repairs_that_die_one_after_the_other_come_to_an_end(path: Path) -> None:
    _hurt(path)
    for calls in range(200):
        try:
            repair(path, files=Dying(calls))
        except KeyboardInterrupt:
            continue
        break
    assert examine(path).findings == []

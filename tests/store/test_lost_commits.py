"""After gc a journal's record is all that says that a turn was committed: what becomes of those that are lost."""

from collections.abc import Callable
from pathlib import Path

import pytest
from damage import make_small

from store.archive import Archive
from store.fsck import examine
from store.gc import collect
from store.journal import CHAIN_BYTES, RECORD_BYTES, Record, Type, encode
from store.repair import repair

TURNS = 3


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two writers with three turns each, packed again, without an index."""
    path = tmp_path / "a"
    make_small(path, TURNS)
    with Archive.open(path) as archive:
        collect(archive)
    drop_index(path)
    return path


def drop_index(path: Path) -> None:
    for file in (path / "index").iterdir():
        file.unlink()


def turns(path: Path) -> list[bytes]:
    """The turns in the order in which they were committed."""
    with Archive.open(path) as archive:
        found = [bytes(row[0]) for row in archive.index.db.execute("SELECT id FROM turns ORDER BY number")]
    drop_index(path)
    return found


def logs(path: Path) -> list[Path]:
    return sorted((path / "journal").iterdir())


def change(log: Path, record: int, begin: int, data: bytes) -> None:
    """Write over a record (from 0) of a journal."""
    start = (record + 1) * RECORD_BYTES + begin
    before = log.read_bytes()
    log.write_bytes(before[:start] + data + before[start + len(data) :])


def id_is_hit(path: Path) -> None:
    change(logs(path)[0], 1, 40, b"\xff")


def all_but_the_id_is_hit(path: Path) -> None:
    change(logs(path)[0], 1, 0, bytes(16))
    change(logs(path)[0], 1, 48, bytes(8))  # its chain value: the record behind it fits nothing now


def two_are_wiped_out(path: Path) -> None:
    change(logs(path)[1], 0, 0, bytes(2 * RECORD_BYTES))


def end_is_cut(path: Path) -> None:
    log = logs(path)[1]
    log.write_bytes(log.read_bytes()[: 2 * RECORD_BYTES + 5])


def first_is_gone(path: Path) -> None:
    logs(path)[0].unlink()


def last_is_gone(path: Path) -> None:
    logs(path)[1].unlink()


@pytest.mark.parametrize(
    ("damage", "lost"),
    [
        (id_is_hit, 1),
        (all_but_the_id_is_hit, 2),
        (two_are_wiped_out, 3),
        (end_is_cut, TURNS - 1),
        (first_is_gone, TURNS),
        (last_is_gone, TURNS),
    ],
)
def test_what_lost_its_record_is_told_and_committed_again_in_its_place(
    path: Path, damage: Callable[[Path], None], lost: int
) -> None:
    before = turns(path)
    damage(path)
    found = [finding.kind for finding in examine(path).findings]
    assert found.count("missing-record") == lost
    done = [action.message for action in repair(path) if action.kind == "journal"]
    assert [f"{lost} turn{'s' * (lost > 1)} committed again" in told for told in done] == [True]
    assert examine(path).findings == []
    assert turns(path) == before
    assert repair(path) == []


def test_a_turn_that_was_never_committed_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a"
    make_small(path, TURNS)
    (log,) = logs(path)[1:]
    kept = log.read_bytes()[: 3 * RECORD_BYTES]  # it died before the record of its last turn, and was adopted
    log.write_bytes(kept + encode(Record(Type.SEAL, 1 << 45), kept[-CHAIN_BYTES:]))
    drop_index(path)
    with Archive.open(path) as archive:
        collect(archive)
    report = examine(path)
    assert (report.findings, [note.kind for note in report.notes]) == ([], ["uncommitted"])
    assert repair(path) == []
    before = turns(path)
    id_is_hit(path)
    assert repair(path)
    assert turns(path) == before
    report = examine(path)
    assert (report.findings, [note.kind for note in report.notes]) == ([], ["uncommitted"])

"""After gc a journal's record is all that says that a turn was committed: what becomes of those that are lost."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from damage import make_small, small_exchanges

from store import annotate, notes
from store.archive import Archive
from store.fsck import examine
from store.gc import collect
from store.ids import object_id
from store.journal import CHAIN_BYTES, RECORD_BYTES, Record, Type, encode
from store.notes import Note
from store.record import Recorder
from store.repair import repair
from store.writer import Writer

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


def uncommit(log: Path) -> None:
    """What is left of a writer that died before the record of its last turn, and was adopted."""
    kept = log.read_bytes()[: -2 * RECORD_BYTES]
    log.write_bytes(kept + encode(Record(Type.SEAL, 1 << 45), kept[-CHAIN_BYTES:]))


def pack_again(path: Path) -> None:
    drop_index(path)
    with Archive.open(path) as archive:
        collect(archive)
    drop_index(path)


def leave_a_gap(path: Path) -> None:
    """The newest writer becomes number 9, as if others had died before they had files."""
    for folder in (path / "journal", path / "objects" / "pack"):
        newest = max(folder.iterdir())
        newest.rename(newest.with_name("00000009" + newest.name[8:]))


def noted(path: Path) -> set[str]:
    """What fsck notes of an archive in which it finds nothing."""
    report = examine(path)
    assert report.findings == []
    return {note.kind for note in report.notes}


def missing_records(path: Path) -> int:
    return [finding.kind for finding in examine(path).findings].count("missing-record")


def test_a_turn_that_was_never_committed_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a"
    make_small(path, TURNS)
    uncommit(logs(path)[1])
    pack_again(path)
    assert noted(path) == {"uncommitted"}
    assert repair(path) == []
    before = turns(path)
    id_is_hit(path)
    assert repair(path)
    assert turns(path) == before
    assert noted(path) == {"uncommitted"}


@pytest.mark.parametrize("record", [3, 4])  # of a gap, which names what is there; the seal
def test_a_damaged_record_that_was_about_no_turn_commits_none(tmp_path: Path, record: int) -> None:
    path = tmp_path / "a"
    make_small(path, TURNS)
    uncommit(logs(path)[1])
    pack_again(path)
    before = turns(path)
    change(logs(path)[0], record, 0, bytes(16))
    change(logs(path)[0], record, 48, bytes(16))
    assert repair(path)
    assert noted(path) == {"uncommitted"}
    assert turns(path) == before


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """The one turn of the first writer was never committed, and is earlier than the three of the other."""
    path = tmp_path / "b"
    Archive.create(path).close()
    for session, count in (("one", 1), ("two", TURNS)):
        with Archive.open(path) as archive, Recorder(archive) as recorder:
            for exchange in small_exchanges(count, session):
                recorder.record(exchange)
    uncommit(logs(path)[0])
    pack_again(path)
    return path


def test_the_chain_value_of_a_damaged_record_says_what_it_was_about(earlier: Path) -> None:
    before = turns(earlier)
    change(logs(earlier)[1], 2, 40, b"\xff")
    assert repair(earlier)
    assert turns(earlier) == before
    assert noted(earlier) == {"uncommitted"}


def test_what_was_never_committed_takes_no_place_from_what_was(earlier: Path) -> None:
    """The record does not say any more which of the two it was about."""
    before = turns(earlier)
    change(logs(earlier)[1], 2, 0, bytes(RECORD_BYTES))
    report = examine(earlier)
    assert [finding.kind for finding in report.findings].count("missing-record") == 1
    assert [note.kind for note in report.notes].count("uncommitted") == 1
    assert repair(earlier)
    assert set(turns(earlier)) > set(before)
    assert noted(earlier) == set()
    assert len(logs(earlier)) == 2


def test_a_run_that_no_journal_had_to_name_is_no_second_loss(tmp_path: Path) -> None:
    """An import may bring a run along without its record: one turn more is still what one dead writer leaves."""
    path = tmp_path / "a"
    with Archive.create(path) as archive, Recorder(archive) as recorder:

        def stage(writer: Writer) -> None:
            writer.json("run", b"{}")
            writer.blob(b"[]")

        recorder.take_over(Type.GAP, object_id("blob", b"[]"), stage)
        for exchange in small_exchanges(2, "one"):
            recorder.record(exchange)
    (log,) = logs(path)
    uncommit(log)
    pack_again(path)
    assert noted(path) == {"uncommitted"}
    assert repair(path) == []


def test_a_living_writer_whose_pack_is_gone_has_not_lost_the_end_of_its_journal(path: Path) -> None:
    uncommit(logs(path)[1])
    with Archive.open(path) as archive, Recorder(archive) as recorder:
        recorder.record(next(small_exchanges(1, "three")))
        max((path / "objects" / "pack").glob("0*")).unlink()
        report = examine(path)
    assert {finding.kind for finding in report.findings} == {"missing-object"}
    assert {note.kind for note in report.notes} == {"uncommitted"}


def test_what_lies_in_the_pack_of_its_writer_too_is_judged_there(tmp_path: Path) -> None:
    """A gc that died before it removed what it had packed again."""
    path = tmp_path / "a"
    make_small(path, TURNS)
    uncommit(logs(path)[1])
    packs = {each: each.read_bytes() for each in (path / "objects" / "pack").iterdir()}
    pack_again(path)
    for pack, data in packs.items():
        pack.write_bytes(data)
        pack.chmod(0o600)
    assert noted(path) == {"uncommitted"}
    assert repair(path) == []


def test_a_number_that_no_writer_has_is_no_damage_and_yet_nothing_is_left_out(tmp_path: Path) -> None:
    """A crash leaves such a gap, and one turn; a journal that is gone leaves the same. A repair says what it knows."""
    path = tmp_path / "a"
    make_small(path, TURNS)
    uncommit(logs(path)[1])
    leave_a_gap(path)
    pack_again(path)
    before = turns(path)
    assert noted(path) == {"uncommitted", "no-writer"}
    assert any("a repair commits it" in note.message for note in examine(path).notes)
    (action,) = repair(path)
    assert "1 turn committed again, or for the first time, from the packs" in action.message
    assert noted(path) == {"no-writer"}
    assert len(turns(path)) == len(before) + 1
    assert set(turns(path)) > set(before)
    assert repair(path) == []


def test_the_only_turn_of_a_journal_that_is_gone_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a"
    make_small(path, 1)
    pack_again(path)
    before = turns(path)
    first_is_gone(path)
    assert noted(path) == {"uncommitted", "no-writer"}
    assert repair(path)
    assert noted(path) == set()
    assert turns(path) == before


def test_what_was_recorded_again_after_the_crash_is_not_committed_twice(tmp_path: Path) -> None:
    path = tmp_path / "a"
    make_small(path, TURNS)
    uncommit(logs(path)[1])
    leave_a_gap(path)
    drop_index(path)
    last = list(small_exchanges(TURNS, "two"))[-1]
    with Archive.open(path) as archive, Recorder(archive) as recorder:
        recorder.record(replace(last, notes=("recovered",)))  # as `store.recover` does with what the spool holds
    pack_again(path)
    before = turns(path)
    assert len(before) == 2 * TURNS
    assert noted(path) == {"uncommitted", "no-writer"}
    assert repair(path) == []
    assert turns(path) == before


def three_writers(path: Path) -> None:
    make_small(path)
    with Archive.open(path) as archive, Recorder(archive) as recorder:
        for exchange in small_exchanges(2, "three"):
            recorder.record(exchange)


@pytest.mark.parametrize("which", [1, 2])  # the newest leaves no gap
def test_what_a_turn_goes_on_from_was_committed(tmp_path: Path, which: int) -> None:
    path = tmp_path / "a"
    three_writers(path)
    pack_again(path)
    before = turns(path)
    logs(path)[which].unlink()
    assert missing_records(path) == 2
    assert repair(path)
    assert examine(path).findings == []
    assert turns(path) == before


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_what_is_named_from_another_journal_was_committed(tmp_path: Path, gone: int) -> None:
    """The journal of a turn that another goes on from, of the turn that a note is about, of a note that was changed."""
    path = tmp_path / "a"
    first, last = small_exchanges(2, "one")
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        recorder.gap("test", {})
    with Archive.open(path) as archive:
        with Recorder(archive) as recorder:
            recorder.record(first)
        with Recorder(archive) as recorder:
            turn = recorder.record(last).turn
        note = annotate.add(archive, turn, "me", "as seen")
        annotate.change(archive, note, "me", "as was seen")
    pack_again(path)
    before = turns(path)
    logs(path)[gone].unlink()
    assert missing_records(path) == 1
    assert repair(path)
    assert examine(path).findings == []
    assert sorted(turns(path)) == sorted(before)


def one_shots(path: Path, sessions: list[str]) -> None:
    """A writer with one turn a session, none of which goes on from another."""
    with Archive.open(path) as archive, Recorder(archive) as recorder:
        for session in sessions:
            recorder.record(next(small_exchanges(1, session)))


def test_what_is_named_in_a_journal_that_is_gone_was_committed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    make_small(path)
    with Archive.open(path) as archive, Recorder(archive) as recorder:
        turn = recorder.record(next(small_exchanges(1, "three"))).turn
        recorder.put_note(notes.encode(Note(turn.hex(), text="as seen")))
    pack_again(path)
    max(logs(path)).unlink()
    assert missing_records(path) == 2
    assert "1 turn and 1 note committed again from the packs" in repair(path)[0].message


@pytest.mark.parametrize(("gone", "found"), [(3, 3), (2, 0)])  # two other journals are left: as many may have died
def test_more_turns_than_writers_that_can_have_died_were_committed(tmp_path: Path, gone: int, found: int) -> None:
    path = tmp_path / "a"
    make_small(path)
    one_shots(path, ["three", "four", "five"][:gone])
    pack_again(path)
    max(logs(path)).unlink()
    assert missing_records(path) == found


def test_a_turn_beside_a_journal_that_lost_its_end_was_committed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    make_small(path)
    one_shots(path, ["three"])
    pack_again(path)
    log = max(logs(path))
    log.write_bytes(log.read_bytes()[:RECORD_BYTES])
    assert missing_records(path) == 1


def test_a_journal_whose_pack_was_not_packed_again_says_nothing_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a"
    make_small(path, TURNS)
    uncommit(logs(path)[1])
    pack_again(path)
    one_shots(path, ["three"])
    log = max(logs(path))
    log.write_bytes(log.read_bytes()[:-RECORD_BYTES])  # as a writer leaves it that died
    drop_index(path)
    assert noted(path) == {"uncommitted", "unsealed"}
    assert repair(path) == []

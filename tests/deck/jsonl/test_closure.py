"""What goes along with some turns: their history, runs, corrections and notes, and nothing of others."""

from dataclasses import replace
from pathlib import Path

import pytest
from archives import recorded
from exchanges import conversation
from exported import contents, exported, findings, record_types, taken_in

from store import annotate, notes
from store.archive import Archive
from store.record import Recorder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a"


def with_runs(path: Path) -> tuple[list[str], list[str]]:
    """Two sessions of three turns, each under a run of its own: turns, runs."""
    turns: list[str] = []
    runs: list[str] = []
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        for session in ("one", "two"):
            run = recorder.put_run({"type": "start", "command": [session]}).hex()
            turns += [recorder.record(replace(each, run=run)).turn.hex() for each in conversation(3, session, 30)]
            end = recorder.put_run({"type": "end", "run": run, "exit_code": 0}).hex()
            runs += [run, end]
        recorder.gap("queue-full", {})
    return turns, runs


def test_a_turn_brings_what_it_goes_on_from(path: Path, tmp_path: Path) -> None:
    turns, runs = with_runs(path)
    taken_in(exported(path, "jsonl", turns[1]), tmp_path / "b")
    assert record_types(tmp_path / "b") == [
        ("RUN", runs[0]),
        ("COMMIT", turns[0]),
        ("COMMIT", turns[1]),
        ("RUN", runs[1]),
    ]
    assert findings(tmp_path / "b") == []


def test_a_session_brings_nothing_of_others(path: Path, tmp_path: Path) -> None:
    turns, _runs = with_runs(path)
    lines = exported(path, "jsonl", "two")
    taken_in(lines, tmp_path / "b")
    assert [id for kind, id in record_types(tmp_path / "b") if kind == "COMMIT"] == turns[3:]
    assert b"one" not in lines
    assert contents(tmp_path / "b").items() <= contents(path).items()


def test_parts_add_up_to_the_whole(path: Path, tmp_path: Path) -> None:
    with_runs(path)
    for session in ("two", "one"):
        taken_in(exported(path, "jsonl", session), tmp_path / "b")
    taken_in(exported(path, "jsonl", everything=True), tmp_path / "b")
    assert sorted(record_types(tmp_path / "b")) == sorted(record_types(path))
    assert contents(tmp_path / "b") == contents(path)
    assert findings(tmp_path / "b") == []


def test_notes_and_tags_go_along_where_all_of_their_story_does(path: Path, tmp_path: Path) -> None:
    turns, _runs = with_runs(path)
    ids = [bytes.fromhex(turn) for turn in turns]
    with Archive.open(path) as archive:
        first = annotate.add(archive, ids[0], "Ada", "One.")
        annotate.change(archive, first, "Ada", "One, again.")
        annotate.add(archive, ids[3], "Ada", "Two.")
        annotate.set_tag(archive, "stays", ids[1], "Ada")
        annotate.set_tag(archive, "moves", ids[1], "Ada")
        annotate.set_tag(archive, "moves", ids[4], "Ada", force=True)
        annotate.set_tag(archive, "comes", ids[4], "Ada")
        annotate.set_tag(archive, "comes", ids[1], "Ada", force=True)
    taken_in(exported(path, "jsonl", "one"), tmp_path / "b")
    with Archive.open(tmp_path / "b") as archive:
        assert [note.text for note in notes.listed(archive)] == ["One, again."]
        assert {note.name: note.target for note in notes.tags(archive)} == {"stays": turns[1]}
    taken_in(exported(path, "jsonl", everything=True), tmp_path / "b")
    with Archive.open(tmp_path / "b") as archive:
        assert {note.name: note.target for note in notes.tags(archive)} == {
            "stays": turns[1],
            "moves": turns[4],
            "comes": turns[1],
        }
    assert findings(tmp_path / "b") == []


def test_corrections_go_along(path: Path, tmp_path: Path) -> None:
    turns = recorded(path, (each for name in ("one", "two") for each in conversation(3, name, 30)))
    edge = {"turn": turns[0], "kind": "forks", "confidence": 0.5}
    with Archive.open(path) as archive, Recorder(archive) as recorder:
        recorder.correct([{"turn": turns[2], "parents": [edge]}, {"turn": turns[5], "parents": []}])
    for number, revs in enumerate((("one",), ())):
        lines = exported(path, "jsonl", *revs, everything=not revs)
        taken_in(lines, tmp_path / f"b{number}")
        with Archive.open(tmp_path / f"b{number}") as archive:
            rows = archive.index.db.execute("SELECT turn, parent, kind FROM parents").fetchall()
            assert (bytes.fromhex(turns[2]), bytes.fromhex(turns[0]), "forks") in rows
            assert archive.index.db.execute("SELECT count(*) FROM corrections").fetchone() == (1 + number,)
        assert (turns[5].encode() in lines) is (not revs)


def test_a_parent_that_is_elsewhere_stays_there(path: Path, tmp_path: Path) -> None:
    (turn,) = recorded(path, conversation(1, "one", 30))
    absent = {"turn": "ab" * 32, "kind": "probable", "confidence": 0.3}
    with Archive.open(path) as archive, Recorder(archive) as recorder:
        recorder.correct([{"turn": turn, "parents": [absent]}])
    assert taken_in(exported(path, "jsonl", turn), tmp_path / "b").problem == ""

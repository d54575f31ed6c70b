"""Notes, stars and tags: written beside turns, replaced, taken back, and the same in every index."""

import json
import threading
from pathlib import Path

import pytest
from archives import recorded
from exchanges import conversation

from store import annotate, notes
from store.archive import Archive
from store.canonical import dumps
from store.errors import BadName, Damaged, NotFound, Taken
from store.fsck import check
from store.gc import collect
from store.journal import Type
from store.notes import Note
from store.record import Recorder
from store.repair import repair


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def turns(path: Path) -> list[bytes]:
    return [bytes.fromhex(turn) for turn in recorded(path, conversation(3, "s", 30))]


def forget(path: Path) -> None:
    """Delete the index."""
    for file in (path / "index").iterdir():
        file.unlink()


def said(path: Path) -> list[tuple[str, int, str, tuple[str, ...]]]:
    with Archive.open(path) as archive:
        return [(note.target[:8], note.step, note.text, note.tags) for note in notes.listed(archive)]


def named(path: Path) -> dict[str, str]:
    with Archive.open(path) as archive:
        return {note.name: note.target for note in notes.tags(archive)}


def test_notes_and_stars_are_put_replaced_and_taken_back(path: Path, turns: list[bytes]) -> None:
    with Archive.open(path) as archive:
        first = annotate.add(archive, turns[0], "Ada", "Here it began.")
        star = annotate.add(archive, turns[1], "Ada", "", [notes.STAR], step=2)
        assert star.is_star and not first.is_star
        assert notes.of(archive, turns[0]) == [first]
        changed = annotate.change(archive, first, "Bob", "Here it began, says Bob.")
        assert notes.of(archive, turns[0]) == [changed] and changed.replaces == first.id
        assert notes.listed(archive) == [star, changed]
        annotate.remove(archive, star, "Ada")
        assert notes.listed(archive) == [changed]
        with pytest.raises(NotFound):
            notes.find(archive, bytes.fromhex(star.id))
        assert notes.find(archive, bytes.fromhex(changed.id)) == changed
    before = said(path)
    forget(path)
    assert said(path) == before == [(turns[0].hex()[:8], 0, "Here it began, says Bob.", ())]


def test_a_note_says_something(path: Path, turns: list[bytes]) -> None:
    with Archive.open(path) as archive, pytest.raises(ValueError):
        annotate.add(archive, turns[0], "Ada", "")


def test_a_tag_is_made_moved_and_deleted(path: Path, turns: list[bytes]) -> None:
    with Archive.open(path) as archive:
        assert annotate.set_tag(archive, "v1", turns[0], "Ada") is None
        with pytest.raises(Taken, match="v1"):
            annotate.set_tag(archive, "v1", turns[1], "Ada")
        moved = annotate.set_tag(archive, "v1", turns[1], "Ada", force=True)
        assert moved is not None and moved.target == turns[0].hex()
        annotate.set_tag(archive, "base/first", turns[0], "Ada")
        assert [(tag.name, tag.target) for tag in notes.tags(archive)] == [
            ("base/first", turns[0].hex()),
            ("v1", turns[1].hex()),
        ]
        assert notes.listed(archive) == notes.of(archive, turns[0]) == []
    forget(path)
    assert named(path) == {"v1": turns[1].hex(), "base/first": turns[0].hex()}
    with Archive.open(path) as archive:
        assert annotate.delete_tag(archive, "v1", "Ada").target == turns[1].hex()
        with pytest.raises(NotFound):
            annotate.delete_tag(archive, "v1", "Ada")
        with pytest.raises(BadName):
            annotate.set_tag(archive, "../v1", turns[0], "Ada")
    assert named(path) == {"base/first": turns[0].hex()}


def test_archives_put_together_keep_one_tag_of_a_name(path: Path, turns: list[bytes]) -> None:
    with Archive.open(path) as archive, Recorder(archive) as recorder:
        for time_ms, turn in ((2, turns[1]), (1, turns[0])):
            recorder.put_note(notes.encode(Note(turn.hex(), time_ms=time_ms, ref="tags/both")))
        assert len(notes.tagged(archive, "both")) == 2
    assert named(path) == {"both": turns[1].hex()}
    with Archive.open(path) as archive:
        annotate.set_tag(archive, "both", turns[2], "Ada", force=True)
        assert len(notes.tagged(archive, "both")) == 1
    assert named(path) == {"both": turns[2].hex()}


def test_of_two_who_make_a_tag_at_once_one_is_refused(path: Path, turns: list[bytes]) -> None:
    refused: list[Taken] = []

    def make(turn: bytes) -> None:
        with Archive.open(path) as archive:
            try:
                annotate.set_tag(archive, "one", turn, "Ada")
            except Taken as error:
                refused.append(error)

    makers = [threading.Thread(target=make, args=(turn,)) for turn in turns]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(refused) == len(turns) - 1
    with Archive.open(path) as archive:
        assert len(notes.tagged(archive, "one")) == 1


def test_beside_a_running_capture(path: Path) -> None:
    exchanges = list(conversation(3, "s", 30))
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        first = recorder.record(exchanges[0]).turn
        with Archive.open(path) as other:
            annotate.set_tag(other, "begun", first, "Ada")
            annotate.add(other, first, "Ada", "Still running.")
        for exchange in exchanges[1:]:
            recorder.record(exchange)
    with Archive.open(path) as archive:
        assert check(archive).sound
        assert len(archive.index.db.execute("SELECT * FROM turns").fetchall()) == 3
    assert named(path) == {"begun": first.hex()} and len(said(path)) == 1


def test_gc_keeps_them_and_fsck_knows_them(path: Path, turns: list[bytes]) -> None:
    with Archive.open(path) as archive:
        annotate.set_tag(archive, "v1", turns[0], "Ada")
        annotate.add(archive, turns[0], "Ada", "f" * 64)  # a hash of something else, in a note
        assert check(archive).findings == []
        assert collect(archive).written
        assert check(archive).findings == []
    forget(path)
    assert named(path) == {"v1": turns[0].hex()} and len(said(path)) == 1


def test_a_repair_brings_them_back_from_a_pack_without_a_journal(path: Path, turns: list[bytes]) -> None:
    with Archive.open(path) as archive:
        annotate.set_tag(archive, "v1", turns[0], "Ada")
    (path / "journal" / sorted(entry.name for entry in (path / "journal").iterdir())[-1]).unlink()
    forget(path)
    assert named(path) == {}
    repair(path)
    assert named(path) == {"v1": turns[0].hex()}
    with Archive.open(path) as archive:
        assert check(archive).sound


A = "a" * 64
SOUND = {"target": A, "time": 1, "author": "", "text": "x", "tags": []}


@pytest.mark.parametrize(
    "value",
    [
        *([], None, {}, SOUND | {"target": "aa"}, SOUND | {"time": True}, SOUND | {"time": 1 << 60}),
        *(SOUND | {"tags": [1]}, SOUND | {"text": None}, SOUND | {"ref": "tags/../x"}, SOUND | {"ref": "heads/x"}),
        *(SOUND | {"replaces": 7}, SOUND | {"step": -1}),
    ],
)
def test_a_note_that_makes_no_sense_is_told_and_shown_nowhere(path: Path, turns: list[bytes], value: object) -> None:
    with pytest.raises(Damaged):
        notes.parse(dumps(value))
    with Archive.open(path) as archive, Recorder(archive) as recorder:
        recorder._writer.begin()
        recorder._writer.commit(Type.NOTE, recorder._writer.json("note", dumps(value)))
    forget(path)
    assert said(path) == [] and named(path) == {}
    with Archive.open(path) as archive:
        assert "bad-note" in {finding.kind for finding in check(archive).findings}


def test_what_was_lost_is_found(path: Path, turns: list[bytes]) -> None:
    with Archive.open(path) as archive, Recorder(archive) as recorder:
        recorder.put_note(notes.encode(Note(A, text="about nothing")))
        findings = check(archive).findings
    assert [finding.kind for finding in findings] == ["missing-object"] and A in findings[0].message


def test_members_that_came_later_may_be_missing() -> None:
    assert notes.parse(dumps(SOUND)).text == "x"
    whole = Note(A, 3, 4, "Ada", "text \ud800", ("star", "x"), "", "b" * 64)
    payload = notes.encode(whole)
    assert notes.parse(payload)._replace(id="") == whole
    assert json.loads(payload)["replaces"] == "b" * 64

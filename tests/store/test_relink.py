"""Relinking: what a capture missed is found later, on record beside the turns, and every view prefers it."""

import json
from pathlib import Path

import pytest
from exchanges import conversation

from deck.cli import main
from deck.timeline import Timeline
from store.archive import Archive
from store.canonical import dumps
from store.corrections import apply
from store.errors import Damaged
from store.fsck import check
from store.journal import Type
from store.record import Recorder
from store.relink import corrections


@pytest.fixture
def unlinked(tmp_path: Path) -> tuple[Path, list[bytes]]:
    """Three turns of a line, recorded with an index that had lost what came before, as after a failure of it."""
    path = tmp_path / "archive"
    turns = []
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        for exchange in conversation(3, "s"):
            turns.append(recorder.record(exchange).turn)
            for table in ("turns", "steps", "sessions"):
                archive.index.db.execute(f"DELETE FROM {table}")
    forget(path)
    return path, turns


def forget(path: Path) -> None:
    """Delete the index."""
    for file in (path / "index").iterdir():
        file.unlink()


def edges(path: Path) -> list[list[tuple[str, str]]]:
    with Timeline.open(path) as timeline:
        return [[(edge.turn, edge.kind) for edge in row.parents] for row in timeline.turns("s")]


def nothing(what: str, done: int, of: int) -> None:
    """Progress that nobody looks at."""


def test_what_was_missed_is_found_and_preferred(unlinked: tuple[Path, list[bytes]]) -> None:
    path, turns = unlinked
    assert edges(path) == [[], [], []]
    assert main(["relink", "--archive", str(path)]) == 0
    expected = [[], [(turns[0].hex(), "continues")], [(turns[1].hex(), "continues")]]
    assert edges(path) == expected
    forget(path)
    assert edges(path) == expected
    with Archive.open(path) as archive:
        assert [json.loads(archive.get_kind(turn, "turn"))["parents"] for turn in turns] == [[], [], []]
        assert list(corrections(archive, nothing)) == []
        assert check(archive).sound


def test_a_dry_run_changes_nothing(unlinked: tuple[Path, list[bytes]], capsys: pytest.CaptureFixture[str]) -> None:
    path, turns = unlinked
    assert main(["relink", "--dry-run", "--json", "--archive", str(path)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [each["turn"] for each in said["changed"]] == [turn.hex() for turn in turns[1:]]
    assert said["changed"][0]["before"] == []
    assert said["changed"][0]["after"] == [{"turn": turns[0].hex(), "kind": "continues", "confidence": 1.0}]
    assert edges(path) == [[], [], []]


def test_the_newest_correction_counts_in_whatever_order_they_come(unlinked: tuple[Path, list[bytes]]) -> None:
    path, turns = unlinked

    def correction(kind: str) -> bytes:
        edge = {"turn": turns[0].hex(), "kind": kind, "confidence": 0.5}
        return dumps({"keys": 1, "links": [{"turn": turns[1].hex(), "parents": [edge]}]})

    with Archive.open(path) as archive:
        apply(archive, correction("rewrites"), 2_000)
        apply(archive, correction("forks"), 1_000)
    assert edges(path)[1] == [(turns[0].hex(), "rewrites")]


@pytest.mark.parametrize("blob", [b"", b"[]", b'{"links":[{"turn":"zz","parents":[]}]}', b'{"links":[{"turn":7}]}'])
def test_a_correction_that_makes_no_sense_harms_nothing(unlinked: tuple[Path, list[bytes]], blob: bytes) -> None:
    path, _turns = unlinked
    with Archive.open(path) as archive:
        with pytest.raises(Damaged):
            apply(archive, blob, 1)
        with Recorder(archive) as recorder:
            recorder._writer.begin()
            recorder._writer.commit(Type.LINK, recorder._writer.blob(blob))
    forget(path)
    assert edges(path) == [[], [], []]

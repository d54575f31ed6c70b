"""Archives that earlier versions wrote stay readable, whole, and can be gone on with."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from damage import small_exchanges

from store import ledger
from store.archive import Archive
from store.fsck import check
from store.record import Recorder

GOLDEN = Path(__file__).parents[1] / "golden"
VERSIONS = sorted(path.name for path in GOLDEN.glob("archive-*"))


@pytest.fixture(params=VERSIONS)
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, dict[str, dict[str, object]]]:
    """A copy of a golden archive, private as archives are, and what has to come out of it."""
    path = tmp_path / "archive"
    shutil.copytree(GOLDEN / request.param, path)
    expected = json.loads((path / "expected.json").read_text())
    (path / "expected.json").unlink()
    for each in [path, *path.rglob("*")]:
        each.chmod(0o700 if each.is_dir() else 0o600)
    return path, expected


def test_there_is_one_for_every_version_of_the_format() -> None:
    assert VERSIONS == ["archive-1"]


def test_every_turn_is_there_with_its_bodies_and_edges(golden: tuple[Path, dict[str, dict[str, object]]]) -> None:
    path, expected = golden
    with Archive.open(path) as archive:
        found = {}
        for (turn,) in archive.index.db.execute("SELECT id FROM turns").fetchall():
            payload = json.loads(archive.get_kind(turn, "turn"))
            bodies = [payload[side]["body"] for side in ("request", "response")]
            asked, said = (archive.get_kind(bytes.fromhex(body), "blob") for body in bodies)
            edges = archive.index.db.execute("SELECT kind FROM parents WHERE turn = ? ORDER BY n", (turn,))
            found[turn.hex()] = {
                "request": sha256(asked).hexdigest(),
                "response": sha256(said).hexdigest(),
                "parents": [kind for (kind,) in edges],
            }
        assert found == expected
        assert check(archive).sound
        assert [(view.name, sum(view.counts.values())) for view in ledger.closed(archive)] == [("1-golden", 7)]


def test_recording_goes_on_in_it(golden: tuple[Path, dict[str, dict[str, object]]]) -> None:
    path, expected = golden
    exchanges = list(small_exchanges(7, "one"))
    with Archive.open(path) as archive:
        with Recorder(archive) as recorder:
            known = [recorder.record(exchange).known for exchange in exchanges]
            last = recorder.record(exchanges[-1]).turn
        edges = archive.index.db.execute("SELECT kind FROM parents WHERE turn = ?", (last,)).fetchall()
        assert known == [True] * 6 + [False]
        assert edges == [("continues",)]
        assert len(archive.index.db.execute("SELECT id FROM turns").fetchall()) == len(expected) + 1
        assert check(archive).sound

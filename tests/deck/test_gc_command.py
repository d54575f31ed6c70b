"""`deck gc` as a person or a script meets it."""

from pathlib import Path

import pytest
from archives import as_json, recorded
from exchanges import conversation

from deck.cli import main
from store.archive import Archive
from store.gc import alone


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "archive"
    for session in ("a", "b"):
        recorded(path, conversation(3, session, system_words=100))
    monkeypatch.setenv("DECK_STORE", str(path))
    return path


def test_it_tells_what_it_would_do_and_does_it(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gc", "--dry-run"]) == 0
    would = capsys.readouterr().out
    assert main(["gc"]) == 0
    done = capsys.readouterr().out
    assert would.startswith("would pack 2 packs again: ")
    assert would.replace("would pack", "packed").replace(" then ", " now ") == done
    assert main(["gc"]) == 0
    assert capsys.readouterr().out == "nothing to pack again\n"


def test_json(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    size = sum(path.stat().st_size for path in (archive / "objects" / "pack").iterdir())
    assert main(["gc", "--json"]) == 0
    said = as_json(capsys.readouterr().out)
    assert (said["schema"], said["dry_run"], said["before"], said["left"]) == ("deck.gc/1", False, size, [])
    assert len(said["replaced"]) == 2
    assert [f"{name}.pack" for name in said["written"]] == [path.name for path in (archive / "objects/pack").iterdir()]
    assert said["after"] == sum(path.stat().st_size for path in (archive / "objects" / "pack").iterdir())


def test_damage_is_told_and_left(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = min((archive / "objects" / "pack").iterdir())
    data = bytearray(first.read_bytes())
    data[-9] ^= 1
    first.write_bytes(data)
    assert main(["gc"]) == 1
    assert f"left {first.stem}: " in capsys.readouterr().out
    assert first.read_bytes() == data


def test_another_one_at_work_is_no_traceback(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Archive.open(archive) as opened, alone(opened):
        assert main(["gc"]) == 1
    assert "another process" in capsys.readouterr().err

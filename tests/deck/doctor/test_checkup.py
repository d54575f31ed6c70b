"""`deck doctor` as a whole: one line a check, safe to print, and an exit code."""

import json
from pathlib import Path

import pytest
from archives import HOSTILE
from exchanges import conversation

from deck.cli import main
from deck.launch.roots import CA_VARIABLES
from deck.launch.variables import PROXY_VARIABLES
from store.archive import Archive
from store.record import Recorder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without settings, in a shell without proxies."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    for name in (*CA_VARIABLES, *PROXY_VARIABLES, "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", "DECK_STORE"):
        monkeypatch.delenv(name, raising=False)


def test_a_sound_archive_and_an_ordinary_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "archive"
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        for exchange in conversation(1, "5e55", 10):
            recorder.record(exchange)
    assert main(["doctor", "--archive", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line[:5] for line in lines} == {"ok   ", "note "}
    assert [line[5:].partition(":")[0] for line in lines] == [
        *("archive", "files", "disk", "spool", "index", "gaps", "ledger", "mitmproxy", "proxy", "tls", "ca", "shell")
    ]
    assert main(["doctor", "--json", "--archive", str(path)]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["schema"], shown["sound"]) == ("deck.doctor/1", True)
    assert set(shown["checks"][0]) == {"check", "level", "message", "next"}


def test_what_was_recorded_does_not_drive_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "archive"
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        recorder.gap(HOSTILE.replace("\ud800", ""), {"error": HOSTILE.replace("\ud800", "")})
    assert main(["doctor", "--archive", str(path)]) == 1
    out = capsys.readouterr().out
    assert "owned" in out
    assert not any(control in out for control in "\x1b\x07\x9b\u202e\x7f")
    assert [line[:4] for line in out.splitlines()].count("mend") == 1


def test_no_archive_yet_is_no_fault(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["doctor"]) == 0
    assert "none in" in capsys.readouterr().out
    assert main(["doctor", "--archive", str(tmp_path / "named")]) == 1
    assert "deck init" in capsys.readouterr().out

"""What tests of commands share: the archive that they mean, and a command line that runs in this process."""

import time
from collections.abc import Iterator
from pathlib import Path

import kafka_session
import pytest
from archives import recorded
from command_line import Run

from deck.cli import main


@pytest.fixture
def fixed_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Commands mean ``tmp_path / "archive"`` and tell times in UTC."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("DECK_STORE", str(tmp_path / "archive"))
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def deck(capsys: pytest.CaptureFixture[str], fixed_surroundings: None) -> Run:
    """Runs a command line in this process: exit code, stdout, stderr."""

    def run(*line: str) -> tuple[int, str, str]:
        code = main(line)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def kafka(tmp_path: Path) -> list[str]:
    """The turns of a session that was recorded into that archive."""
    return recorded(tmp_path / "archive", kafka_session.exchanges())

"""`deck init` as a person meets it."""

from pathlib import Path

import pytest
from command_line import Run


def test_it_makes_the_projects_archive_once(deck: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DECK_STORE")
    assert deck("init", str(tmp_path)) == (0, f"Made {tmp_path}/.deck\n", "")
    assert deck("init", str(tmp_path)) == (0, f"Already there: {tmp_path}/.deck\n", "")


def test_it_says_that_another_archive_stays_in_use(deck: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = deck("init", str(tmp_path))
    assert (code, out) == (0, f"Made {tmp_path}/.deck\n")
    assert "DECK_STORE is set" in err and str(tmp_path / "archive") in err
    monkeypatch.setenv("DECK_STORE", str(tmp_path / ".deck"))
    assert deck("init", str(tmp_path))[2] == ""


def test_it_makes_no_project(deck: Run, tmp_path: Path) -> None:
    code, out, err = deck("init", str(tmp_path / "misspelt" / "x"))
    assert (code, out) == (3, "") and f"there is no folder {tmp_path}/misspelt/x" in err
    assert not (tmp_path / "misspelt").exists()

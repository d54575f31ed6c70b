"""Progress of long work: one line, on a terminal only, gone at the end."""

import io
import os
import pty
from pathlib import Path

import pytest
from archives import recorded
from exchanges import conversation

from deck.progress import Progress
from deck.timeline import Timeline


def test_no_terminal_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr("sys.stderr", stderr)
    with Progress() as progress:
        progress.show("objects", 1, 2)
    assert stderr.getvalue() == ""


def test_a_terminal_gets_one_line_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, its = pty.openpty()
    with os.fdopen(its, "w") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        with Progress() as progress:
            progress.show("objects", 1_000, 20_000)
        terminal.flush()
        expected = b"\r\x1b[Kobjects 1,000/20,000\r\x1b[K"
        printed = b""
        while len(printed) < len(expected):
            printed += os.read(ours, 1000)
        assert printed == expected
    os.close(ours)


def test_who_opens_an_archive_without_its_index_is_shown_how_far_it_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(tmp_path / "archive", conversation(70, "s", 50))
    for file in (tmp_path / "archive" / "index").iterdir():
        file.unlink()
    ours, its = pty.openpty()
    with os.fdopen(its, "w") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        Timeline.open(tmp_path / "archive").close()
        terminal.flush()
        assert os.read(ours, 1000).startswith(b"\r\x1b[Kindexing KiB of packs ")
    os.close(ours)

"""Progress of long work: one line, on a terminal only, gone at the end."""

import io
import os
import pty

import pytest

from deck.progress import Progress


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

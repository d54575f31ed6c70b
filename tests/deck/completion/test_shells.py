"""Completion in real shells, typed at a terminal."""

import fcntl
import os
import pty
import shutil
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from archives import recorded
from kafka_session import SESSION, exchanges

from store import annotate
from store.archive import Archive

ROOT = Path(__file__).parents[3]
SHELLS = {
    "bash": (["--norc", "--noprofile", "-i"], 'eval "$(deck completion bash)"'),
    "zsh": (["-f", "-i"], 'zstyle ":completion:*" use-cache off; eval "$(deck completion zsh)"'),
    "fish": (["--no-config", "-i"], "deck completion fish | source"),
}
READY = b"ready-now"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment with a `deck`, an archive with a tag, and a home of its own."""
    recorded(tmp_path / "archive", exchanges())
    with Archive.open(tmp_path / "archive") as archive:
        head = archive.index.db.execute("SELECT id FROM turns").fetchone()[0]
        annotate.set_tag(archive, "fixed", bytes(head), "Ada")
        annotate.set_tag(archive, "$(touch${IFS}owned)", bytes(head), "Ada")
    (tmp_path / "bin").mkdir()
    deck = tmp_path / "bin" / "deck"
    deck.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m deck.cli "$@"\n')
    deck.chmod(0o700)
    return {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "TERM": "dumb",
        "DECK_STORE": str(tmp_path / "archive"),
    }


class Typing:
    """A shell on a terminal: what is typed, and what it shows."""

    def __init__(self, command: list[str], environ: dict[str, str], cwd: Path) -> None:
        self._ours, its = pty.openpty()
        self._process = subprocess.Popen(
            command,
            stdin=its,
            stdout=its,
            stderr=its,
            env=environ,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # fish wants a terminal that is its own
        )
        os.close(its)

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def until(self, wanted: bytes) -> bytes:
        """What it shows until ``wanted`` is there."""
        shown = b""
        while wanted not in shown:
            shown += os.read(self._ours, 4096)
        return shown

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes(shell: str, environ: dict[str, str], tmp_path: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed: its completion is NOT tested here")
    options, load = SHELLS[shell]
    typing = Typing([program, *options], environ, tmp_path)
    try:
        typing.type(f"{load}; echo ready-'now'\n")  # the echo of the line does not hold the word itself
        typing.until(READY)
        for begun, rest in (("rev-pa", "rse"), ("rev-parse fi", "xed"), (f"log {SESSION[:5]}", SESSION[5:])):
            typing.type(f"deck {begun}\t")
            typing.until(rest.encode())
            typing.type("\x15")
        typing.type("deck rev-parse HEAD:resp\t")
        typing.until(b"onse")
    finally:
        typing.end()
    assert not (tmp_path / "owned").exists()

"""What a short command costs a user who waits for it: processes from nothing to their end, interleaved."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from figure import Figure, below
from workspace import Workspace

ROUNDS = 15
ROOT = Path(__file__).parents[2]
# An installed deck has its bytecode; a machine that forbids writing it would measure the compiler.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def measure(workspace: Workspace) -> Sequence[Figure]:
    """`deck checkout HEAD` on the session of 420 turns, best of several rounds."""
    main = "import sys; from deck.cli import main; sys.exit(main())"
    archive = str(workspace.session)
    commands = {
        "pass": ("-c", "pass"),
        "imports": ("-c", "import sqlite3, zstandard, blake3"),
        "checkout": ("-c", main, "checkout", "--archive", archive, "HEAD"),
        "sessions": ("-c", main, "sessions", "--archive", archive),
    }
    best = dict.fromkeys(commands, float("inf"))
    for _ in range(ROUNDS):
        for name, words in commands.items():
            best[name] = min(best[name], _seconds(words))
    base = best["pass"]

    def told(name: str) -> tuple[str, str, str]:
        return f"{best[name] * 1e3:.0f} ms", f"{base * 1e3:.0f} ms python -c pass", f"{best[name] / base:.1f}x"

    return [
        Figure("deck checkout HEAD, cold", *told("checkout"), "6x", "3x", below(best["checkout"] / base, 6, 3)),
        Figure("deck sessions, cold", *told("sessions")),
        Figure("import sqlite3, zstandard, blake3", *told("imports")),
    ]


def _seconds(words: Sequence[str]) -> float:
    start = time.perf_counter()
    quiet = subprocess.DEVNULL
    subprocess.run((sys.executable, *words), cwd=ROOT, env=_ENVIRONMENT, stdout=quiet, stdin=quiet, check=True)
    return time.perf_counter() - start

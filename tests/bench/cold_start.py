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
DECK = "import sys; from deck.cli import main; sys.exit(main())"  # what an installed `deck` runs
# An installed deck has its bytecode; a machine that forbids writing it would measure the compiler.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def measure(workspace: Workspace) -> Sequence[Figure]:
    """`deck checkout HEAD` on the session of 420 turns, best of several rounds."""
    archive = str(workspace.session)
    commands = {
        "pass": ("-c", "pass"),
        "imports": ("-c", "import sqlite3, zstandard, blake3"),
        "checkout": ("-c", DECK, "checkout", "--archive", archive, "HEAD"),
        "sessions": ("-c", DECK, "sessions", "--archive", archive),
    }
    best = dict.fromkeys(commands, float("inf"))
    for _ in range(ROUNDS):
        for name, words in commands.items():
            best[name] = min(best[name], seconds(words))
    base = best["pass"]

    def told(name: str) -> tuple[str, str, str]:
        return f"{best[name] * 1e3:.0f} ms", f"{base * 1e3:.0f} ms python -c pass", f"{best[name] / base:.1f}x"

    return [
        Figure("deck checkout HEAD, cold", *told("checkout"), "6x", "3x", below(best["checkout"] / base, 6, 3)),
        Figure("deck sessions, cold", *told("sessions")),
        Figure("import sqlite3, zstandard, blake3", *told("imports")),
    ]


def seconds(words: Sequence[str]) -> float:
    """What the Python that runs takes for these arguments, as a process of its own."""
    start = time.perf_counter()
    line = (sys.executable, *words)
    subprocess.run(line, cwd=ROOT, env=_ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return time.perf_counter() - start

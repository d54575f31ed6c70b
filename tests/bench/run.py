"""``python tests/bench/run.py [--quick] [NAME…]``: measure the figures of the design, each beside its reference.

NAME is a module of this folder that has figures: archive_size, commit_cost, reading, scaling, searching, comparing,
tui, cold_start, streaming, many_streams, masking. All of them without one. ``--quick`` leaves out the peers that take
minutes (git gc, xz), the longest session of tui, most of the turns of scaling and of the messages of searching. Prints
Markdown, as kept in docs/performance.md; ends with 1 where a figure misses what is asked for.
"""

import argparse
import importlib
import os
import platform
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(1, str(Path(__file__).parents[1] / "support"))

import zstandard
from figure import HEAD, Figure, Verdict
from table import show
from workspace import Bench, Workspace

NAMES = (
    *("archive_size", "commit_cost", "reading", "scaling", "searching", "comparing"),
    *("tui", "cold_start", "streaming", "many_streams", "masking"),
)


def main() -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description="Measure deck's figures beside their references.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="leave out git gc and xz")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"no figures called {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    print(f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, zstd", end=" ")
    print(".".join(map(str, zstandard.ZSTD_VERSION)), flush=True)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder), asked.quick)
        for name in asked.names or NAMES:
            print(f"measuring {name}", file=sys.stderr, flush=True)
            bench: Bench = importlib.import_module(name).measure
            figures += bench(workspace)
    print()
    show(HEAD, [figure.row() for figure in figures])
    return any(figure.verdict == Verdict.MISSED for figure in figures)


if __name__ == "__main__":
    sys.exit(main())

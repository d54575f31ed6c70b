"""`deck demo`: a complete run without keys and without the net."""

from __future__ import annotations

from typing import Annotated

NAME = "demo"


def demo(*, archive: Annotated[str | None, "where to record; the demo's own archive if not given"] = None) -> int:
    """Record a complete run, offline and without keys, and walk it.

    A small provider on loopback speaks the Messages API; an agent repairs a scratch project with tools that really
    run; a real proxy with TLS records them. On a terminal the timeline opens then; elsewhere it is printed.
    """
    import os
    import shutil
    import sys
    from pathlib import Path

    from deck.commands.log import log
    from deck.demo import stage
    from deck.diagnostics import Problem
    from store.archive import Archive

    folder = Path(archive).expanduser().absolute() if archive else stage.demo_folder() / "archive"
    code = stage.play(folder, stage.demo_folder() / "ca")
    if code:
        raise Problem(f"The demo's agent failed with exit code {code}.", f"Its archive: {folder}", code)
    with Archive.open(folder) as recorded:
        head = recorded.index.head()
    print(f"\nRecorded in {folder}, apart from your own archive.")
    print(f"  deck checkout --archive {folder} {head[:7]}     the last turn, in full")
    print(f"  deck --archive {folder}     the timeline")
    if not shutil.which("deck"):
        own = Path(sys.executable).parent
        print(f'deck is in {own}; to have it on your PATH: export PATH="{own}:$PATH"')
    if sys.stdin.isatty() and sys.stdout.isatty():
        from deck.tui.app import run

        return run(folder, None)
    print()
    os.environ["DECK_PAGER"] = ""
    return log(archive=str(folder))

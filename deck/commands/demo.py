"""`deck demo`: a complete run without keys and without the net."""

from __future__ import annotations

from typing import Annotated

NAME = "demo"


def demo(*, archive: Annotated[str | None, "where to record; the demo's own archive if not given"] = None) -> int:
    """Record a complete run, offline, and walk it.

    A small provider on loopback speaks the Messages API; an agent repairs a scratch project with tools that really
    run; a real proxy with TLS records them. On a terminal the timeline opens then; elsewhere it is printed.
    """
    import shlex
    import shutil
    import sys
    from pathlib import Path

    from deck.commands.log import log
    from deck.demo import stage
    from deck.diagnostics import INTERRUPTED, Problem
    from deck.locations import chosen_archive
    from deck.output import no_screen
    from deck.timeline import Timeline

    folder = stage.demo_folder() / "archive" if archive is None else chosen_archive(archive)
    code = stage.play(folder, stage.demo_folder() / "ca")
    if code == INTERRUPTED:
        return code
    if code:
        raise Problem(f"the demo's agent failed with exit code {code}", f"Its archive: {folder}", code)
    with Timeline.open(folder) as timeline:
        last = timeline.resolve("HEAD")
        first = timeline.turns(last.session)[0]
    interactive = not no_screen()
    if not interactive:
        print()
        log(archive=str(folder), oneline=True, graph=True)
    option = f"--archive {shlex.quote(str(folder))}"
    print(f"\nRecorded in {folder}, apart from your own archive. The timeline, and the last turn in full:")
    print(f"  deck {option}\n  deck checkout {option} {last.id[:7]}")
    if not shutil.which("deck"):
        own = Path(sys.executable).parent
        print(f'deck itself is in {own}; to have it on your PATH:\n  export PATH="{own}:$PATH"')
    if not interactive:
        return 0
    from deck.tui.app import run

    return run(folder, first.id)

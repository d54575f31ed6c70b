"""Read an archive: its sessions, the steps of each, and the exact size of what was sent and what came back.

``python examples/read_archive.py FOLDER``; `deck demo` makes an archive to try it on. What was captured is hostile, so
every text passes `safe` on its way to the terminal.
"""

import sys
from pathlib import Path

from deck.render import offset, safe
from deck.timeline import Timeline


def main(folder: Path) -> None:
    """Print the archive in ``folder``."""
    with Timeline.open(folder) as timeline:
        for session in timeline.sessions():
            print(safe(f"{session.key}: {session.title}", newlines=False))
            for step in timeline.steps(session.key, 0, timeline.step_count(session.key)):
                words = f"{step.kind:12} {step.name} {step.summary}"
                print(f"  {offset(step.at_ms):>8} {step.turn[:7]}:{step.number}  {safe(words, newlines=False)}")
            sent = sum(len(timeline.body(turn.id, "request")) for turn in timeline.turns(session.key))
            print(f"  sent {sent:,} bytes in {session.turns} requests; every one can be had back exactly")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Comparing two sessions that share 200 turns: until the first difference is named, and with all that follows it.

Three sessions of 260 turns whose 201st request differs. Two of them are one history, as when an agent is resumed under
another name; the third one is a run of its own that says the same, with other ids of calls, so all of it is read.
"""

import re
import time
from collections.abc import Iterator, Sequence

from figure import Figure, below
from kafka_session import Clock, Thread, call, result, text
from workspace import Workspace

from deck.compare.parting import parting_text
from deck.timeline import Timeline
from store.archive import Archive
from store.exchange import Exchange
from store.record import Recorder

TURNS, SHARED = 260, 200
ONE, RESUMED, RERUN = (f"{letter * 8}-0000-4000-8000-000000000001" for letter in "abc")
_ROUNDS = 5
_NAMED = re.compile(rf"identical through turn {SHARED} \([0-9a-f]{{9}}\), then the result of Bash differs")


def _session(name: str, ids: int, said: str) -> Iterator[Exchange]:
    """Turns of one call each, numbered from ``ids`` on; ``said`` begins the result that the shared turns end at."""
    thread = Thread(Clock(), name)
    for turn in range(TURNS):
        listing = "\n".join(f"{said if turn == SHARED else 'line'} {turn} {number}" for number in range(20))
        asked = result(ids + turn - 1, listing) if turn else text("Fix the bug.")
        yield thread.send([asked], [text(f"Step {turn}."), call(ids + turn, "Bash", command=f"ls {turn}")])


def measure(workspace: Workspace) -> Sequence[Figure]:
    """The figures; each round begins with a timeline that has read nothing."""
    path = workspace.folder / "compared"
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        for session in (_session(ONE, 0, "line"), _session(RESUMED, 0, "other"), _session(RERUN, 5_000, "other")):
            for exchange in session:
                recorder.record(exchange)
    what = f"deck diff of sessions that share {SHARED} turns: the first difference"
    first, whole, rerun = (_best(workspace, *each) for each in ((RESUMED, False), (RESUMED, True), (RERUN, False)))
    return [
        Figure(what, f"{first:.0f} ms", "", f"{whole:.0f} ms with the rest", "50 ms", "", below(first, 50, 50)),
        Figure("the same, of a run that only says the same", f"{rerun:.0f} ms", "", ""),
    ]


def _best(workspace: Workspace, other: str, beyond: bool) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        with Timeline.open(workspace.folder / "compared") as timeline:
            start = time.perf_counter()
            found = timeline.compare_sessions(ONE, other, beyond=beyond)
            told = parting_text(found)
            best = min(best, (time.perf_counter() - start) * 1e3)
        assert _NAMED.fullmatch(told), told
    return best

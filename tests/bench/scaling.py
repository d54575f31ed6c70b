"""Whether an archive of 100,000 turns opens, lists and resolves like one of 1,000.

Both have the same number of sessions; turns are small and each stands for itself, so that the larger one is made in
minutes. It is made without fsync, which changes nothing that is measured here.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from figure import Figure, Verdict
from workspace import Workspace

from deck.timeline import Timeline
from store.archive import Archive
from store.exchange import Exchange
from store.files import Files
from store.record import Recorder

FEW, MANY, QUICK = 1_000, 100_000, 10_000
SESSIONS = 2
AT_MOST = 1.2
PAGE = 50
_ROUNDS = 15


class Unsynced(Files):
    """Files that wait for no disk."""

    def sync(self, descriptor: int) -> None:
        """Nothing."""

    def sync_folder(self, path: Path) -> None:
        """Nothing."""


def exchanges(turns: int) -> Iterator[Exchange]:
    """Small turns, each of one message, spread over the sessions."""
    for turn in range(turns):
        session = f"session-{turn % SESSIONS:04d}"
        body = b'{"model":"m","messages":[{"role":"user","content":"Question %d"}],"metadata":{"user_id":"%s"}}'
        answer = b'{"id":"m%d","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"%d"}]}'
        yield Exchange(
            method="POST",
            url="https://api.anthropic.com/v1/messages",
            request_headers=((b"content-type", b"application/json"), (b"x-claude-code-session-id", session.encode())),
            request_body=body % (turn, session.encode()),
            started_ms=1_700_000_000_000 + 1000 * turn,
            status=200,
            response_headers=((b"content-type", b"application/json"),),
            response_body=answer % (turn, turn),
            end_ms=5,
        )


def build(path: Path, turns: int) -> None:
    """Record them."""
    with Archive.create(path, Unsynced()) as archive, Recorder(archive) as recorder:
        for exchange in exchanges(turns):
            recorder.record(exchange)


def _open(path: Path) -> object:
    Timeline.open(path).close()
    return None


def _looks(path: Path) -> dict[str, Callable[[], object]]:
    """What is timed, by name, in an archive that is open."""
    timeline = Timeline.open(path)
    (prefix,) = (row.id[:12] for row in islice(timeline.newest_turns(None), PAGE, PAGE + 1))
    session = timeline.sessions()[0].key
    return {
        "open": lambda: _open(path),
        "list sessions": timeline.sessions,
        "first page of the log": lambda: list(islice(timeline.newest_turns(session), PAGE)),
        "resolve a prefix": lambda: timeline.resolve(prefix),
        "first steps of a session": lambda: timeline.steps(session, 0, PAGE),
    }


def _best(look: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        look()
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def measure(workspace: Workspace) -> Sequence[Figure]:
    """The figures; a quick run makes 10,000 turns."""
    many = QUICK if workspace.quick else MANY
    for name, turns in (("few", FEW), ("many", many)):
        build(workspace.folder / name, turns)
    few, lots = _looks(workspace.folder / "few"), _looks(workspace.folder / "many")
    figures: list[Figure] = []
    for name, look in few.items():
        small, large = _best(look), _best(lots[name])
        ratio = large / small
        figures.append(
            Figure(
                f"{name}, {many:,} turns in the archive",
                f"{large:.2f} ms",
                f"{small:.2f} ms with {FEW:,}",
                f"{ratio:.2f}×",
                f"{AT_MOST}×",
                "1.0×",
                Verdict.AIM if ratio <= 1.05 else Verdict.ENOUGH if ratio <= AT_MOST else Verdict.MISSED,
            )
        )
    return figures

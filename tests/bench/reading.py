"""Reading a whole session back, every hash checked, and making the index again."""

import shutil
import time
from collections.abc import Sequence

import peers
from figure import Figure, Verdict, below
from sessions import growing_session
from workspace import Workspace

from store.archive import Archive
from store.turn import parse


def measure(workspace: Workspace) -> Sequence[Figure]:
    """The figures."""
    return [_read_back(workspace), _exact(workspace), _rebuild(workspace)]


def _read(archive: Archive, turn: bytes) -> tuple[bytes, bytes]:
    """Both bodies of a turn; every object on the way is checked against its id."""
    payload = parse(archive.get_kind(turn, "turn"))
    request, response = (bytes.fromhex(payload[side]["body"]) for side in ("request", "response"))
    return archive.get_kind(request, "blob"), archive.get_kind(response, "blob")


def _turns(archive: Archive) -> list[bytes]:
    return [bytes(row[0]) for row in archive.index.db.execute("SELECT id FROM turns ORDER BY number")]


def _read_back(workspace: Workspace) -> Figure:
    path = workspace.session
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        with Archive.open(path) as archive:
            for turn in _turns(archive):
                _read(archive, turn)
        best = min(best, time.perf_counter() - start)
    wire = f"{workspace.recording.wire / 1e6:.0f} MB on the wire"
    return Figure(
        "read back 420 turns, every hash checked", f"{best:.2f} s", wire, "", "1 s", "0.2 s", below(best, 1, 0.2)
    )


def _exact(workspace: Workspace) -> Figure:
    with Archive.open(workspace.session) as archive:
        turns = _turns(archive)
        pairs = zip(turns, growing_session(), strict=True)
        exact = sum(_read(archive, turn) == peers.bodies(exchange) for turn, exchange in pairs)
    verdict = Verdict.AIM if exact == len(turns) else Verdict.MISSED
    return Figure(
        "turns whose bodies come back byte for byte",
        str(exact),
        str(len(turns)),
        f"{exact / len(turns):.0%}",
        "100%",
        "100%",
        verdict,
    )


def _rebuild(workspace: Workspace) -> Figure:
    path = workspace.folder / "rebuilt"
    shutil.copytree(workspace.session, path, ignore=shutil.ignore_patterns("index"))
    start = time.perf_counter()
    with Archive.open(path) as archive:
        turns = len(_turns(archive))
    return Figure("making the derived index again", f"{time.perf_counter() - start:.2f} s", "", f"{turns} turns")

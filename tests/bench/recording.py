"""Recording into a fresh archive, timed; what an archive weighs, and whether it holds all that was asked."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from figure import Figure, Verdict
from sessions import growing_session

from store.archive import Archive
from store.exchange import Exchange
from store.record import Recorder


@dataclass(frozen=True, slots=True)
class Commit:
    """One `record` call: size of the request body in bytes, CPU and wall time in ms."""

    size: int
    cpu_ms: float
    wall_ms: float


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded session: its commits, and its bytes on the wire (bodies, as they passed)."""

    commits: tuple[Commit, ...]
    wire: int


def record(path: Path, exchanges: Iterable[Exchange]) -> Recording:
    """Record ``exchanges`` into the archive in ``path`` with one writer."""
    commits: list[Commit] = []
    wire = 0
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        for exchange in exchanges:
            cpu, wall = time.process_time(), time.perf_counter()
            recorder.record(exchange)
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            commits.append(Commit(len(exchange.request_body), cpu * 1e3, wall * 1e3))
            wire += len(exchange.request_body) + len(exchange.response_body)
    return Recording(tuple(commits), wire)


def record_session(path: Path, turns: int = 420, seed: int = 1) -> Recording:
    """Record a made-up session."""
    return record(path, growing_session(turns, seed))


def weight(path: Path) -> tuple[int, int]:
    """Bytes in an archive's files (`st_size`): everything but the derived index, and the index."""
    files = [(each.relative_to(path).parts[0], each.stat().st_size) for each in path.rglob("*") if each.is_file()]
    index = sum(size for top, size in files if top == "index")
    return sum(size for _top, size in files) - index, index


def kept(path: Path, asked: int) -> Figure:
    """Whether each of so many requests through a mitmdump is a complete turn of its archive; else less was timed."""
    with Archive.open(path) as archive:
        turns = archive.index.db.execute("SELECT count(*) FROM turns WHERE outcome = 'complete'").fetchone()[0]
    verdict = Verdict.AIM if turns == asked else Verdict.MISSED
    return Figure(
        "requests that became turns", f"{turns:,}", f"{asked:,}", f"{turns / asked:.0%}", "100%", "100%", verdict
    )

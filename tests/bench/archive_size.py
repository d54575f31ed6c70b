"""What an archive weighs, against the bytes on the wire and other ways to keep them."""

import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import claude_17
import peers
from figure import Figure, Verdict, above, below
from recording import record, record_session, weight
from sessions import Session, growing_session
from workspace import Workspace

from store.archive import Archive
from store.exchange import Exchange
from store.gc import collect

GIT_SECONDS = 420


def measure(workspace: Workspace) -> Sequence[Figure]:
    """The figures."""
    return [
        *_session(workspace),
        *_peers(workspace, "420 turns", growing_session),
        *_recorded(workspace),
        _second_session(workspace),
    ]


def _session(workspace: Workspace) -> Sequence[Figure]:
    wire = workspace.recording.wire
    kept, index = weight(workspace.session)
    return [
        Figure(
            "archive of a 420-turn session, live",
            f"{kept:,} B",
            f"{wire:,} B on the wire",
            f"1/{wire / kept:.0f}",
            "1/300",
            "1/380",
            above(wire / kept, 300, 380),
        ),
        Figure("its derived index", f"{index:,} B", "", f"1/{wire / index:.0f}"),
        *_after_gc(workspace.session, workspace.folder / "session after gc", wire, 450, 510),
    ]


def _after_gc(path: Path, copy: Path, wire: int, at_least: float, aim: float) -> Sequence[Figure]:
    """What a copy of the archive weighs after ``deck gc``; the others go on with it as it was recorded."""
    shutil.copytree(path, copy)
    with Archive.open(copy) as archive:
        content = sum(len(archive.get(wanted).payload) for wanted in _ids(archive))
        begun = time.process_time()
        collect(archive)
        spent = time.process_time() - begun
        assert sum(len(archive.get(wanted).payload) for wanted in _ids(archive)) == content
    kept, _index = weight(copy)
    return [
        Figure(
            "the same after deck gc",
            f"{kept:,} B",
            f"{wire:,} B on the wire",
            f"1/{wire / kept:.1f}",
            f"1/{at_least:.0f}",
            f"1/{aim:.0f}",
            above(wire / kept, at_least, aim),
        ),
        Figure("deck gc of it, CPU", f"{spent:.1f} s", "", ""),
    ]


def _ids(archive: Archive) -> Sequence[bytes]:
    return [bytes(row[0]) for row in archive.index.db.execute("SELECT DISTINCT id FROM objects")]


def _peers(workspace: Workspace, name: str, session: Callable[[], Iterable[Exchange]]) -> Sequence[Figure]:
    wire = sum(len(each.request_body) + len(each.response_body) for each in session())
    rows = [
        ("mitmdump -w", peers.mitmdump_file(session())),
        ("JSON lines in one gzip", peers.gzipped_lines(session())),
        ("a zstd -3 file a body", peers.zstd_files(session())),
    ]
    if not workspace.quick:
        packed = peers.git(session(), workspace.folder / f"git {name}", GIT_SECONDS)
        rows.append(("git gc --aggressive", packed or 0))
        rows.append(("xz -9 of all", peers.xz(session())))
    return [
        Figure(
            f"{name}: {what}",
            f"{size:,} B" if size else f"over {GIT_SECONDS} s",
            "",
            f"1/{wire / size:.0f}" if size else "",
        )
        for what, size in rows
    ]


def _recorded(workspace: Workspace) -> Sequence[Figure]:
    if not claude_17.RECORDED.is_dir():
        return [Figure("the 17 recorded turns", "absent", "", "")]
    path = workspace.folder / "recorded"
    wire = record(path, claude_17.exchanges()).wire
    kept, _index = weight(path)
    live = Figure(
        "the 17 recorded turns, live",
        f"{kept:,} B",
        f"{wire:,} B on the wire",
        f"1/{wire / kept:.1f}",
        "1/28",
        "1/33",
        above(wire / kept, 28, 33),
    )
    packed = _after_gc(path, workspace.folder / "recorded after gc", wire, 28, 37)
    return [live, *packed, *_peers(workspace, "17 turns", claude_17.exchanges)]


def _second_session(workspace: Workspace) -> Figure:
    """A recorder of its own each, as when an agent is started again the next day."""
    path = workspace.folder / "two"
    record_session(path, turns=3)
    first, _index = weight(path)
    record(path, Session(2, "gadgets").exchanges(3))
    both, _index = weight(path)
    part = (both - first) / first
    verdict: Verdict = below(part, 1 / 5, 1 / 10)
    return Figure(
        "a new 3-turn session of a known agent",
        f"{both - first:,} B",
        f"{first:,} B for its first",
        f"1/{1 / part:.1f}",
        "1/5",
        "1/10",
        verdict,
    )

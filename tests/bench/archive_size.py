"""What an archive weighs, against the bytes on the wire and other ways to keep them."""

from collections.abc import Callable, Iterable, Sequence

import claude_17
import peers
from figure import Figure, Verdict, above, below
from recording import record, record_session, weight
from sessions import Session, growing_session
from workspace import Workspace

from store.exchange import Exchange

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
    ]


def _peers(workspace: Workspace, name: str, session: Callable[[], Iterable[Exchange]]) -> Sequence[Figure]:
    wire = sum(len(each.request_body) + len(each.response_body) for each in session())
    rows = [
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
    return [live, *_peers(workspace, "17 turns", claude_17.exchanges)]


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

"""`deck fsck`: check an archive, and repair it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from pathlib import Path

    from store.fsck import Report

NAME = "fsck"
_COUNTS = ("packs", "blocks", "objects", "turns", "lost_turns", "records", "purged", "content_bytes")


def fsck(
    *,
    repair: Annotated[bool, "bring back what can be brought back; what is damaged goes to quarantine/ first"] = False,
    json: Annotated[bool, "as JSON, schema deck.fsck/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Check every block, object, link and journal of the archive. Without --repair it changes nothing.

    Every body is rebuilt and compared with its id. Ends with 0 where all is sound (after the repair, if one was asked
    for), with 1 where something is not. Notes, such as a writer that died, are no damage.
    """
    from deck.diagnostics import FAILED, OK
    from deck.locations import chosen_archive
    from deck.output import print_json
    from deck.progress import Progress
    from deck.render import safe
    from store import fsck as checking

    path = chosen_archive(archive)
    with Progress() as progress:
        actions = []
        if repair:
            from store.repair import repair as mend

            actions = mend(path, progress.show)
        report = checking.examine(path, progress.show)
    if json:
        found = {
            name: [{"kind": each.kind, "where": each.where, "message": each.message} for each in rows]
            for name, rows in (("findings", report.findings), ("notes", report.notes), ("repairs", actions))
        }
        checked = {name: getattr(report, name) for name in _COUNTS}
        print_json("fsck", {"sound": report.sound, "checked": checked, **found})
        return OK if report.sound else FAILED
    for title, rows in (("repaired: ", actions), ("note: ", report.notes), ("", report.findings)):
        for each in rows:
            print(safe(f"{title}{each.kind}: {each.where}: {each.message}", newlines=False))
    print(_summary(report))
    if not report.sound:
        print(safe(_what_now(report, path, repair), newlines=False))
    return OK if report.sound else FAILED


def _summary(report: Report) -> str:
    from deck.render import count, plural

    numbers = {"turn": report.turns, "object": report.objects, "block": report.blocks, "pack": report.packs}
    what = ", ".join(plural(number, name) for name, number in numbers.items())
    result = "all sound" if report.sound else plural(len(report.findings), "finding")
    return f"checked {what}, {count(report.content_bytes)} bytes of content: {result}"


def _what_now(report: Report, path: Path, is_repaired: bool) -> str:
    """How many turns are lost and how many are not, where damaged bytes are kept, and what to do."""
    from deck.render import plural
    from store.quarantine import FOLDER

    lost = f"{plural(report.lost_turns, 'turn')} {'lost' if is_repaired else 'cannot be read'}"
    told = f"{lost}, {report.hurt_turns:,} not whole, {report.turns - report.hurt_turns:,} whole"
    aside = path / FOLDER
    if aside.is_dir() and any(aside.iterdir()):
        told += f"; damaged bytes are kept in {aside}"
    if not is_repaired:
        return f"{told}. `deck fsck --repair` brings back what can be, a copy of the archive has the rest"
    return f"{told}. A copy of the archive has the rest, to put in its place, or a jsonl export, to `deck import`"

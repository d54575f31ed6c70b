"""`deck fsck`: check an archive."""

from __future__ import annotations

from typing import Annotated

NAME = "fsck"


def fsck(
    *,
    json: Annotated[bool, "as JSON, schema deck.fsck/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Check every block, object, link and journal of the archive. Changes nothing.

    Every body is rebuilt and compared with its id. Ends with 0 where all is sound, with 1 where something is not.
    """
    from deck.diagnostics import FAILED, OK
    from deck.locations import chosen_archive
    from deck.output import print_json
    from deck.progress import Progress
    from deck.render import count, plural, safe
    from store.archive import Archive
    from store.fsck import check

    with Archive.open(chosen_archive(archive)) as opened, Progress() as progress:
        report = check(opened, progress.show)
    checked = {
        "packs": report.packs,
        "blocks": report.blocks,
        "objects": report.objects,
        "turns": report.turns,
        "records": report.records,
        "content_bytes": report.content_bytes,
    }
    if json:
        findings = [{"kind": each.kind, "where": each.where, "message": each.message} for each in report.findings]
        print_json("fsck", {"sound": report.sound, "checked": checked, "findings": findings})
        return OK if report.sound else FAILED
    for each in report.findings:
        print(safe(f"{each.kind}: {each.where}: {each.message}", newlines=False))
    what = ", ".join(plural(checked[name], name.removesuffix("s")) for name in ("turns", "objects", "blocks", "packs"))
    result = "all sound" if report.sound else plural(len(report.findings), "finding")
    print(f"checked {what}, {count(report.content_bytes)} bytes of content: {result}")
    return OK if report.sound else FAILED

"""`deck gc`: pack closed packs again, smaller."""

from __future__ import annotations

from typing import Annotated

NAME = "gc"


def gc(
    *,
    dry_run: Annotated[bool, "do the work and tell what it would save, but write nothing"] = False,
    json: Annotated[bool, "as JSON, schema deck.gc/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Pack again what nobody writes to any more, smaller. Nothing is lost, no id changes.

    It is safe beside a running capture, whose pack is left alone. Ends with 0 where all is done, also where there was
    nothing to do, with 1 where a pack is damaged (it is left as it is) or another gc is at work.
    """
    from deck.diagnostics import FAILED, OK
    from deck.locations import chosen_archive
    from deck.output import print_json
    from deck.progress import Progress
    from deck.render import count, plural, safe
    from store.archive import Archive
    from store.gc import collect

    with Archive.open(chosen_archive(archive)) as opened, Progress() as progress:
        report = collect(opened, dry_run, progress.show)
    code = FAILED if report.damaged else OK
    if json:
        left = [{"pack": each.pack, "why": each.why, "detail": each.detail} for each in report.left]
        packs = {"replaced": report.replaced, "written": report.written, "left": left}
        sizes = {"objects": report.objects, "before": report.before, "after": report.after}
        print_json("gc", {"dry_run": dry_run, **packs, **sizes})
        return code
    for each in report.left:
        print(safe(f"left {each.pack}: {each.detail}", newlines=False))
    if not report.replaced:
        print("nothing to pack again")
        return code
    sizes_told = f"{count(report.before)} bytes, {count(report.after)} {'then' if dry_run else 'now'}"
    saved = 100 * (report.before - report.after) / report.before
    verb = "would pack" if dry_run else "packed"
    print(f"{verb} {plural(len(report.replaced), 'pack')} again: {sizes_told} ({saved:.0f} % less)")
    return code

"""`deck relink`: find again which turn follows which."""

from __future__ import annotations

from typing import Annotated

NAME = "relink"


def relink(
    *,
    dry_run: Annotated[bool, "say what would change, and change nothing"] = False,
    json: Annotated[bool, "as JSON, schema deck.relink/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Find again which turn follows which.

    It goes by what this version of deck knows. Turns stay as they are and keep their ids: where the answer is another
    one now, that goes on record beside them, and every view prefers it. Doing it twice changes nothing more.
    """
    from deck.diagnostics import OK
    from deck.locations import chosen_archive
    from deck.output import print_json
    from deck.progress import Progress
    from deck.render import plural
    from store.archive import Archive
    from store.corrections import edges_of
    from store.record import Recorder
    from store.relink import corrections

    with Archive.open(chosen_archive(archive)) as opened:
        with Progress() as progress:
            found = list(corrections(opened, progress.show))
        before = {each["turn"]: edges_of(opened, bytes.fromhex(each["turn"])) for each in found}
        turns = opened.index.db.execute("SELECT count(*) FROM turns").fetchone()[0]
        if found and not dry_run:
            with Recorder(opened) as recorder:
                recorder.correct(found)
    if json:
        changed = [{"turn": each["turn"], "before": before[each["turn"]], "after": each["parents"]} for each in found]
        print_json("relink", {"turns": turns, "dry_run": dry_run, "changed": changed})
        return OK
    for each in found:
        print(f"{each['turn'][:12]}  {_told(before[each['turn']])} -> {_told(each['parents'])}")
    verb = "would be linked" if dry_run else "linked"
    print(f"looked at {plural(turns, 'turn')}: {plural(len(found), 'turn')} {verb} anew")
    return OK


def _told(edges: list[dict[str, object]]) -> str:
    """Edges in a few words."""
    return ", ".join(f"{edge['kind']} {str(edge['turn'])[:12]}" for edge in edges) or "no parent"

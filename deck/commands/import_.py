"""`deck import`: recorded traffic from other tools, and turns of other archives."""

from __future__ import annotations

from typing import Annotated

NAME = "import"


def import_(
    *files: Annotated[str, "what deck export wrote as jsonl, mitmproxy flow files or HAR files"],
    archive: Annotated[str | None, "the archive to import into; made if absent"] = None,
    host: Annotated[list[str] | None, "a model's host beside the known providers; may be repeated"] = None,
) -> int:
    """Import what was recorded elsewhere.

    That is flow files of mitmproxy, HAR, and the lines of another archive (deck export). Lines come in under the same
    ids, each one checked. Of the others model calls become turns, everything else is counted as skipped. What is
    already in the archive is not stored again. Ends with 1 where a file could not be read to its end; what came before
    the damage is imported.
    """
    import sys
    from pathlib import Path

    from deck.diagnostics import OK, USAGE, Problem, report
    from deck.importing import import_file, refuse_other
    from deck.jsonl.reader import import_lines, is_export
    from deck.launch.tally import Tally, total
    from deck.locations import chosen_archive
    from deck.render import plural, safe
    from store import providers
    from store.archive import Archive
    from store.unwritable import refuse_unwritable

    if not files:
        raise Problem("there is no file to import", "deck import FILE…", USAGE)
    folder = chosen_archive(archive)
    providers.load(folder, host or ())  # mitmdump would tell of a mistake in them only in its log
    usable: list[Path] = []
    codes: list[int] = []  # of what failed
    for name in files:
        try:
            file = Path(name).expanduser()
            refuse_other(file)
            usable.append(file)
        except (Problem, OSError) as failure:
            codes.append(report(failure))
    if not usable:
        return codes[0]
    Archive.create(folder).close()
    refuse_unwritable(folder)  # else mitmdump would try in vain, once for each exchange
    on_terminal = sys.stderr.isatty()
    tallies = []
    for file in usable:

        def progress(tally: Tally, name: str = str(file)) -> None:
            if on_terminal:
                print(f"\r\x1b[K{safe(name, newlines=False)}: {plural(tally.turns, 'turn')}", end="", file=sys.stderr)

        try:
            if is_export(file):
                imported = import_lines(file, folder, progress)
            else:
                imported = import_file(file, folder, host or (), progress)
            tallies.append(imported.tally)
            problem = imported.problem and Problem(f"{file} cannot be read to its end: {imported.problem}")
        except Problem as failure:
            problem = failure
        finally:
            if on_terminal:
                print("\r\x1b[K", end="", file=sys.stderr)
        if problem:
            codes.append(report(problem))
    sum_ = total(tallies)
    skipped = sum_.requests - sum_.turns - sum_.known - sum_.gaps
    told = f"imported {plural(sum_.turns, 'turn')} ({sum_.known:,} already there), {skipped:,} skipped"
    print(f"{told}, into {safe(str(folder), newlines=False)}")
    if sum_.gaps:
        lost = Problem(f"{plural(sum_.gaps, 'exchange')} could not be kept.", "The archive's journal says why.")
        codes.append(report(lost))
    if skipped and not sum_.turns + sum_.known:
        print("deck: no model call to a known provider was in there; others are named by --host", file=sys.stderr)
    return codes[0] if codes else OK

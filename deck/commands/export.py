"""`deck export`: sessions as files for other people and other tools."""

from __future__ import annotations

from typing import Annotated

NAME = "export"


def export(
    *revs: Annotated[str, "sessions, or single turns; without one, the newest turn's session"],
    format: Annotated[str | None, "html, md, jsonl, har or mitm; else by the end of FILE"] = None,
    output: Annotated[str, "the file, private to you; - is standard output", "-o"] = "-",
    all: Annotated[bool, "the whole archive"] = False,
    redact: Annotated[bool, "mask secrets in bodies once more on the way out; ids are others then"] = False,
    force: Annotated[bool, "replace FILE if it is there"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Write sessions or turns to one file.

    html is to read and step through offline, md to read, jsonl for another archive (deck import gives the same
    ids), har and mitm are for the tools that made those formats.

    A session's name means all of it, any other REV one turn; jsonl adds the turns that it goes on from.
    """
    import contextlib
    import sys

    from deck.diagnostics import USAGE, Problem
    from deck.export.chosen import choose
    from deck.export.formats import by_name, for_file, names
    from deck.export.target import STDOUT, write
    from deck.locations import chosen_archive
    from deck.render import plural, safe
    from deck.timeline import Timeline

    known = names()
    name = format or for_file(output)
    if name not in known:
        what = f"no format {name[:40]!r}" if name else "no format is given, and the file's name does not tell one"
        raise Problem(what, f"--format takes {', '.join(known)}", USAGE)
    writing = by_name(name)
    with Timeline.open(chosen_archive(archive)) as timeline:
        chosen = choose(timeline, revs, everything=all)
        with contextlib.ExitStack() as stack:
            if redact:
                from deck.export.redaction import redacted

                masked = stack.enter_context(redacted(chosen))
                chosen = masked.chosen
                told = f"masked {plural(masked.places, 'place')} by version {masked.rules} of the rules"
                print(f"deck: {told}; hashes are not the archive's", file=sys.stderr)
            size = write(writing.written(chosen), output, is_text=writing.IS_TEXT, force=force)
    if output != STDOUT:
        told = f"{plural(chosen.turns, 'turn')} of {plural(len(chosen.shares), 'session')}"
        print(f"deck: wrote {safe(output, newlines=False)}: {told}, {plural(size, 'byte')}", file=sys.stderr)
    return 0

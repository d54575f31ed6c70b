"""`deck mask`: what masking would do, and what it has done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from deck.masked_places import Sum

NAME = "mask"


def mask(
    action: Annotated[str, "test: tell what is found in a file; report: count what was masked in a session"],
    what: Annotated[str | None, "test: the file, - is standard input; report: a session, or any turn of it"] = None,
    *,
    json: Annotated[bool, "as JSON, schema deck.mask/1 or deck.mask-report/1"] = False,
    archive: Annotated[str | None, "whose rules count; the project's, or your own, if not given"] = None,
) -> int:
    """Tell what masking rules find in a body, or what they have masked in a session.

    Values are never printed. deck mask test FILE keeps nothing and ends with 1 where something is found, with 0 where
    nothing is; an archive that does not exist yet means the built-in rules. deck mask report [SESSION] counts what
    stands masked in the turns of a session, else of the newest turn's: for each rule and place how many secrets that
    differ, in how many places of how many turns. A body that is not kept, as masking it failed, counts as withheld.
    """
    from deck.diagnostics import USAGE, Problem
    from deck.locations import chosen_archive

    path = chosen_archive(archive)
    if action == "test":
        if what is None:
            raise Problem("there is no file to test", "deck mask test FILE, or - for standard input", USAGE)
        return _test(what, path, json)
    if action == "report":
        return _report(what or "HEAD", path, json)
    raise Problem(f"deck mask cannot {action!r}", "deck mask test FILE, or deck mask report [SESSION]", USAGE)


def _test(file: str, archive: Path, json: bool) -> int:
    import os
    import sys
    from pathlib import Path

    from deck.diagnostics import FAILED, NOT_FOUND, OK, USAGE, Problem
    from deck.output import print_json
    from deck.render import plural
    from store.masking import config
    from store.masking.body import BodyMasker
    from store.masking.places import Line, lines_of

    try:
        body = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        code = NOT_FOUND if isinstance(error, FileNotFoundError) else USAGE
        raise Problem(
            f"{file}: {error.strerror}", "deck mask test reads one file, or - for standard input", code
        ) from error
    masking = config.load(archive, bytes(32), os.environ)  # tokens are not shown, so any key does
    found = BodyMasker(masking).mask(body)
    rows: list[Line] = lines_of(body, found.places)
    if json:
        places = [row._asdict() for row in rows]
        print_json("mask", {"rules": masking.version, "bytes": len(body), "places": places})
    else:
        for row in rows:
            print(f"{row.line}:{row.column}: {row.rule}, {plural(row.size, 'byte')}")
        print(f"{plural(len(rows), 'place')} in {plural(len(body), 'byte')}, by version {masking.version} of the rules")
    return FAILED if rows else OK


def _report(session: str, archive: Path, json: bool) -> int:
    from deck.diagnostics import OK
    from deck.masked_places import sums
    from deck.output import print_json
    from deck.timeline import Timeline
    from store.errors import NotFound

    with Timeline.open(archive) as timeline:
        target = timeline.resolve(session)
        if not target.session:
            raise NotFound(f"{session[:80]!r} is a {target.kind}, which belongs to no session")
        ids = [row.id for row in timeline.turns(target.session)]
        places = list(timeline.masked(ids))
        rules = sums(places)
        if json:
            told = [each._asdict() | {"tokens": sorted(each.tokens)} for each in places]
            summed = [each._asdict() for each in rules]
            print_json("mask-report", {"session": target.session, "turns": len(ids), "rules": summed, "places": told})
        else:
            _print_rules(rules, len(ids), timeline.short_digits())
    return OK


def _print_rules(rules: Sequence[Sum], turns: int, digits: int) -> None:
    from deck.render import padded, plural, safe, width_of

    rows = [("rule", "where", "secrets", "places", "turns", "first")]
    for each in rules:
        counts = (f"{each.secrets:,}", f"{each.places:,}", f"{each.turns:,}")
        rows.append((each.rule, safe(each.where, newlines=False), *counts, each.first[:digits]))
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    for row in rows if rules else ():
        words = [padded(cell, width) for cell, width in zip(row[:2], widths[:2], strict=True)]
        numbers = [cell.rjust(width) for cell, width in zip(row[2:5], widths[2:5], strict=True)]
        print("  ".join((*words, *numbers, row[5])))
    print(f"{plural(sum(each.places for each in rules), 'masked place')} in {plural(turns, 'turn')}")

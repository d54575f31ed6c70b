"""`deck mask`: what masking would do."""

from __future__ import annotations

from typing import Annotated

NAME = "mask"


def mask(
    action: Annotated[str, "test: tell what is found in a file"],
    file: Annotated[str, "the file; - is standard input"],
    *,
    json: Annotated[bool, "as JSON, schema deck.mask/1"] = False,
    archive: Annotated[str | None, "whose rules count; the project's, or your own, if not given"] = None,
) -> int:
    """Tell which masking rules find something in a body.

    It tells where, and keeps nothing; values are never printed. Ends with 1 where something is found, with 0 where
    nothing is. An archive that does not exist yet means the built-in rules. Bodies that are recorded do not pass the
    rules yet.
    """
    import os
    import sys
    from pathlib import Path

    from deck.diagnostics import FAILED, OK, USAGE, Problem
    from deck.locations import chosen_archive
    from deck.output import print_json
    from deck.render import plural
    from store.masking import config
    from store.masking.body import BodyMasker
    from store.masking.places import Line, lines_of

    if action != "test":
        raise Problem(f"deck mask cannot {action!r}", "deck mask test FILE", USAGE)
    body = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    masking = config.load(chosen_archive(archive), bytes(32), os.environ)  # tokens are not shown, so any key does
    found = BodyMasker(masking).mask(body)
    rows: list[Line] = lines_of(body, found.places)
    if json:
        places = [row._asdict() for row in rows]
        print_json("mask", {"rules": masking.version, "bytes": len(body), "places": places})
    else:
        for row in rows:
            print(f"{row.line}:{row.column}: {row.rule}, {plural(row.size, 'byte')}")
        print(f"{plural(len(rows), 'place')} in {plural(len(body), 'byte')}, rules {masking.version}")
    return FAILED if rows else OK

"""`deck cat-file`: an object as it is."""

from __future__ import annotations

from typing import Annotated

NAME = "cat-file"


def cat_file(
    object: Annotated[str, "an object; HEAD:request is one, too"],
    *,
    type: Annotated[bool, "print its kind", "-t"] = False,
    size: Annotated[bool, "print the size of its payload in bytes", "-s"] = False,
    print: Annotated[bool, "print its payload", "-p"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Print an object's kind, size or payload. The payload is checked against the id before."""
    from builtins import print as say

    from deck.diagnostics import USAGE, Problem
    from deck.locations import chosen_archive
    from deck.output import print_bytes
    from deck.parts import object_of
    from deck.timeline import Timeline

    if type + size + print != 1:
        raise Problem("say what to print", "one of -t (kind), -s (size), -p (payload)", USAGE)
    with Timeline.open(chosen_archive(archive)) as timeline:
        found = timeline.object(object_of(timeline, timeline.resolve(object)))
        if print:
            print_bytes(found.payload)
        else:
            say(found.kind if type else len(found.payload))
    return 0

"""`deck rev-parse`: the id that a rev stands for."""

from __future__ import annotations

from typing import Annotated

NAME = "rev-parse"


def rev_parse(
    rev: Annotated[str, "HEAD, the beginning of an id, a session, a tag, with ~N, ^ or :PART"],
    *,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Print the whole id that a REV stands for.

    REV~2 and REV^ are turns before, along the conversation. REV:4 is step 4 of a turn; REV:request, REV:response,
    REV:headers, REV:system, REV:tools and REV:tools/NAME are its parts. sessions/NAME and tags/NAME tell apart what
    has the same name. A part that is an object of its own (request, response, headers) gives the id of that object;
    a step, the system prompt or a tool gives the id of the turn with the part behind a colon.
    """
    from deck.locations import chosen_archive
    from deck.parts import part_address
    from deck.render import safe
    from deck.timeline import Timeline

    with Timeline.open(chosen_archive(archive)) as timeline:
        print(safe(part_address(timeline, timeline.resolve(rev)), newlines=False))
    return 0

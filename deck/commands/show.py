"""`deck show`: any object, readable."""

from __future__ import annotations

from typing import Annotated

NAME = "show"


def show(
    rev: Annotated[str, "a turn, a part of one, or any object"] = "HEAD",
    *,
    json: Annotated[bool, "as JSON, schema deck.object/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Show any object, or a part of a turn, in readable form.

    HEAD:4 is the fourth step of the newest turn, HEAD:tools/Bash a tool as it was offered, HEAD:system the system
    prompt. For a turn it is what `deck checkout` prints.
    """
    from deck.locations import chosen_archive
    from deck.output import paged, print_json
    from deck.parts import object_text, part_text
    from deck.timeline import Timeline
    from deck.to_json import target_json

    with Timeline.open(chosen_archive(archive)) as timeline:
        target = timeline.resolve(rev)
        if json:
            print_json("object", target_json(timeline, target))
            return 0
        with paged() as style:
            lines = part_text(timeline, target, style) if target.part else object_text(timeline, target, style)
            for line in lines:
                print(line)
    return 0

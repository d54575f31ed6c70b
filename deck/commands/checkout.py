"""`deck checkout`: print a turn."""

from __future__ import annotations

from typing import Annotated

NAME = "checkout"


def checkout(
    rev: Annotated[str, "the turn, or a session for its last one"] = "HEAD",
    *,
    full: Annotated[bool, "also everything that was sent before, the system prompt, tools and headers"] = False,
    messages: Annotated[bool, "the conversation as a JSON array, the answer last"] = False,
    raw: Annotated[str | None, "'request' or 'response': the exact bytes of that body"] = None,
    json: Annotated[bool, "as JSON, schema deck.turn/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Print a turn: what was sent and what came back. Nothing is changed.

    What the request has in common with the turn before is folded; --full unfolds it. Bodies come as they were on the
    wire, with content codings such as gzip undone; on a terminal their control characters are shown as escapes.
    """
    from deck.diagnostics import USAGE, Problem
    from deck.locations import chosen_archive
    from deck.output import json_text, paged, print_bytes, print_json
    from deck.render_turn import turn_text
    from deck.timeline import Timeline
    from store.errors import NotFound

    if raw not in (None, "request", "response"):
        raise Problem(f"--raw takes request or response, not {raw!r}", code=USAGE)
    if sum((raw is not None, messages, json)) > 1:
        raise Problem("--raw, --messages and --json exclude each other", code=USAGE)
    with Timeline.open(chosen_archive(archive)) as timeline:
        target = timeline.resolve(rev)
        if target.kind != "turn":
            raise NotFound(f"{rev[:80]!r} is a {target.kind}, no turn; `deck show` prints any object")
        if raw is not None:
            print_bytes(timeline.body(target.id, raw))
            return 0
        if messages:
            from deck.to_json import conversation

            print(json_text(conversation(timeline, target.id)))
            return 0
        view = timeline.turn(target.id, earlier=full, setting=full or json)
        if json:
            from deck.to_json import turn_json

            print_json("turn", turn_json(view, timeline, full=full))
            return 0
        with paged() as style:
            if target.part:
                from deck.parts import part_text

                lines = part_text(timeline, target, style)
            else:
                lines = turn_text(timeline, view, style, full=full)
            for line in lines:
                print(line)
    return 0

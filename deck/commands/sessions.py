"""`deck sessions`: what the archive holds."""

from __future__ import annotations

from typing import Annotated

NAME = "sessions"


def sessions(
    *,
    json: Annotated[bool, "as JSON, schema deck.sessions/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """List the sessions of the archive, the newest first.

    The first column begins the session's id and can be used wherever a REV is wanted.
    """
    import sys
    import time

    from deck.locations import chosen_archive
    from deck.output import paged, print_json
    from deck.render_log import session_lines
    from deck.timeline import Timeline
    from deck.to_json import session_json

    with Timeline.open(chosen_archive(archive)) as timeline:
        views = timeline.sessions()
        if json:
            print_json("sessions", {"sessions": [session_json(view) for view in views]})
            return 0
        with paged() as style:
            for line in session_lines(views, int(time.time() * 1000), style):
                print(line)
        if not views:
            print("deck: no session yet; record one with `deck run -- COMMAND`", file=sys.stderr)
    return 0

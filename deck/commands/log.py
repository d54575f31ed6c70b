"""`deck log`: the turns of a session."""

from __future__ import annotations

from typing import Annotated

NAME = "log"


def log(
    session: Annotated[str, "a session, or any turn of it"] = "HEAD",
    *,
    oneline: Annotated[bool, "one line a turn"] = False,
    graph: Annotated[bool, "draw how the turns are linked"] = False,
    all: Annotated[bool, "the turns of every session"] = False,
    number: Annotated[int | None, "at most so many turns", "-n"] = None,
    json: Annotated[bool, "as JSON, schema deck.log/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """List the turns of a session, the newest first.

    Without a SESSION it is the one of the newest turn. With --graph each turn is drawn below the turns that follow
    it, so forks, retries and subagents show as lines of their own. Ends with 5 where it has no turn to list because
    what was recorded cannot be read.
    """
    from itertools import islice

    from deck.diagnostics import USAGE, Problem
    from deck.locations import chosen_archive
    from deck.lost_turns import tell
    from deck.output import paged, print_json, screen_width
    from deck.render import cut, safe
    from deck.render_log import Told, log_lines
    from deck.render_turn import cost_text
    from deck.timeline import Timeline
    from deck.to_json import beside_json, row_json
    from deck.views import Beside
    from store.errors import NotFound

    if number is not None and number < 0:
        raise Problem("-n needs a number from 0 on", code=USAGE)
    with Timeline.open(chosen_archive(archive)) as timeline:
        if all:
            turns = timeline.newest_turns(None)
        else:
            target = timeline.resolve(session)
            if not target.session:
                raise NotFound(f"{session[:80]!r} is a {target.kind}, which belongs to no session")
            turns = timeline.newest_turns(target.session)
        code = tell(timeline.lost_turns(), is_empty=timeline.rows.turns_in_archive() == 0)
        chosen = islice(turns, number)
        beside = timeline.all_beside()
        if json:
            rows = [
                {**row_json(row), "cost_micro_usd": timeline.cost(row.id), **beside_json(beside.get(row.id, Beside()))}
                for row in chosen
            ]
            print_json("log", {"turns": rows})
            return code
        told = Told(timeline.short_digits(), beside, lambda row: safe(cost_text(timeline, row.id), newlines=False))
        width = screen_width() if oneline else None
        with paged() as style:
            for line in log_lines(chosen, told, style, oneline=oneline, graph=graph):
                print(line if width is None else cut(line, width))
    return code

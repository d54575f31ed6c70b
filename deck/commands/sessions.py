"""`deck sessions`: what the archive holds."""

from __future__ import annotations

from typing import Annotated

NAME = "sessions"


def sessions(
    *,
    json: Annotated[bool, "as JSON, schema deck.sessions/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """List the sessions: live ones, then by newest activity.

    The first column begins the session's id and can be used wherever a REV is wanted. Errors are answers, failures are
    tools. Costs are list prices, ? where there is none (deck stats has more). The last column but one says whether all
    that was seen of the session is there: complete, gaps (so many calls were lost), in flight (so many are not settled
    yet), or unknown (it was imported, or what became of its calls was not kept). A terminal shows the columns that fit;
    --json has all figures. Ends with 5 where it has none to list because what was recorded cannot be read.
    """
    import sys
    import time

    from deck.cost.sessions import SessionCost, session_costs
    from deck.cost.table import load
    from deck.diagnostics import OK, report
    from deck.locations import chosen_archive
    from deck.lost_turns import tell
    from deck.output import paged, print_json, screen_width
    from deck.render_sessions import SessionTold, session_lines
    from deck.timeline import Timeline
    from deck.to_json import cost_json, ledger_json, session_json
    from deck.views import Beside
    from store.errors import BadConfig

    with Timeline.open(chosen_archive(archive)) as timeline:
        ledger = timeline.ledger()
        views = timeline.sessions()
        code = tell(timeline.lost_turns(), is_empty=not views)
        try:
            known = session_costs(timeline.archive.index.db, load(timeline.archive.path))
        except BadConfig as error:  # of the user's own prices: without them nothing is known, and the list is
            report(error)
            known = {view.key: SessionCost(unknown=view.turns) for view in views}
        costs = {view.key: known.get(view.key, SessionCost()) for view in views}
        tags = timeline.session_tags()
        if json:
            rows = [
                {
                    **session_json(view),
                    **cost_json(costs[view.key]),
                    "refs": [f"tags/{name}" for name in tags.get(view.key, ())],
                    "ledger": ledger_json(ledger, view.key),
                }
                for view in views
            ]
            print_json("sessions", {"sessions": rows, "elsewhere": ledger.elsewhere().as_json()})
            return code
        told = {
            view.key: SessionTold(
                ledger.state(view.key).mark, str(costs[view.key]), Beside(tuple(tags.get(view.key, ())))
            )
            for view in views
        }
        width = screen_width()
        with paged() as style:
            for line in session_lines(views, told, int(time.time() * 1000), style, width):
                print(line)
        if not views and code == OK:
            print("deck: no session yet; record one with `deck run -- COMMAND`", file=sys.stderr)
    return code

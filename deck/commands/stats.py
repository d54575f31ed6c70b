"""`deck stats`: what sessions add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from deck.revs import Target
    from deck.stats.values import Figure, Report

NAME = "stats"


def stats(
    *rev: Annotated[str, "sessions, or any turn of them; everything if not given"],
    by: Annotated[str | None, "a line for each session, project, day, model or agent"] = None,
    turns: Annotated[
        str | None, "list the turns behind the figure of this key, or of the only key that begins so"
    ] = None,
    model: Annotated[str | None, "only turns of models whose name holds this"] = None,
    agent: Annotated[str | None, "only turns of agents whose name holds this"] = None,
    project: Annotated[str | None, "only sessions whose working directory holds this"] = None,
    since: Annotated[str | None, "only turns from then on: 2026-11-21, 2026-11-21T14:30, or an age: 12h, 3d"] = None,
    until: Annotated[str | None, "only turns before then; a day counts with all of its hours"] = None,
    json: Annotated[bool, "as JSON, schema deck.stats/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Count turns, tokens, cost, tools, failures and time.

    Also prompts, the cache, lost context and loops. Every figure has a key, and --turns KEY lists the turns behind it
    with what each of them has of it. A turn counts once, however many sessions go on from it. Costs are the list prices
    of the turn's day, or those of [[price]] tables in the archive's config.toml; what has no price shows as ?. Time is
    split into models at work, tools at work, and neither. Ends with 5 where there is no turn to count because what was
    recorded cannot be read.
    """
    import time

    from deck.diagnostics import NOT_FOUND, OK, USAGE, Problem
    from deck.filters import Filter
    from deck.filters import since as begin
    from deck.filters import until as end
    from deck.locations import chosen_archive
    from deck.lost_turns import tell
    from deck.output import paged, print_json, screen_width
    from deck.render import cut
    from deck.render_stats import group_lines, stats_lines, turn_lines
    from deck.stats.report import GROUPS, measure
    from deck.stats.to_json import figure_json, report_json
    from deck.timeline import Timeline
    from store.ids import from_hex

    if by is not None and by not in GROUPS:
        raise Problem(f"--by {by[:40]!r}: groups are made by {', '.join(GROUPS)}", code=USAGE)
    if by is not None and turns is not None:
        raise Problem("--by and --turns do not go together", "--turns lists the turns behind one figure", USAGE)
    now = int(time.time() * 1000)
    which = Filter(model or "", agent or "", project or "", begin(since, now), end(until, now))
    with Timeline.open(chosen_archive(archive)) as timeline:
        sessions = [_session(timeline.resolve(each)) for each in rev]
        report = measure(timeline, sessions or None, which, by or "")
        is_empty = not report.whole.figures["turns"].value
        code = tell(timeline.lost_turns(), is_empty=is_empty)
        if is_empty and code == OK and which != Filter() and not json:
            raise Problem("no turn fits these filters", "deck sessions lists what there is", NOT_FOUND)
        figure = _named(report, turns)
        if json:
            print_json("stats", report_json(report, by or "") if figure is None else {"figure": figure_json(figure)})
            return code
        digits = timeline.short_digits()
        width = screen_width()
        with paged() as style:
            if figure is not None:
                rows = [timeline.rows.turn(from_hex(id)) for id in figure.turns]
                lines = turn_lines(figure, rows, style, digits)
            elif by:
                lines = group_lines(report, by, style, width)
            else:
                lines = stats_lines(report, style, digits, width)
            for line in lines:
                print(line if width is None else cut(line, width))
    return code


def _session(target: Target) -> str:
    from store.errors import NotFound

    if not target.session:
        raise NotFound(f"{target.rev[:80]!r} is a {target.kind}, which belongs to no session")
    return target.session


def _named(report: Report, key: str | None) -> Figure | None:
    """The figure of a key, or of the only one that is shown with this beginning."""
    from deck.diagnostics import NOT_FOUND, Problem
    from deck.render import safe
    from store.errors import Ambiguous

    if key is None:
        return None
    figures = report.whole.figures
    if key in figures:
        return figures[key]
    beginning = key.removesuffix("…")
    found = [figure for figure in figures.values() if safe(figure.key, newlines=False).startswith(beginning)]
    if not found:
        raise Problem(f"there is no figure {key[:80]!r} here", "deck stats shows the keys", NOT_FOUND)
    if len(found) > 1:
        raise Ambiguous(f"{key[:80]!r} begins several keys", [safe(figure.key, newlines=False) for figure in found])
    return found[0]

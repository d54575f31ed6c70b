"""`deck diff`: what differs between two turns, two sessions or two parts."""

from __future__ import annotations

from typing import Annotated

NAME = "diff"
_COLUMNS = 120  # of two sessions side by side, where no terminal says


def diff(
    before: Annotated[
        str, "a turn, a session, or a part of a turn; alone, it is compared with the turn before it"
    ] = "HEAD",
    after: Annotated[str | None, "what to compare it with"] = None,
    *,
    stat: Annotated[bool, "only how much was added, dropped and changed"] = False,
    exact: Annotated[bool, "also noise: cache markers, billing lines, ids, headers, token counts"] = False,
    exit_code: Annotated[bool, "end with 1 where something differs, else with 0"] = False,
    json: Annotated[bool, "as JSON, schema deck.diff/1"] = False,
    archive: Annotated[str | None, "the archive; the project's, or your own, if not given"] = None,
) -> int:
    """Say what differs between turns, sessions or parts.

    = is the same, ~ changed, - dropped, + added; words that changed stand in [-…-] and {+…+}. Two turns: what the
    second request added, dropped and changed, and the answers. Two sessions (named by their ids): where they part, and
    step by step from there. Two parts, such as A:system B:system: the texts. Nothing is printed where nothing differs.
    """
    from deck.compare.between import between
    from deck.compare.values import TextDiff
    from deck.diagnostics import FAILED, OK
    from deck.locations import chosen_archive
    from deck.output import paged, print_json, screen_width
    from deck.timeline import Timeline

    with Timeline.open(chosen_archive(archive)) as timeline:
        found = between(timeline, before, after)
        differ = found.differs if isinstance(found, TextDiff) else found.differs(exact)
        digits = timeline.short_digits()
    code = FAILED if differ and exit_code else OK
    if json:
        from deck.compare.plain import diff_json

        print_json("diff", diff_json(found, exact=exact, stat=stat))
        return code
    if not differ:
        return code
    from deck.compare.tally import tallies
    from deck.render_diff import diff_lines, stat_lines

    columns = screen_width() or _COLUMNS
    with paged() as style:
        if stat:
            lines = stat_lines(tallies(found, exact))
        else:
            lines = diff_lines(found, style, digits, exact=exact, columns=columns)
        for line in lines:
            print(line)
    return code

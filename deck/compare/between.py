"""What two revs ask to be compared: turns, sessions, or texts."""

from deck.compare.parts import compare_parts
from deck.compare.values import SessionDiff, TextDiff, TurnDiff
from deck.diagnostics import NOT_FOUND, USAGE, Problem
from deck.revs import Target, names_session
from deck.timeline import Timeline


def between(timeline: Timeline, first: str, second: str | None) -> TurnDiff | SessionDiff | TextDiff:
    """Compare what two revs name; one alone is compared with the turn before it.

    Two sessions, named as such, are compared as sessions; a session's name beside any other turn is its last turn.
    """
    if second is None:
        after = timeline.resolve(first)
        before = _before(timeline, after)
    else:
        before, after = timeline.resolve(first), timeline.resolve(second)
    turns = [target for target in (before, after) if target.kind == "turn" and not target.part]
    if len(turns) == 1:
        other = after if turns[0] is before else before
        what = f"a part of turn {other.id[:12]}" if other.part else f"a {other.kind}"
        hint = "Two turns, two sessions or two parts can be compared: deck diff A:system B:system"
        raise Problem(f"{turns[0].rev!r} is a turn, and {other.rev!r} is {what}", hint, USAGE)
    if not turns:
        return compare_parts(timeline, before, after)
    if second is not None and names_session(before) and names_session(after):
        return timeline.compare_sessions(before.session, after.session)
    return timeline.compare_turns(before.id, after.id)


def _before(timeline: Timeline, after: Target) -> Target:
    """The same of the turn before."""
    if after.kind != "turn" or after.part == "step":
        what = "a step" if after.part else f"a {after.kind}"
        raise Problem(f"{after.rev!r} is {what}: name what to compare it with", "deck diff A B", USAGE)
    found = timeline.turn_before(after.id)
    if found is None:
        raise Problem(
            f"turn {after.id[:12]} is the first of its session: all of it is new",
            f"deck show {after.id[:12]} prints it",
            NOT_FOUND,
        )
    return after._replace(rev=f"the turn before {after.rev}", id=found[0])

"""Two sessions as lines: where they part, in words; the first step that differs, and in which settings."""

from collections.abc import Iterator

from deck.compare.align import Budget
from deck.compare.lines import Line, changed_lines, plain, text_lines
from deck.compare.report import member_lines
from deck.compare.texts import block_text
from deck.compare.values import Parting, SessionDiff
from deck.render import plural
from deck.render_turn import block_title
from deck.views import Step

_DIGITS = 9  # of a turn's id


def parting_text(diff: SessionDiff) -> str:
    """Where two sessions part: ``identical through turn 7 (59c0f1d2a), then the result of Bash differs``.

    Turns have the numbers that every list gives them, those of their session, whatever stands beside its line.
    """
    if diff.parting is None:
        return f"identical: {plural(diff.shared, 'turn')}"
    begin = f"identical through {_last_shared(diff)}, then " if diff.shared else "they part in their first turn: "
    return begin + _what(diff, diff.parting)


def _last_shared(diff: SessionDiff) -> str:
    before, after = diff.before[diff.shared - 1], diff.after[diff.shared - 1]
    told = f"turn {before.number:,} ({before.id[:_DIGITS]})"
    return told if before.number == after.number else f"{told}, turn {after.number:,} of the second"


def _what(diff: SessionDiff, parting: Parting) -> str:
    before, after = parting.before, parting.after
    if before is None or after is None:
        which, turns = ("second", diff.after) if before is None else ("first", diff.before)
        left = max(len(turns) - diff.shared, 0)
        return f"the {which} goes on for {plural(left, 'turn')}"
    here, there = _title(before, after), _title(after, before)
    return f"the {here} differs" if here == there else f"the {here} in the first is the {there} in the second"


def _title(step: Step, other: Step | None) -> str:
    """What a step is; where the call of a result is in a session that was forked from, the other side may know it."""
    call = step.call or (other.call if other is not None else None)
    title = block_title(step.block, call.name if call else "")
    return {"assistant": "answer", "user": "prompt"}.get(title, title)


def first_lines(diff: SessionDiff, *, exact: bool) -> Iterator[Line]:
    """The first step that differs, and the settings that do."""
    budget = Budget()
    if diff.parting is not None:
        yield plain("#", "first difference")
        yield from _difference(diff.parting, budget)
    yield from member_lines(diff.members, exact, budget)


def _difference(parting: Parting, budget: Budget) -> Iterator[Line]:
    before, after = parting.before, parting.after
    if before is not None and after is not None and before.row.kind == after.row.kind:
        yield plain("~", _title(after, before))
        yield from changed_lines(block_text(before.block), block_text(after.block), budget, 2)
        return
    for sign, step in (("-", before), ("+", after)):
        if step is not None:
            yield plain(sign, _title(step, None))
            yield from text_lines(sign, block_text(step.block), 2)

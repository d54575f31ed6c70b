"""Two sessions: where they part, and step by step from there.

Turns that both share, by their ids or by their link keys, are passed over in the index alone. From there on steps are
read and compared until one says something else, so that ids that differ in every run do not count.
"""

from collections.abc import Hashable, Sequence
from itertools import accumulate, chain, zip_longest

from deck.compare.align import Budget, pairs
from deck.compare.keys import said
from deck.compare.line import Line, shared_turns
from deck.compare.turns import settings
from deck.compare.values import Parting, SessionDiff, StepPair
from deck.timeline_rows import Rows
from deck.timeline_turns import Turns
from deck.views import StepRow
from store.ids import from_hex

_SAME_LINE = 0  # the level on which the lines of two steps are the same


def compare_sessions(rows: Rows, turns: Turns, before: str, after: str, *, beyond: bool = True) -> SessionDiff:
    """Two sessions, by their keys; ``beyond=False`` leaves out how they go on, which is most of the work.

    Raises `NotFound`.
    """
    lines = (Line(rows, before), Line(rows, after))
    old_turns, new_turns = (line.turns for line in lines)
    known = shared_turns(*lines)
    old, new = ([rows.steps_of(from_hex(turn.id)) for turn in line.turns[known:]] for line in lines)
    here, there = list(chain.from_iterable(old)), list(chain.from_iterable(new))
    same, parting = _first_difference(turns, here, there)
    shared = known + min(_whole(old, same), _whole(new, same))
    at = min(shared, len(old_turns) - 1, len(new_turns) - 1)
    budget = Budget()
    return SessionDiff(
        before=old_turns,
        after=new_turns,
        recorded=(lines[0].recorded, lines[1].recorded),
        shared=shared,
        parting=parting,
        members=settings(turns, old_turns[at].id, new_turns[at].id, budget),
        steps=tuple(_side_by_side(turns, here[same:], there[same:], budget)) if beyond else (),
    )


def _whole(steps: Sequence[Sequence[StepRow]], same: int) -> int:
    """How many of the turns with these steps are over after the first ``same`` steps."""
    ends = accumulate(len(each) for each in steps)
    return sum(1 for end in ends if end <= same)


def _first_difference(turns: Turns, old: Sequence[StepRow], new: Sequence[StepRow]) -> tuple[int, Parting | None]:
    """How many steps say the same, and what stands in the first ones that do not."""
    for number, (here, there) in enumerate(zip_longest(old, new)):
        if here is None or there is None or said(turns.block(here)) != said(turns.block(there)):
            return number, Parting(here and turns.step(here), there and turns.step(there))
    return len(old), None


def _side_by_side(turns: Turns, old: Sequence[StepRow], new: Sequence[StepRow], budget: Budget) -> list[StepPair]:
    found: list[StepPair] = []
    for here, there, level in pairs(old, new, (_line, _shape), budget):
        before = None if here is None else old[here]
        after = None if there is None else new[there]
        if before is None or after is None:
            found.append(StepPair("-" if after is None else "+", before, after))
        else:
            same = level == _SAME_LINE and said(turns.block(before)) == said(turns.block(after))
            found.append(StepPair("=" if same else "~", before, after))
    return found


def _line(row: StepRow) -> Hashable:
    return (row.role, row.kind, row.name, row.summary, row.is_error)


def _shape(row: StepRow) -> Hashable:
    return (row.role, row.kind, row.name)

"""Loops: the same call with the same arguments that fails again and again in one thread, with no success between."""

import json
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from deck.stats.tools import calls
from deck.stats.values import Amount, Facts, Step
from deck.timeline import Timeline
from store.errors import StoreError

LEAST = 3  # failures
_NAMED = 60  # characters of the arguments in a key


class _Try(NamedTuple):
    step: Step
    failed: bool


def count_loops(facts: Facts, timeline: Timeline, wanted: Container[int]) -> Iterator[Amount]:
    """The failed calls of loops. Arguments are read only where the index shows enough failures that look alike."""
    for tries in _alike(facts):
        if sum(each.failed for each in tries) < LEAST or not any(each.step.turn in wanted for each in tries):
            continue
        same: defaultdict[str, list[_Try]] = defaultdict(list)
        for each in tries:
            same[_arguments(facts, each.step, timeline)].append(each)
        for step in (step for run in same.values() for step in _in_vain(run)):
            yield Amount("loops", step.turn)
            yield Amount(f"loops/{step.name} {step.summary[:_NAMED]}", step.turn)


def _alike(facts: Facts) -> Iterator[Sequence[_Try]]:
    """Calls of one tool in one thread whose arguments begin alike, in order."""
    found: defaultdict[tuple[str, str, str, str], list[_Try]] = defaultdict(list)
    for each in calls(facts):
        if each.call is not None and each.result is not None:
            turn = facts.turns[each.call.turn]
            key = (turn.session, turn.thread, each.call.name, each.call.summary)
            found[key].append(_Try(each.call, each.result.is_error))
    yield from found.values()


def _in_vain(tries: Sequence[_Try]) -> Iterator[Step]:
    """The failures among tries of the same call that follow one another often enough."""
    run: list[Step] = []
    for each in tries:
        if each.failed:
            run.append(each.step)
            continue
        if len(run) >= LEAST:
            yield from run
        run = []
    if len(run) >= LEAST:
        yield from run


def _arguments(facts: Facts, step: Step, timeline: Timeline) -> str:
    """The arguments as one text; what cannot be read is like nothing else."""
    id = facts.turns[step.turn].id.hex()
    try:
        data = timeline.step(timeline.turn_steps(id)[step.number - 1]).block.data
        return json.dumps(data, sort_keys=True)
    except (StoreError, RecursionError):
        return f"{id}:{step.number}"

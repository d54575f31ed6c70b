"""Loops: the same call with the same arguments that fails again and again in one thread, with no success between."""

import json
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence

from deck.stats.tools import calls
from deck.stats.values import Amount, Facts, Step
from deck.timeline import Timeline
from store.errors import StoreError

LEAST = 3  # failures
_NAMED = 60  # characters of the arguments in a key


def count_loops(facts: Facts, timeline: Timeline, wanted: Container[int]) -> Iterator[Amount]:
    """The failed calls of loops. Arguments are read only of what the index shows to be alike."""
    for run in _alike(facts):
        if not any(step.turn in wanted for step in run):
            continue
        same: defaultdict[str, list[Step]] = defaultdict(list)
        for step in run:
            same[_arguments(facts, step, timeline)].append(step)
        for steps in same.values():
            if len(steps) >= LEAST:
                for step in steps:
                    yield Amount("loops", step.turn)
                    yield Amount(f"loops/{step.name} {step.summary[:_NAMED]}", step.turn)


def _alike(facts: Facts) -> Iterator[Sequence[Step]]:
    """Runs of failed calls of one tool whose arguments begin alike."""
    runs: defaultdict[tuple[str, str, str, str], list[Step]] = defaultdict(list)
    for each in calls(facts):
        if each.call is None or each.result is None:
            continue
        turn = facts.turns[each.call.turn]
        key = (turn.session, turn.thread, each.call.name, each.call.summary)
        if each.result.is_error:
            runs[key].append(each.call)
        elif len(run := runs.pop(key, [])) >= LEAST:
            yield run
    yield from (run for run in runs.values() if len(run) >= LEAST)


def _arguments(facts: Facts, step: Step, timeline: Timeline) -> str:
    """The arguments as one text; what cannot be read is like nothing else."""
    id = facts.turns[step.turn].id.hex()
    try:
        data = timeline.step(timeline.turn_steps(id)[step.number - 1]).block.data
        return json.dumps(data, sort_keys=True)
    except (StoreError, RecursionError):
        return f"{id}:{step.number}"

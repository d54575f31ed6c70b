"""Every state that a kill or a power cut can leave: it opens, nothing that was promised is lost, nothing is invented.

`make check` takes a sample, `make prove` all of them, with the states of crashes during the next start as well.
"""

import random
from collections.abc import Callable

import pytest
from disk_scenarios import BY_NAME
from disk_stage import Stage, State, next_start, states, violations
from disk_states import digest

SAMPLE = 117
SAMPLED_STARTS = 2
STARTS = 15  # per scenario, in the full run


def broken(found: list[State]) -> list[str]:
    """What is wrong in any of the states."""
    wrong = []
    for state in found:
        for violation in violations(state):
            crash = "kill" if state.is_kill else "power cut"
            wrong.append(f"{crash} after {state.moment.what}: {violation}")
    return wrong


def crashes(scenario: Callable[[Stage], None]) -> list[State]:
    stage = Stage()
    scenario(stage)
    assert stage.disk.misuse == []
    return states(stage.moments)


def crashes_of_starts(found: list[State], starts: int, dice: random.Random) -> list[State]:
    """Crashes during the next start, after some of the crashes."""
    chosen = dice.sample(found, min(starts, len(found)))
    return [state for first in chosen for state in states(next_start(first), seed=2, most=12)]


@pytest.mark.parametrize("name", BY_NAME)
def test_a_sample_of_the_states(name: str) -> None:
    dice = random.Random(name)
    found = crashes(BY_NAME[name])
    later = crashes_of_starts(found, SAMPLED_STARTS, dice)
    chosen = dice.sample(found, min(SAMPLE, len(found))) + dice.sample(later, min(SAMPLE // 3, len(later)))
    assert broken(chosen) == []


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", BY_NAME)
def test_all_states(name: str) -> None:
    found = crashes(BY_NAME[name])
    later = crashes_of_starts(found, STARTS, random.Random(name))
    distinct = len({digest(state.tree) for state in found + later})
    print(f"{name}: {distinct} distinct states, {len(found)} of the scenario and {len(later)} of starts after it")
    assert broken(found + later) == []

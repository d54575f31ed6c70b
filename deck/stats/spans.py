"""Where the time of a session went: a model answered, a tool ran, or nobody did anything.

The time from a session's first request to its last answer is cut into pieces, each of which belongs to one turn: while
any answer is under way it is the models'; what is left before a turn is its tools' if it brings their results or begins
a subagent, else it was idle.
"""

from collections import defaultdict
from collections.abc import Iterator

from deck.stats.tools import RESULTS
from deck.stats.values import Amount, Facts


def count_time(facts: Facts) -> Iterator[Amount]:
    """Milliseconds of models, tools and nobody; together the length of each session."""
    brings_results = {step.turn for step in facts.steps if step.kind in RESULTS and step.role != "assistant"}
    sessions: defaultdict[str, list[int]] = defaultdict(list)
    for place, turn in enumerate(facts.turns):
        sessions[turn.session].append(place)
    for places in sessions.values():
        places.sort(key=lambda place: facts.turns[place].started_ms)
        reached = facts.turns[places[0]].started_ms
        for place in places:
            turn = facts.turns[place]
            waited = max(turn.started_ms - reached, 0)
            end = turn.started_ms + (turn.end_ms or 0)
            answered = max(end - max(turn.started_ms, reached), 0)
            reached = max(reached, end)
            spawned = any(edge.kind == "spawned-by" for edge in facts.edges.get(place, ()))
            yield from _parts(place, "tools" if place in brings_results or spawned else "idle", waited)
            yield from _parts(place, "models", answered)


def _parts(place: int, whose: str, ms: int) -> Iterator[Amount]:
    if ms:
        yield Amount("time", place, ms)
        yield Amount(f"time/{whose}", place, ms)

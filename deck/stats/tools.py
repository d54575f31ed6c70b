"""Calls of tools, and those that failed."""

from collections.abc import Iterator
from typing import NamedTuple

from deck.stats.values import Amount, Facts, Step

CALLS = ("tool-call", "server-tool-call")
RESULTS = ("tool-result", "server-tool-result")


class Call(NamedTuple):
    """A call and what came of it; either may be missing."""

    call: Step | None
    result: Step | None

    @property
    def name(self) -> str:
        """The tool's name."""
        return (self.call and self.call.name) or (self.result and self.result.name) or "?"

    @property
    def turn(self) -> int:
        """The place of the turn whose answer calls, else of the one that has the result."""
        step = self.call or self.result
        return step.turn if step else 0


def calls(facts: Facts) -> Iterator[Call]:
    """Every call once, in the order of the results, however often a history repeats it."""
    open_: dict[tuple[str, str], Step] = {}
    seen: set[tuple[str, str]] = set()
    for step in facts.steps:
        key = (facts.turns[step.turn].session, step.call_id)
        if step.kind in CALLS:
            if not step.call_id:
                yield Call(step, None)
            elif key not in seen:
                open_.setdefault(key, step)
        elif step.kind in RESULTS:
            if not step.call_id:
                yield Call(None, step)
            elif key not in seen:
                seen.add(key)
                yield Call(open_.pop(key, None), step)
    for step in open_.values():
        yield Call(step, None)


def count_tools(facts: Facts) -> Iterator[Amount]:
    """Calls and failures by tool: a call counts in the turn that made it, a failure in the one that shows it.

    That is the turn whose request has the result, which is where the timeline and `deck search --error` have it too.
    """
    for each in calls(facts):
        if each.call is not None or (each.result is not None and each.result.call_id):
            yield Amount("tools", each.turn)
            yield Amount(f"tools/{each.name}", each.turn)
        if each.result is not None and each.result.is_error:
            yield Amount("failures", each.result.turn)
            yield Amount(f"failures/{each.name}", each.result.turn)

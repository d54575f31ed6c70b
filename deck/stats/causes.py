"""Why a turn did not find in the cache what the turn before had there: what differs between the two requests."""

from collections.abc import Container, Iterator
from typing import Any

from deck.stats.context import Break, breaks
from deck.stats.values import Amount, Facts, Turn
from deck.timeline import Timeline
from store.errors import StoreError

_SHORT_MS, _LONG_MS = 300_000, 3_600_000  # how long a cache holds, by what was paid for
_KEEPS = ("continues", "resumes", "forks", "interrupted")  # edges along which the history stays as it was


def count_breaks(facts: Facts, timeline: Timeline, wanted: Container[int]) -> Iterator[Amount]:
    """Turns with a broken cache by cause, and the tokens that were paid for again."""
    for each in breaks(facts):
        if each.turn in wanted:
            yield Amount("cache-breaks", each.turn)
            yield Amount(f"cache-breaks/{_cause(facts.turns[each.turn], each, timeline)}", each.turn)
            yield Amount("cache-lost", each.turn, each.tokens)


def _cause(turn: Turn, each: Break, timeline: Timeline) -> str:
    before = each.before.parent
    if each.before.kind == "compacts":
        return "compaction"
    if (turn.asked, turn.model, turn.host) != (before.asked, before.model, before.host):
        return "another model"
    if changed := _changed(turn, before, timeline):
        return changed
    if each.before.kind not in _KEEPS:
        return "history changed"
    idle = turn.started_ms - before.started_ms - (before.end_ms or 0)
    if idle > (_LONG_MS if before.spent.cache_write_1h else _SHORT_MS):
        return "expired"
    return "nothing that the request shows"


def _changed(turn: Turn, before: Turn, timeline: Timeline) -> str:
    """Whether tools or the system prompt changed; empty where neither did or it cannot be read."""
    try:
        new = timeline.turn(turn.id.hex(), earlier=False)
        old = timeline.turn(before.id.hex(), earlier=False)
    except StoreError:  # it is damaged: `deck fsck` says so, and everything else still counts
        return ""
    if [_unmarked(tool) for _name, tool in new.tools] != [_unmarked(tool) for _name, tool in old.tools]:
        return "tools changed"
    if [block.text for block in new.system] != [block.text for block in old.system]:
        return "system prompt changed"
    return ""


def _unmarked(tool: Any) -> Any:
    return {name: value for name, value in tool.items() if name != "cache_control"} if isinstance(tool, dict) else tool

"""Two turns: what the second request added, dropped and changed, and the answers.

Conversations are chains of messages, and a message's id names everything before it: where the ids of two messages
agree, nothing before them is looked at. The rest of a request is read without its conversation. So a comparison costs
what differs, and the system prompt and the tools only where not all of them are the same.
"""

from typing import Any

from deck.compare import keys
from deck.compare.align import Budget
from deck.compare.members import compare_headers, compare_members
from deck.compare.values import Fact, Mark, Member, TurnDiff
from deck.timeline_rows import Rows
from deck.timeline_turns import Turns
from deck.views import TurnRow
from store.archive import Archive
from store.ids import from_hex
from store.objects import ObjectReader
from store.records import Shell

_NOTHING = {"tip": "", "count": 0}  # the conversation of a request that has none
_NO_ORDER = ("spawned-by",)  # edges along which a request does not go on from the one before


def compare_turns(archive: Archive, rows: Rows, turns: Turns, before: str, after: str) -> TurnDiff:
    """Two turns, by their ids."""
    budget = Budget()
    old, new = turns.payload(before), turns.payload(after)
    row, later = rows.turn(from_hex(before)), rows.turn(from_hex(after))
    base = _base(new) if _base(new) != _base(old) else ""
    same, *tails = _tails(archive.objects, _NOTHING if base else old["request"], new["request"])
    wires = (turns.wire(before), turns.wire(after))
    sent, sent_later = ([turns.message(wire, id) for id in tail] for wire, tail in zip(wires, tails, strict=True))
    shells = (turns.shell(before), turns.shell(after))
    edge = next((edge.kind for edge in later.parents if edge.turn == before), "")
    goes_on = bool(edge) and edge not in _NO_ORDER and not tails[0] and not base
    answer = turns.answer(before)[0].message
    echo = wires[1].echo(answer) if goes_on and answer is not None else ()
    return TurnDiff(
        before=row,
        after=later,
        edge=edge,
        base=base,
        same=same,
        echoed=max(min(len(echo), new["request"]["known"] - same, len(tails[1])), 0),
        messages=keys.changes(sent, sent_later, keys.MESSAGES, budget, (same, same)),
        tools=(old["request"]["tools"], new["request"]["tools"]),
        marks=(_marks(shells[0], old["request"]["count"]), _marks(shells[1], new["request"]["count"])),
        members=(
            *settings(turns, before, after, budget),
            *compare_headers(
                turns.headers(old["request"]["headers"]), turns.headers(new["request"]["headers"]), budget
            ),
        ),
        answer=keys.changes(turns.answer(before)[1], turns.answer(after)[1], keys.BLOCKS, budget),
        facts=tuple(fact for fact in _facts(row, later, old, new) if fact.before != fact.after),
    )


def settings(turns: Turns, before: str, after: str, budget: Budget) -> tuple[Member, ...]:
    """What differs in two requests besides the conversation and the headers."""
    if turns.shell(before).data == turns.shell(after).data:
        return ()
    return compare_members(turns.members(before), turns.members(after), budget)


def turn_before(rows: Rows, id: str) -> tuple[str, str] | None:
    """(id, kind of edge) of the turn that a request goes on from: along `continues`, else the first edge of its kind.

    One that begins a thread has the turn before it in its session, with no kind; None for a session's first turn.
    """
    row = rows.turn(from_hex(id))
    for edge in sorted(row.parents, key=lambda edge: edge.kind != "continues"):
        if edge.kind not in _NO_ORDER:
            return edge.turn, edge.kind
    earlier = rows.turns(row.session, start=row.number - 2, stop=row.number - 1) if row.number > 1 else []
    return (earlier[0].id, "") if earlier else None


def _base(payload: dict[str, Any]) -> str:
    """The response that the provider puts before the conversation, or ``""``."""
    base: str = payload["reading"].get("base", "")
    return base


def _tails(
    objects: ObjectReader, before: dict[str, Any], after: dict[str, Any]
) -> tuple[int, list[bytes], list[bytes]]:
    """How many messages both conversations begin with, and the ids of what follows them in each."""
    old, new = (bytes.fromhex(request["tip"]) or None for request in (before, after))
    ahead = before["count"] - after["count"]
    tails: tuple[list[bytes], list[bytes]] = ([], [])
    while old != new:
        if new is None or (old is not None and ahead >= 0):
            assert old is not None
            tails[0].append(old)
            old, ahead = objects.message(old).parent, ahead - 1
        else:
            tails[1].append(new)
            new, ahead = objects.message(new).parent, ahead + 1
    same = max(before["count"] - len(tails[0]), 0)
    return same, tails[0][::-1], tails[1][::-1]


def _marks(shell: Shell, count: int) -> tuple[Mark, ...]:
    return tuple(Mark(count - from_end + 1, offset, data) for from_end, offset, data in shell.cuts)


def _facts(
    before: TurnRow, after: TurnRow, old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]
) -> list[Fact]:
    """What is told of the two turns in a word or two, the same or not."""
    found = [
        Fact("url", f"{old['http']['method']} {old['http']['url']}", f"{new['http']['method']} {new['http']['url']}"),
        Fact("outcome", before.outcome, after.outcome),
        Fact("status", str(before.status or ""), str(after.status or "")),
        Fact("model", before.model, after.model),
        Fact("stop reason", before.stop_reason, after.stop_reason),
        Fact("error", before.error, after.error),
    ]
    counts = zip(before.usage._fields, before.usage, after.usage, strict=True)
    tokens = [Fact(f"tokens {name}", str(a or 0), str(b or 0), noise=True) for name, a, b in counts]
    return [*found, *tokens]

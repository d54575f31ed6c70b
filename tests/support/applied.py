"""A comparison of two turns applied to the first one: what the second one must then be."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from deck.compare.values import Change, TurnDiff
from deck.timeline import Timeline
from store.parts import restore


def list_after(changes: Iterable[Change[Any]], before: Sequence[Any]) -> list[Any]:
    """The new list; items told as the same are taken from the old one."""
    return [before[change.at - 1] if change.sign == "=" else change.after for change in changes if change.to]


def conversation_after(diff: TurnDiff, before: Sequence[bytes]) -> list[bytes]:
    """The second conversation's elements as they were sent, from the first one's as they are stored."""
    raw = {change.at: change.before.raw for change in diff.messages if change.before is not None}
    assert all(before[number - 1] == content for number, content in raw.items())
    found = list(before[: diff.same])
    found += [change.after.raw for change in diff.messages if change.after is not None]
    marks: dict[int, list[tuple[int, bytes]]] = {}
    for mark in diff.marks[1]:
        marks.setdefault(mark.message, []).append((mark.offset, mark.data))
    return [restore(content, marks.get(number, ())) for number, content in enumerate(found, 1)]


def members_after(diff: TurnDiff, before: Mapping[str, Any]) -> dict[str, Any]:
    """The second request's other members, parsed."""
    found = dict(before)
    for member in diff.members:
        if member.name == "request headers":
            continue
        (first, *_rest) = member.changes or (None,)
        if member.listed:
            found[member.name] = list_after(member.changes, before[member.name])
        elif first is not None and first.sign == "-":
            del found[member.name]
        elif first is not None:
            found[member.name] = first.after
    return found


def stored_conversation(timeline: Timeline, id: str) -> list[bytes]:
    """The elements of a turn's conversation as they are stored, without volatile members."""
    request = timeline.payload(id)["request"]
    if not request["tip"]:
        return []
    return list(timeline.archive.objects.elements(bytes.fromhex(request["tip"]), request["count"]))

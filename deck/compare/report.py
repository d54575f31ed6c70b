"""Two turns as lines: conversation, settings, answer, facts, and what was left out as noise."""

from collections.abc import Iterator
from typing import Any

from deck.compare import keys
from deck.compare.align import Budget
from deck.compare.keys import BLOCKS, item_name
from deck.compare.lines import Line, changed_lines, plain, text_lines
from deck.compare.texts import block_text, value_text
from deck.compare.values import Change, Fact, Mark, Member, Piece, TurnDiff, differ
from deck.render import plural
from deck.render_turn import block_title
from deck.views import Message
from store.reading import Block


def turn_lines(diff: TurnDiff, *, exact: bool, brief: bool = False, hint: str = "--exact shows it") -> Iterator[Line]:
    """What two turns differ in.

    ``exact`` with its noise, else what that is and the ``hint``; ``brief`` without dropped messages and answers.
    """
    budget = Budget()
    names = {block.call_id: block.name for block in _blocks(diff) if block.kind.endswith("tool-call")}
    yield plain("#", "messages")
    yield from _messages(diff, names, exact, brief, budget)
    yield from _settings(diff, exact, budget)
    if differ(diff.answer, exact):
        yield plain("#", "answer")
        yield from [plain("~", "another one")] if brief else _changed_blocks(diff.answer, names, exact, budget)
    facts = [fact for fact in diff.facts if exact or not fact.noise]
    if facts:
        yield plain("#", "outcome")
    yield from (_fact_line(fact) for fact in facts)
    if exact and diff.marks_moved:
        yield plain("#", "cache markers")
        yield Line("~", (Piece("-", _places(diff.marks[0])), Piece("+", _places(diff.marks[1]))))
    if not exact and (noise := list(_noise_of(diff))):
        yield plain("#", "noise")
        yield plain("~", f"{', '.join(noise)} ({hint})")


def _settings(diff: TurnDiff, exact: bool, budget: Budget) -> Iterator[Line]:
    """Everything that was sent besides the conversation."""
    members = diff.members
    if diff.base and diff.tools[0] and not diff.tools[1]:
        members = tuple(member for member in members if member.name != "tools")
        yield plain("#", "tools")
        yield plain("=", "none sent: the provider keeps those of the response that this goes on from")
    if any(differ(member.changes, exact) for member in members):
        yield from member_lines(members, exact, budget)
    else:
        yield plain("#", "settings")
        yield plain("=", "unchanged")


def member_lines(members: tuple[Member, ...], exact: bool, budget: Budget) -> Iterator[Line]:
    """Settings that differ, each under its name."""
    for member in members:
        if not differ(member.changes, exact):
            continue
        yield plain("#", member.name)
        same = sum(1 for change in member.changes if change.sign == "=" or (change.noise and not exact))
        if same:
            yield plain("=", f"{same:,} the same")
        for change in member.changes:
            if change.sign != "=" and (exact or not change.noise):
                yield from _item(change, member.listed, budget)


def _noise_of(diff: TurnDiff) -> Iterator[str]:
    """What differs and says nothing, in words."""
    if diff.marks_moved:
        yield "cache markers moved"
    for noun, changes in (("message", diff.messages), ("part", diff.answer)):
        if number := sum(1 for change in changes if change.noise):
            yield f"{plural(number, noun)}{' of the answer' if noun == 'part' else ''} in ids only"
    for member in diff.members:
        if number := sum(1 for change in member.changes if change.noise):
            yield f"{member.name} ({number})" if member.listed else member.name
    if any(fact.noise for fact in diff.facts):
        yield "token counts"


def _blocks(diff: TurnDiff) -> Iterator[Block]:
    for change in diff.messages:
        for message in (change.before, change.after):
            yield from message.blocks if message is not None else ()
    for answer in diff.answer:
        yield from (block for block in (answer.before, answer.after) if block is not None)


def _messages(diff: TurnDiff, names: dict[str, str], exact: bool, brief: bool, budget: Budget) -> Iterator[Line]:
    if diff.base:
        yield plain("=", f"the provider keeps those of response {diff.base} and before")
    equal = sum(1 for change in diff.messages if change.sign == "=" or (change.noise and not exact))
    if diff.same + equal:
        yield plain("=", f"{plural(diff.same + equal, 'message')} unchanged")
    if diff.echoed:
        yield plain("=", f"{plural(diff.echoed, 'message')} echoing the answer of turn {diff.before.number}")
    gone = sum(1 for change in diff.messages if change.sign == "-")
    if gone and brief:
        yield plain("-", f"{plural(gone, 'message')} of turn {diff.before.number} not sent any more")
    for change in diff.messages[diff.echoed :]:
        if change.sign == "=" or (change.noise and not exact) or (change.sign == "-" and brief):
            continue
        yield from _message(change, names, exact, budget)


def _message(change: Change[Message], names: dict[str, str], exact: bool, budget: Budget) -> Iterator[Line]:
    message = change.after or change.before
    assert message is not None
    number = change.to or change.at
    yield plain(change.sign, f"message {number} · {message.role or 'no role'}")
    if change.before is not None and change.after is not None:
        blocks = keys.changes(change.before.blocks, change.after.blocks, BLOCKS, budget)
        yield from _changed_blocks(blocks, names, exact, budget)
        if all(block.sign == "=" for block in blocks):
            yield from changed_lines(_raw(change.before), _raw(change.after), budget, 4)
        return
    for block in message.blocks:
        yield from _whole_block(change.sign, block, names)


def _raw(message: Message) -> str:
    return message.raw.decode("utf-8", "backslashreplace")


def _changed_blocks(
    changes: tuple[Change[Block], ...], names: dict[str, str], exact: bool, budget: Budget
) -> Iterator[Line]:
    same = sum(1 for change in changes if change.sign == "=" or (change.noise and not exact))
    if same:
        yield plain("=", f"{plural(same, 'block')} unchanged", 2)
    for change in changes:
        if change.sign == "=" or (change.noise and not exact):
            continue
        before, after = change.before, change.after
        if before is not None and after is not None:
            yield plain("~", block_title(after, names.get(after.call_id, "")), 2)
            yield from changed_lines(_full_text(before, exact), _full_text(after, exact), budget, 4)
        else:
            block = before or after
            assert block is not None
            yield from _whole_block(change.sign, block, names)


def _full_text(block: Block, exact: bool) -> str:
    """A block's text; where noise counts, with the id of its call."""
    text = block_text(block)
    return f"{text}\ncall id: {block.call_id}" if exact and block.call_id else text


def _whole_block(sign: str, block: Block, names: dict[str, str]) -> Iterator[Line]:
    failed = " (error)" if block.is_error else ""
    yield plain(sign, block_title(block, names.get(block.call_id, "")) + failed, 2)
    if text := block_text(block):
        yield from text_lines(sign, text, 4)


def _item(change: Change[Any], listed: bool, budget: Budget) -> Iterator[Line]:
    """An item of a list under its name, or a value as a whole; one that is gone is only named."""
    item = change.before if change.after is None else change.after
    if not listed and isinstance(item, list) and change.sign != "~":
        for number, each in enumerate(item, 1):
            yield from _item(change._replace(before=each, after=each, at=number, to=number), True, budget)
        return
    if listed:
        yield plain(change.sign, item_name(item) or f"item {change.to or change.at}")
    indent = 2 if listed else 0
    if change.sign == "~":
        yield from changed_lines(value_text(change.before), value_text(change.after), budget, indent)
    elif change.sign == "+" or not listed:
        yield from text_lines(change.sign, value_text(item), indent)


def _fact_line(fact: Fact) -> Line:
    return Line("~", (Piece("=", f"{fact.name}: "), *_both(fact.before, fact.after)))


def _both(before: str, after: str) -> Iterator[Piece]:
    yield from (Piece(sign, text) for sign, text in (("-", before), ("+", after)) if text)


def _places(marks: tuple[Mark, ...]) -> str:
    numbers = dict.fromkeys(mark.message for mark in marks)
    return f"message {', '.join(map(str, numbers))}" if numbers else "none"

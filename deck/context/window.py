"""What a turn's request put before the model: system prompt, tools, and every message with what it is."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from deck.context.estimate import weight_of, weight_of_picture, weight_of_value
from deck.pictures import pictures_of
from deck.timeline_turns import Turns
from deck.views import TurnView
from store.reading import Block
from store.summary import first_line

_CALLS = ("tool-call", "server-tool-call")
_RESULTS = ("tool-result", "server-tool-result")
_FARTHEST = 1_000  # turns back along which a provider may keep a conversation


class Weighed(NamedTuple):
    """Something in the window: its kind (`deck.context.values.KINDS`), its tool, its weight."""

    kind: str
    name: str
    weight: int


def views_of(turns: Turns, id: str) -> list[TurnView]:
    """The turn, and those before it whose conversation the provider itself put before its request; the newest first."""
    found: list[TurnView] = []
    while len(found) < _FARTHEST:
        found.append(turns.view(id, True, True))
        if not found[-1].payload["reading"].get("base"):
            break
        parent = next(
            (edge.turn for edge in found[-1].row.parents if edge.kind in ("continues", "forks", "resumes")), ""
        )
        if not parent:
            break
        id = parent
    return found


def weigh(views: Sequence[TurnView]) -> Iterator[Weighed]:
    """Everything in the window of the turn that `views_of` was asked about."""
    tools = next((view.tools for view in views if view.tools), ())
    yield from (Weighed("tools", name, weight_of_value(schema)) for name, schema in tools)
    system = next((view.system for view in views if view.system), ())
    yield from (Weighed("system", "", weight_of(block)) for block in system)
    yield from weigh_blocks(_said(views))


def weigh_blocks(blocks: Sequence[Block]) -> Iterator[Weighed]:
    """Blocks of a conversation."""
    names = {block.call_id: block.name for block in blocks if block.kind in _CALLS}
    for block in blocks:
        kind = _kind(block)
        name = block.name or names.get(block.call_id, "") if kind in ("tool calls", "tool results") else ""
        if block.kind not in ("image", "document") or not pictures_of(block):
            yield Weighed(kind, name, weight_of(block))
        yield from (Weighed("images", "", weight_of_picture(picture)) for picture in pictures_of(block))


def _said(views: Sequence[TurnView]) -> list[Block]:
    found: list[Block] = []
    for view in reversed(views):
        found += (block for message in (*view.earlier, *view.new) for block in message.blocks)
        if view is not views[0] and view.answer is not None:
            found += view.answer.blocks
    return found


def _kind(block: Block) -> str:
    if block.kind in _CALLS:
        return "tool calls"
    if block.kind in _RESULTS:
        return "tool results"
    if block.kind == "thinking":
        return "thinking"
    if block.kind in ("text", "document", "image", "refusal"):
        if block.role == "user" and block.kind == "text" and not first_line(block.text):
            return "memory"
        return {"system": "system", "user": "user", "assistant": "assistant"}.get(block.role, "other")
    return "other"

"""What was said: messages, prompts of a person, images."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from deck.stats.values import Amount, Facts, Step
from deck.timeline import Timeline
from store.errors import StoreError
from store.titles import was_typed

_SIDE = "aux"


def count_messages(facts: Facts) -> Iterator[Amount]:
    """Messages of agents and models, without those of side calls, and prompts.

    A prompt is a message of the main line in which a person typed something, and which brings no results of tools:
    what comes with those, the agent has written, and so it has what asks for the summary of a compaction.
    """
    summaries = {edge.parent.id for edges in facts.edges.values() for edge in edges if edge.kind == "compacts"}
    for place, steps in groupby(facts.steps, lambda step: step.turn):
        turn = facts.turns[place]
        if turn.role.startswith(_SIDE):
            continue
        messages = [list(group) for message, group in groupby(steps, lambda step: step.message) if message]
        if messages:
            yield Amount("messages", place, len(messages))
        prompts = sum(_is_prompt(message) for message in messages)
        if prompts and turn.is_main and turn.id not in summaries:
            yield Amount("prompts", place, prompts)


def _is_prompt(message: list[Step]) -> bool:
    typed = (step for step in message if step.role == "user" and step.kind in ("text", "image", "document"))
    results = any(step.kind == "tool-result" for step in message)
    return not results and any(step.kind != "text" or was_typed(step.summary) for step in typed)


def count_images(facts: Facts, timeline: Timeline) -> Iterator[Amount]:
    """Images that models were shown, those in results of tools included."""
    for step in facts.steps:
        if step.kind == "image" and step.role != "assistant":
            yield Amount("images", step.turn)
        elif step.kind == "tool-result" and not step.summary:  # nothing but images has no words
            shown = _images_in(_data(facts, step, timeline))
            if shown:
                yield Amount("images", step.turn, shown)


def _data(facts: Facts, step: Step, timeline: Timeline) -> Any:
    rows = timeline.turn_steps(facts.turns[step.turn].id.hex())
    try:
        return timeline.step(rows[step.number - 1]).block.data
    except StoreError:  # it is damaged: `deck fsck` says so, and everything else still counts
        return None


def _images_in(data: Any) -> int:
    parts = data if isinstance(data, list) else []
    return sum("image" in str(part.get("type")) for part in parts if isinstance(part, dict))

"""Messages of Chat Completions as `store.reading.Block`, the same for requests and answers.

A message is one object with a member for each thing it can hold, so its blocks have a fixed order: reasoning, content,
refusal, images, audio, calls. `placed_blocks` says from which member each block comes, so that those of a stream can be
put into the order of their arrival.
"""

from collections.abc import Iterator
from typing import Any, Final

from store.reading import Block
from store.wire.openai_parts import arguments, content_blocks, members_of, part_block, result_block, string

REASONING: Final = ("reasoning_content", "reasoning")
"""Where compatible hosts put what the model thought: DeepSeek, xAI, vLLM; OpenRouter, Groq. Some send both, equal."""

Place = tuple[str, int]
"""A member of a message, and the position in it where it is a list."""

_ROLES: Final = {"developer": "system", "system": "system", "user": "user", "assistant": "assistant"}
_RESULTS: Final = ("tool", "function")


def message_blocks(message: Any) -> tuple[Block, ...]:
    """The blocks of one message, or of all choices of an answer that has several."""
    if not isinstance(message, dict):
        return (
            Block("user", "text", text=message) if isinstance(message, str) else Block("user", "other", data=message),
        )
    if isinstance(message.get("choices"), list) and "content" not in message:
        choices = enumerate(message["choices"])
        return tuple(of_choice(number, block) for number, choice in choices for block in message_blocks(choice))
    return tuple(block for _place, block in placed_blocks(message))


def of_choice(number: int, block: Block) -> Block:
    """A block of an answer's choice; what is not of the first one and has no name says whose it is."""
    return block._replace(name=f"choice {number}") if number and not block.name else block


def placed_blocks(message: dict[str, Any]) -> Iterator[tuple[Place, Block]]:
    """Each block of a message with its place in it."""
    given = message.get("role")
    if given in _RESULTS:
        yield (
            ("content", 0),
            result_block(message.get("content"), string(message, "tool_call_id"), string(message, "name")),
        )
        return
    role = _ROLES.get(given, "user") if isinstance(given, str) else "user"
    yield from _thoughts(role, message)
    content = content_blocks(role, message.get("content"))
    notes = message.get("annotations")
    for position, block in enumerate(content):
        yield ("content", position), block._replace(data=notes) if notes and block.kind == "text" else block
    if refusal := string(message, "refusal"):
        yield ("refusal", 0), Block(role, "refusal", text=refusal)
    for position, image in enumerate(members_of(message, "images")):
        yield ("images", position), part_block(role, image)
    if message.get("audio"):
        audio = message["audio"]
        yield ("audio", 0), Block(role, "other", name="audio", text=string(audio, "transcript"), data=audio)
    for position, call in enumerate(members_of(message, "tool_calls")):
        yield ("tool_calls", position), call_block(role, call)
    if message.get("function_call"):
        yield ("function_call", 0), call_block(role, {"function": message["function_call"]})


def _thoughts(role: str, message: dict[str, Any]) -> Iterator[tuple[Place, Block]]:
    for member in REASONING:
        if text := string(message, member):
            yield (member, 0), Block(role, "thinking", text=text)
            return
    for position, detail in enumerate(members_of(message, "reasoning_details")):
        text = string(detail, "text") or string(detail, "summary")
        yield ("reasoning_details", position), Block(role, "thinking", text=text, data=None if text else detail)


def call_block(role: str, call: Any) -> Block:
    """A call of a function, or of a tool that takes free text; anything else keeps its data."""
    if isinstance(call, dict):
        for kind, given in (("function", "arguments"), ("custom", "input")):
            inner = call.get(kind)
            if isinstance(inner, dict):
                data = arguments(inner.get(given)) if kind == "function" else inner.get(given)
                return Block(role, "tool-call", name=string(inner, "name"), call_id=string(call, "id"), data=data)
    return Block(role, "other", name=string(call, "type"), data=call)

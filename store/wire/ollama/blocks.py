"""Messages of Ollama's API as `store.reading.Block`, the same for requests and answers."""

from typing import Any, Final

from store.reading import Block

_ROLES: Final = ("system", "user", "assistant", "tool")


def message_blocks(message: Any, otherwise: str) -> tuple[Block, ...]:
    """Blocks of a message, or of a prompt that is just a text; ``otherwise`` is the role where it names none."""
    if isinstance(message, str):
        return (Block(otherwise, "text", text=message),)
    if not isinstance(message, dict) or not message.keys() & {"content", "tool_calls", "thinking", "images"}:
        return (Block(otherwise, "other", data=message),)
    named = message.get("role")
    role = named if named in _ROLES else otherwise
    found: list[Block] = []
    if thinking := string(message, "thinking"):
        found.append(Block(role, "thinking", text=thinking))
    content = message.get("content")
    if role == "tool":
        name = string(message, "tool_name") or string(message, "name")
        text = string(message, "content")
        call_id = string(message, "tool_call_id")
        found.append(Block("tool", "tool-result", text=text, name=name, call_id=call_id))
    elif isinstance(content, str):
        found += [Block(role, "text", text=content)] if content else []
    elif content is not None:
        found.append(Block(role, "other", data=content))
    images = message.get("images")
    found += [Block(role, "image", data=image) for image in (images if isinstance(images, list) else [])]
    calls = message.get("tool_calls")
    found += [call_block(role, call) for call in (calls if isinstance(calls, list) else [])]
    return tuple(found)


def call_block(role: str, call: Any, start: int = -1, end: int = -1) -> Block:
    """A tool call; one of unknown shape becomes ``other`` and keeps its data."""
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return Block(role, "other", data=call, start=start, end=end)
    call_id = string(call, "id") or string(function, "id")
    name, data = string(function, "name"), function.get("arguments")
    return Block(role, "tool-call", name=name, call_id=call_id, data=data, start=start, end=end)


def string(holder: Any, name: str) -> str:
    """A member that is a text, else ``""``."""
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""

"""Items of the Responses API as `store.reading.Block`, the same for requests and answers."""

from collections.abc import Iterator
from typing import Any, Final

from store.reading import Block
from store.summary import first_line
from store.wire.openai_parts import arguments, content_blocks, members_of, part_block, result_block, string, text_of

_ROLES: Final = {"developer": "system", "system": "system", "user": "user", "assistant": "assistant"}
_RESULT: Final = "_output"
_LOCAL: Final = frozenset({"local_shell_call", "shell_call", "apply_patch_call", "computer_call"})
"""Calls that the client carries out, besides those of functions and custom tools."""
_HOSTED: Final = frozenset(
    {
        *("web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call", "mcp_call"),
        *("tool_search_call", "mcp_list_tools"),
    }
)
"""What the provider itself did: calls with their outcome in one item."""
_ENVELOPE: Final = frozenset({"type", "id", "status", "call_id"})


def item_blocks(item: Any) -> tuple[Block, ...]:
    """The blocks of one item, of a plain text prompt, or of a whole output; unknown items keep their data."""
    if isinstance(item, str):
        return (Block("user", "text", text=item),)
    if not isinstance(item, dict):
        return (Block("user", "other", data=item),)
    kind = item.get("type")
    if kind is None and isinstance(item.get("output"), list):
        return tuple(block for each in item["output"] for block in item_blocks(each))
    if kind in (None, "message") and "role" in item:
        role = item["role"]
        return tuple(content_blocks(_ROLES.get(role, "user") if isinstance(role, str) else "user", item.get("content")))
    return _typed(item, kind) if isinstance(kind, str) else (Block("user", "other", data=item),)


def _typed(item: dict[str, Any], kind: str) -> tuple[Block, ...]:
    call_id = string(item, "call_id") or string(item, "id")
    if kind == "function_call":
        name, data = _full_name(item), arguments(item.get("arguments"))
        return (Block("assistant", "tool-call", name=name, call_id=call_id, data=data),)
    if kind == "custom_tool_call":
        return (Block("assistant", "tool-call", name=_full_name(item), call_id=call_id, data=item.get("input")),)
    if kind in _LOCAL:
        data = item.get("action", item.get("operation", item.get("actions")))
        return (Block("assistant", "tool-call", name=kind.removesuffix("_call"), call_id=call_id, data=data),)
    if kind.endswith(_RESULT) and "output" in item:
        return (result_block(item["output"], call_id),)
    if kind == "reasoning":
        return _thoughts(item)
    if kind in _HOSTED:
        return _hosted(item, kind, call_id)
    if kind == "agent_message":
        return (_agent_message(item),)
    if kind == "additional_tools":
        return (Block("system", "other", name=kind, text="\n".join(_tool_lines("", item))),)
    role = "assistant" if kind in ("compaction", "compaction_summary", "mcp_approval_request") else "user"
    if any(kind == part for part in ("input_text", "output_text", "text", "input_image", "input_file", "refusal")):
        return (part_block(role, item),)  # a part where a message belongs
    return (Block(role, "other", name=kind, text=string(item, "text"), data=item),)


def _full_name(item: dict[str, Any]) -> str:
    """Tools of MCP servers have their name within a namespace."""
    space, name = string(item, "namespace"), string(item, "name")
    return f"{space}.{name}" if space else name


def _agent_message(item: dict[str, Any]) -> Block:
    """What agents of a team tell each other. A task is sealed, and that is what tells it from others."""
    content = item.get("content")
    sealed = next((part for part in members_of(item, "content") if string(part, "encrypted_content")), None)
    return Block("user", "other", name="agent_message", text=text_of(content), data=sealed)


def _tool_lines(space: str, holder: dict[str, Any]) -> Iterator[str]:
    """A line for each tool in a list, of a namespace or of none: its name and how its description begins."""
    for tool in members_of(holder, "tools"):
        name = f"{space}.{string(tool, 'name') or string(tool, 'type')}".lstrip(".")
        if string(tool, "type") == "namespace":
            yield from _tool_lines(name, tool)
        else:
            yield f"{name}: {first_line(string(tool, 'description'))}"


def _thoughts(item: dict[str, Any]) -> tuple[Block, ...]:
    parts = [*members_of(item, "summary"), *members_of(item, "content")]
    text = "\n\n".join(said for part in parts if (said := string(part, "text")))
    return (Block("assistant", "thinking", text=text, data=None if text else item.get("encrypted_content")),)


def _hosted(item: dict[str, Any], kind: str, call_id: str) -> tuple[Block, ...]:
    """What was asked, and what came of it where the item says so."""
    name = string(item, "name") or kind.removesuffix("_call")
    asked = next((item[member] for member in ("action", "arguments", "queries", "code") if item.get(member)), None)
    data = arguments(asked) if asked is not None else None
    call = Block("assistant", "server-tool-call", name=name, call_id=call_id, data=data)
    found = {member: value for member, value in item.items() if member not in _ENVELOPE and value not in (asked, None)}
    found.pop("name", None)
    if not found:
        return (call,)
    error = item.get("error")
    text = string(item, "output") or (error if isinstance(error, str) else string(error, "message"))
    result = Block("assistant", "server-tool-result", text=text, name=name, call_id=call_id, data=found)
    return call, result._replace(is_error=bool(error))

"""Content blocks of the Messages API as `store.reading.Block`, the same for requests and answers."""

from typing import Any, Final

from store.reading import Block

UNPARSED: Final = "__unparsedToolInput"
"""Where Claude Code puts tool input that is no JSON: ``{"__unparsedToolInput": {"raw": "…"}}``. An answer rebuilt from
its stream does the same, so that the rebuilt message is valid and has the form in which it may be echoed."""


def content_blocks(role: str, content: Any) -> tuple[Block, ...]:
    """Blocks of a message's ``content``: a string or a list. Anything else is one ``other`` block."""
    if isinstance(content, list):
        return tuple(block_of(role, part) for part in content)
    return (block_of(role, content),)


def block_of(role: str, part: Any, start: int = -1, end: int = -1) -> Block:
    """The block of one content part; a part of unknown type or shape becomes ``other`` and keeps its data."""
    if isinstance(part, str):
        return Block(role, "text", text=part, start=start, end=end)
    if not isinstance(part, dict):
        return Block(role, "other", data=part, start=start, end=end)
    kind = part.get("type")
    if not isinstance(kind, str):
        return Block(role, "other", data=part, start=start, end=end)
    fields: dict[str, Any]
    match kind:
        case "text":
            fields = {"kind": "text", "text": _string(part, "text"), "data": part.get("citations") or None}
        case "thinking":
            fields = {"kind": "thinking", "text": _string(part, "thinking")}
        case "redacted_thinking":
            fields = {"kind": "thinking", "data": part.get("data")}
        case "tool_use" | "server_tool_use":
            fields = {
                "kind": "tool-call" if kind == "tool_use" else "server-tool-call",
                "name": _string(part, "name"),
                "call_id": _string(part, "id"),
                "data": tool_input(part.get("input")),
            }
        case "tool_result":
            role = "tool"
            fields = _tool_result(part)
        case "image":
            fields = {"kind": "image", "data": part.get("source")}
        case "document":
            fields = {"kind": "document", "text": _string(part, "title"), "data": part.get("source")}
        case _ if kind.endswith("_tool_result") and kind != "mcp_tool_result":
            fields = _server_result(kind, part)
        case _:
            text = _string(part, "text") or _string(part, "content")
            fields = {"kind": "other", "name": kind, "text": text, "data": part}
    return Block(role, start=start, end=end, **fields)


def tool_input(value: Any) -> Any:
    """A tool's input, or the raw text of one that could not be parsed."""
    if isinstance(value, dict) and value.keys() == {UNPARSED}:
        wrapped = value[UNPARSED]
        if isinstance(wrapped, dict) and isinstance(wrapped.get("raw"), str):
            return wrapped["raw"]
    return value


def _tool_result(part: dict[str, Any]) -> dict[str, Any]:
    """Text parts are joined; parts of other types (images, documents, references) are kept as a list in data."""
    content = part.get("content")
    text, data = "", None
    if isinstance(content, str):
        text = content
    elif isinstance(content, list):
        text = "\n".join(_string(item, "text") for item in content if _is_text(item))
        data = [item for item in content if not _is_text(item)] or None
    else:
        data = content
    return {
        "kind": "tool-result",
        "text": text,
        "call_id": _string(part, "tool_use_id"),
        "data": data,
        "is_error": part.get("is_error") is True,
    }


def _server_result(kind: str, part: dict[str, Any]) -> dict[str, Any]:
    """Results of tools that the provider ran: search hits, fetched pages, output of code, or an error code."""
    content = part.get("content")
    failed = isinstance(content, dict) and _string(content, "type").endswith("_error")
    if isinstance(content, list):
        lines = [f"{_string(hit, 'title')} {_string(hit, 'url')}".strip() for hit in content if isinstance(hit, dict)]
    elif isinstance(content, dict):
        lines = [_string(content, member) for member in ("error_code", "url", "stdout", "stderr")]
    else:
        lines = [content] if isinstance(content, str) else []
    return {
        "kind": "server-tool-result",
        "text": "\n".join(line for line in lines if line),
        "name": kind.removesuffix("_tool_result"),
        "call_id": _string(part, "tool_use_id"),
        "data": content,
        "is_error": failed,
    }


def _is_text(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") == "text" and isinstance(item.get("text"), str)


def _string(part: Any, member: str) -> str:
    value = part.get(member) if isinstance(part, dict) else None
    return value if isinstance(value, str) else ""

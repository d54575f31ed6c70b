"""Parts of a Gemini content as `store.reading.Block`, the same for requests and answers."""

import json
import re
from typing import Any, Final

from store.reading import Block

_ROLES: Final = {"model": "assistant", "user": "user", "function": "tool", "tool": "tool", "system": "system"}
_UPPER: Final = re.compile(r"([A-Z])")
_PLAIN: Final = frozenset({"text", "thought", "thoughtSignature", "thought_signature"})


def member(holder: Any, name: str) -> Any:
    """``holder[name]``, or the same in snake case; None where there is neither."""
    if not isinstance(holder, dict):
        return None
    if name in holder:
        return holder[name]
    return holder.get(_UPPER.sub(lambda found: f"_{found[1].lower()}", name))


def parts_of(content: Any) -> list[Any]:
    """The parts of a content; one that stands alone counts as a list of it."""
    parts = member(content, "parts")
    if parts is None:
        return []
    return parts if isinstance(parts, list) else [parts]


def is_plain(part: Any) -> bool:
    """Whether a part holds nothing but text or thought, so that it may be joined with its neighbour."""
    return isinstance(part, dict) and isinstance(part.get("text"), str) and not part.keys() - _PLAIN


def content_blocks(content: Any, otherwise: str) -> tuple[Block, ...]:
    """Blocks of a content; ``otherwise`` is the role where it names none."""
    if isinstance(content, str):
        return (Block(otherwise, "text", text=content),)
    if not isinstance(content, dict) or "parts" not in content:
        return (Block(otherwise, "other", data=content),)
    named = content.get("role")
    role = _ROLES.get(named, otherwise) if isinstance(named, str) else otherwise
    return tuple(block_of(role, part) for part in parts_of(content))


def block_of(role: str, part: Any, start: int = -1, end: int = -1) -> Block:
    """The block of one part; a part of unknown kind becomes ``other`` and keeps its data."""
    if isinstance(part, str):
        return Block(role, "text", text=part, start=start, end=end)
    for name, read in _READERS.items():
        value = member(part, name)
        if value is not None:
            return Block(start=start, end=end, **({"role": role} | read(part, value)))
    return Block(role, "other", data=part, start=start, end=end)


def _text(part: dict[str, Any], value: Any) -> dict[str, Any]:
    if not isinstance(value, str):
        return {"kind": "other", "data": part}
    return {"kind": "thinking" if part.get("thought") is True else "text", "text": value}


def _call(part: dict[str, Any], call: Any) -> dict[str, Any]:
    arguments = member(call, "args")
    if arguments is None and isinstance(call, dict):  # arguments that are streamed come in pieces of their own
        rest = {name: value for name, value in call.items() if name not in ("id", "name")}
        arguments = rest or {}
    return {"kind": "tool-call", "name": string(call, "name"), "call_id": string(call, "id"), "data": arguments}


def _result(part: dict[str, Any], result: Any) -> dict[str, Any]:
    """Clients put a text under ``output``, ``result`` or ``error``; anything else is shown as JSON."""
    response = member(result, "response")
    failed = string(response, "error")
    text = string(response, "output") or string(response, "result") or failed or string(response, "content")
    parts = parts_of(result)
    if not text and response is not None:
        text = response if isinstance(response, str) else as_json(response)
    return {
        "role": "tool",
        "kind": "tool-result",
        "text": text,
        "name": string(result, "name"),
        "call_id": string(result, "id"),
        "data": parts or None,
        "is_error": bool(failed) and not string(response, "output"),
    }


def _file(part: dict[str, Any], value: Any) -> dict[str, Any]:
    mime = string(value, "mimeType")
    kind = "image" if mime.startswith("image/") else "document"
    return {"kind": kind, "text": string(value, "fileUri") or string(value, "displayName") or mime, "data": value}


def _code(part: dict[str, Any], value: Any) -> dict[str, Any]:
    return {"kind": "server-tool-call", "name": "code_execution", "call_id": string(value, "id"), "data": value}


def _outcome(part: dict[str, Any], value: Any) -> dict[str, Any]:
    failed = string(value, "outcome") not in ("", "OUTCOME_OK")
    return {
        "kind": "server-tool-result",
        "name": "code_execution",
        "text": string(value, "output"),
        "call_id": string(value, "id"),
        "data": value,
        "is_error": failed,
    }


_READERS: Final = {
    "functionCall": _call,
    "functionResponse": _result,
    "inlineData": _file,
    "fileData": _file,
    "executableCode": _code,
    "codeExecutionResult": _outcome,
    "text": _text,
}


def as_json(value: Any) -> str:
    """``value`` as JSON text, or nothing where it is nested too deep."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""


def string(holder: Any, name: str) -> str:
    """A member that is a text, else ``""``."""
    value = member(holder, name)
    return value if isinstance(value, str) else ""

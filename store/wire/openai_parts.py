"""What OpenAI's two formats, Chat Completions and Responses, share: content parts, tool arguments, errors."""

from typing import Any, Final

from store.canonical import UNPARSABLE, loads
from store.reading import Answer, Block
from store.wire.bodies import error_words, status_words
from store.wire.javascript import rewritten

_TEXTS: Final = frozenset({"text", "input_text", "output_text"})
_UNSTEADY: Final = frozenset({"cache_control", "id", "annotations", "logprobs"})  # parts of content may lack them


def string(holder: Any, member: str) -> str:
    """A member that is text, else ``""``."""
    value = holder.get(member) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""


def count(holder: Any, member: str) -> int | None:
    """A member that is a number of tokens, else None."""
    value = holder.get(member) if isinstance(holder, dict) else None
    return value if type(value) is int and 0 <= value < 2**53 else None


def members_of(value: Any, member: str) -> list[Any]:
    """A member that is a list, else an empty one."""
    found = value.get(member) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def is_text(part: Any) -> bool:
    """Whether a content part is text, under any of the names it has."""
    return isinstance(part, dict) and part.get("type") in _TEXTS and isinstance(part.get("text"), str)


def part_block(role: str, part: Any) -> Block:
    """The block of one content part; a part of unknown type or shape becomes ``other`` and keeps its data."""
    if isinstance(part, str):
        return Block(role, "text", text=part)
    kind = string(part, "type")
    match kind:
        case "text" | "input_text" | "output_text":
            return Block(role, "text", text=string(part, "text"), data=part.get("annotations") or None)
        case "refusal":
            return Block(role, "refusal", text=string(part, "refusal"))
        case "thinking":  # Mistral; its thinking is a list of text parts
            return Block(role, "thinking", text=text_of(part.get("thinking")))
        case "summary_text" | "reasoning_text":
            return Block(role, "thinking", text=string(part, "text"))
        case "image_url" | "input_image":
            return Block(role, "image", data={name: value for name, value in part.items() if name != "type"})
        case "file" | "input_file" | "document_url":
            holder = part["file"] if isinstance(part.get("file"), dict) else part
            return Block(role, "document", text=string(holder, "filename"), data=holder)
    return Block(role, "other", name=kind, text=string(part, "text"), data=part)


def content_blocks(role: str, content: Any) -> list[Block]:
    """The blocks of a message's content: text, a list of parts, or nothing."""
    if content is None or content == "":
        return []
    return [part_block(role, part) for part in content] if isinstance(content, list) else [part_block(role, content)]


def text_of(content: Any) -> str:
    """The text in a content that is a string or a list of parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(part["text"] for part in parts if is_text(part))


def result_block(output: Any, call_id: str, name: str = "") -> Block:
    """What a tool gave back: text parts are joined, parts of other types are kept in data."""
    data = output
    if isinstance(output, str):
        data = None
    elif isinstance(output, list):
        data = [part for part in output if not is_text(part)] or None
    return Block("tool", "tool-result", text=text_of(output), name=name, call_id=call_id, data=data)


def arguments(raw: Any) -> Any:
    """The arguments of a call, parsed; the text itself where it is no JSON."""
    if not isinstance(raw, str):
        return raw
    if not raw.strip():
        return {}
    value = loads(raw)
    return raw if value is UNPARSABLE else value


def linked_arguments(raw: Any) -> Any:
    """The link form of arguments: parsed and with sorted keys where they are an object or a list, else as they are."""
    value = arguments(raw)
    return rewritten(value) if isinstance(value, dict | list) or not isinstance(raw, str) else raw


def linked_content(content: Any) -> Any:
    """The link form of content: None where there is none, text for one text part, else parts without cache marks."""
    if content is None or content in ("", []):
        return None
    if not isinstance(content, list):
        return rewritten(content)
    if len(content) == 1 and is_text(content[0]):
        return content[0]["text"] or None
    return [_linked_part(part) for part in content]


def _linked_part(part: Any) -> Any:
    if is_text(part):
        return {"text": part["text"], "type": "text"}
    if not isinstance(part, dict):
        return rewritten(part)
    kept = ((name, rewritten(value)) for name, value in part.items() if name not in _UNSTEADY)
    return {name: value for name, value in kept if value is not None}


def error_block(value: Any, start: int = -1, end: int = -1) -> Block:
    """An error body or event: ``{"error": {message, type, code}}``; gateways have ``{"error": "text"}``, ``{"message":
    …}`` or ``{"detail": …}`` for it."""
    error = value.get("error") or value if isinstance(value, dict) else value
    if not isinstance(error, dict):
        return Block("assistant", "error", text=str(error), data=value, is_error=True, start=start, end=end)
    code = error.get("code")
    kind = string(error, "type")
    name = str(code) if isinstance(code, str | int) and code else "" if kind == "error" else kind
    text = string(error, "message") or string(error, "detail")
    return Block("assistant", "error", text=text, name=name, data=value, is_error=True, start=start, end=end)


def failure(value: Any, status: int) -> Answer:
    """The answer in a JSON body that is an error."""
    error = error_block(value)
    return Answer(blocks=(error,), error=error_words(error, status_words(status) or "error"), terminal=True)

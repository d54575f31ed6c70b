"""The link form: equal for every form in which a client echoes the same message.

What Claude Code changes between an answer and its echo was measured: cache marks move, a string and a
list of one text block are the same, ``caller`` and empty citations go, ``is_error: false`` and ``replace_all: false``
come and go, and tool input is parsed and written again by JavaScript. Nothing of this touches stored bytes.
"""

from typing import Any, Final

from store.wire.anthropic.blocks import UNPARSED
from store.wire.javascript import rewritten

_DROPPED: Final = frozenset({"cache_control", "caller"})


def link_form(element: Any) -> Any:
    """The link form of one element of ``messages``; keys are sorted. Never raises."""
    if not isinstance(element, dict) or "content" not in element:
        return rewritten(element)
    return {"content": _content(element["content"]), "role": element.get("role")}


def _content(content: Any) -> Any:
    if isinstance(content, str):
        return [{"text": content, "type": "text"}]
    if not isinstance(content, list):
        return rewritten(content)
    return [_part(part) for part in content]


def _part(part: Any) -> Any:
    if not isinstance(part, dict):
        return rewritten(part)
    form: dict[str, Any] = {}
    for name in sorted(part):
        value = part[name]
        if name in _DROPPED or value is None or (name == "citations" and value == []):
            continue
        if name == "is_error" and value is False:
            continue
        if name == "input":
            form[name] = _input(value)
        elif name == "content" and part.get("type") == "tool_result":
            # a tool result's parts are plain blocks, which carry cache marks as well
            form[name] = [_flat(item) for item in value] if isinstance(value, list) else _content(value)
        elif (plain := rewritten(value)) is not None:  # infinity is null to JavaScript
            form[name] = plain
    return form


def _flat(item: Any) -> Any:
    if not isinstance(item, dict):
        return rewritten(item)
    return rewritten({name: value for name, value in item.items() if name not in _DROPPED})


def _input(value: Any) -> Any:
    if not isinstance(value, dict):
        return rewritten(value)
    if UNPARSED in value:
        # the client cuts a long raw text and adds its length; the call's id tells two of them apart
        return {UNPARSED: True}
    kept = {name: item for name, item in value.items() if not (name == "replace_all" and item is False)}
    return rewritten(kept)

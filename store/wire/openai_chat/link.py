"""The link form: equal for every form in which a client echoes the same message.

Measured on aider, llm, mini-swe-agent, opencode and pi: empty, null and absent content are one; arguments are parsed
and written again; thoughts, ``refusal``, ``annotations`` and ``provider_specific_fields`` come and go; aider strips
trailing white space of answers; ``developer`` is the newer name of ``system``. Nothing of this touches stored bytes.
"""

from typing import Any

from store.wire.javascript import rewritten
from store.wire.openai_parts import linked_arguments, linked_content, members_of, string

_CALLED = {"function": "arguments", "custom": "input"}


def link_form(element: Any) -> Any:
    """The link form of one element of ``messages``. Never raises."""
    if not isinstance(element, dict) or not isinstance(element.get("role"), str):
        return rewritten(element)
    role = "system" if element["role"] == "developer" else element["role"]
    content = linked_content(element.get("content"))
    if role == "assistant" and isinstance(content, str):
        content = content.rstrip() or None
    form: dict[str, Any] = {"content": content, "role": role}
    for member in ("name", "tool_call_id"):
        if isinstance(element.get(member), str):
            form[member] = element[member]
    if calls := members_of(element, "tool_calls"):
        form["tool_calls"] = [_call(call) for call in calls]
    if isinstance(element.get("function_call"), dict):
        form["function_call"] = _named(element["function_call"], "arguments")
    if audio := string(element.get("audio"), "id"):
        form["audio"] = {"id": audio}
    return form


def _call(call: Any) -> Any:
    if not isinstance(call, dict):
        return rewritten(call)
    form: dict[str, Any] = {"id": rewritten(call.get("id"))}
    for kind, given in _CALLED.items():
        if kind in call:
            form[kind] = _named(call[kind], given)
    return form


def _named(called: Any, given: str) -> Any:
    if not isinstance(called, dict):
        return rewritten(called)
    raw = called.get(given)
    return {
        given: linked_arguments(raw) if given == "arguments" else rewritten(raw),
        "name": rewritten(called.get("name")),
    }

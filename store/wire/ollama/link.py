"""The link form: equal for every form in which a client echoes the same message.

Thinking, which some clients send back and others do not, goes, and so do ids of calls and members that say nothing.
"""

from typing import Any, Final

from store.wire.javascript import rewritten

_EMPTY: Final[tuple[Any, ...]] = (None, "", [])
_DROPPED: Final = ("thinking", "tool_calls")


def link_form(element: Any) -> Any:
    """The link form of one element of ``messages``, or of a prompt; keys are sorted. Never raises."""
    if isinstance(element, str):
        element = {"content": element, "role": "user"}
    if not isinstance(element, dict):
        return rewritten(element)
    form = {name: rewritten(value) for name, value in element.items() if name not in _DROPPED}
    calls = element.get("tool_calls")
    form["tool_calls"] = rewritten([_call(call) for call in calls] if isinstance(calls, list) else calls)
    return {name: form[name] for name in sorted(form) if form[name] not in _EMPTY}


def _call(call: Any) -> Any:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return call
    return {"function": {name: function.get(name) for name in ("arguments", "name")}}

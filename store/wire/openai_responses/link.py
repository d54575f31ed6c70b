"""The link form: equal for every form in which a client echoes the same item.

Measured on Codex, opencode, pi and llm: nulls, ``id``, ``status``, ``phase``, annotations, logprobs and what is
``internal_…`` come and go; the type of a message may be missing; input, output and plain text are one, as are a text
and a list of one; arguments are written again; thoughts are known by what is encrypted and summed up. Nothing of this
touches stored bytes.
"""

from typing import Any, Final

from store.wire.javascript import rewritten
from store.wire.openai_parts import is_text, linked_arguments, linked_content, members_of, string

_DROPPED: Final = frozenset({"id", "status", "phase", "annotations", "logprobs"})


def link_form(element: Any) -> Any:
    """The link form of one item. Never raises."""
    if isinstance(element, str):
        return {"content": element or None, "role": "user", "type": "message"}
    if not isinstance(element, dict):
        return rewritten(element)
    kind = element.get("type")
    if not isinstance(kind, str):
        kind = "message" if isinstance(element.get("role"), str) else None
    if kind == "message":
        role = element.get("role")
        return {
            "content": linked_content(element.get("content")),
            "role": "system" if role == "developer" else rewritten(role),
            "type": kind,
        }
    if kind == "reasoning":
        return {
            "encrypted_content": string(element, "encrypted_content"),
            "summary": [{"text": string(part, "text")} for part in members_of(element, "summary")],
            "type": kind,
        }
    form = {name: _value(name, value) for name, value in element.items() if not _comes_and_goes(name)}
    return {name: value for name, value in form.items() if value is not None}


def _comes_and_goes(name: str) -> bool:
    return name in _DROPPED or name.startswith("internal_")


def _value(name: str, value: Any) -> Any:
    if name == "arguments":
        return linked_arguments(value)
    if name == "output" and isinstance(value, list):
        return value[0]["text"] if len(value) == 1 and is_text(value[0]) else linked_content(value)
    return rewritten(value)

"""The link form: equal for every form in which a client echoes the same content.

Gemini CLI and the official SDKs drop thoughts and their signatures, give calls ids of their own, join neighbouring
texts (an answer comes in many) and leave empty ones out; arguments are parsed and written again. Nothing of this
touches stored bytes.
"""

from typing import Any, Final

from store.wire.gemini.blocks import member, parts_of
from store.wire.javascript import rewritten

_SIGNATURES: Final = frozenset({"thoughtSignature", "thought_signature", "thought"})
_NAMED: Final = ("functionCall", "functionResponse")


def link_form(element: Any) -> Any:
    """The link form of one element of ``contents``; keys are sorted. Never raises."""
    if not isinstance(element, dict) or "parts" not in element:
        return rewritten(element)
    role = element.get("role")
    return {"parts": _parts(element), "role": "model" if role == "model" else "user"}


def _parts(element: dict[str, Any]) -> list[Any]:
    forms: list[Any] = []
    for part in parts_of(element):
        if isinstance(part, str):
            part = {"text": part}
        if not isinstance(part, dict):
            forms.append(rewritten(part))
            continue
        if part.get("thought") is True:
            continue
        form = _part(part)
        text = form.get("text")
        if form.keys() == {"text"} and isinstance(text, str):
            if forms and isinstance(forms[-1], dict) and forms[-1].keys() == {"text"}:
                forms[-1] = {"text": forms[-1]["text"] + text}
            elif text:
                forms.append(form)
        elif form:
            forms.append(form)
    return forms


def _part(part: dict[str, Any]) -> dict[str, Any]:
    for name in _NAMED:
        value = member(part, name)
        if isinstance(value, dict):
            kept = {key: inner for key, inner in value.items() if key != "id"}
            if name == "functionCall":
                kept.setdefault("args", {})
            return {name: rewritten(kept)}
    form: dict[str, Any] = rewritten(part)
    return {name: value for name, value in form.items() if name not in _SIGNATURES and value is not None}

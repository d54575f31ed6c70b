"""What turns are made of as plain text, to be compared and shown."""

import json
from typing import Any

from store.reading import Block


def block_text(block: Block) -> str:
    """What a block holds: its text, a call's arguments one a line, other data as JSON."""
    if block.kind.endswith("tool-call") and isinstance(block.data, dict):
        return "\n".join(
            f"{name}: {value if isinstance(value, str) else as_json(value)}" for name, value in block.data.items()
        )
    parts = [block.text] if block.text or block.data is None else []
    if block.data is not None and not (block.kind == "server-tool-result" and block.text):
        parts.append(block.data if isinstance(block.data, str) else as_json(block.data))
    return "\n".join(parts)


def value_text(value: Any) -> str:
    """A setting as text: what is written for people in it first (a text, a description), then the rest as JSON."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return as_json(value)
    told = next((name for name in ("text", "description") if isinstance(value.get(name), str)), "")
    rest = {name: item for name, item in value.items() if name != told and (name, item) != ("type", "text")}
    return "\n".join(part for part in (value.get(told, ""), as_json(rest) if rest else "") if part)


def as_json(value: Any) -> str:
    """A JSON value with indents, unless it is nested very deeply."""
    for indented in (2, None):
        try:
            return json.dumps(value, indent=indented, ensure_ascii=False)
        except RecursionError:
            continue
    return "(nested too deeply to show)"

"""Noise: what moves from request to request and says nothing about it. Commands fold it unless asked.

Clients move cache markers with every turn, count their own version in a line of the system prompt, and name the
session and the user in members that no model sees. Calls are numbered anew in every run.
"""

import json
import re
from typing import Any

_VOLATILE = "cache_control"
_BILLING = re.compile(r"^x-anthropic-billing-header:.*", re.MULTILINE)  # Claude Code's, first in its system prompt
NAMES_OF_WHO = frozenset(("metadata", "prompt_cache_key", "safety_identifier", "user"))
"""Members that say who asks, not what is asked."""


def quiet(value: Any) -> Any:
    """A JSON value without its noise. Raises `RecursionError` where it is nested too deeply."""
    if isinstance(value, str):
        return _BILLING.sub("x-anthropic-billing-header", value) if "x-anthropic-billing" in value else value
    if isinstance(value, list):
        return [quiet(item) for item in value]
    if isinstance(value, dict):
        return {name: quiet(item) for name, item in value.items() if name != _VOLATILE}
    return value


def quiet_text(value: Any) -> str:
    """A JSON value without its noise, to compare by."""
    try:
        return exact_text(quiet(value))
    except RecursionError:
        return exact_text(value)


def exact_text(value: Any) -> str:
    """A JSON value to compare by: the order of an object's members does not count.

    One that is nested too deeply equals nothing but itself.
    """
    try:
        return json.dumps(value, sort_keys=True)
    except RecursionError:
        return f"nested too deeply: {id(value)}"

"""A JSON value as a client written in JavaScript parses and writes it again; for link forms only."""

import math
from typing import Any, Final

_MAX_DEPTH: Final = 100  # what lies deeper stays as it is; deep enough for every real tool input


def rewritten(value: Any, depth: int = 0) -> Any:
    """``value`` with sorted keys and every number a double; what is no number there becomes null. Never raises."""
    if depth > _MAX_DEPTH:
        return value
    if isinstance(value, dict):
        return {name: rewritten(value[name], depth + 1) for name in sorted(value)}
    if isinstance(value, list):
        return [rewritten(item, depth + 1) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    try:
        number = float(value)
    except OverflowError:
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number

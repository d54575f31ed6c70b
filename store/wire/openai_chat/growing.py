"""Members of a streamed message that nobody has a rule for, grown delta by delta.

Texts under a few names grow, everything else is replaced; lists grow by the index of their elements. Work is linear in
what comes in: a growing text is a list of pieces until `settled`.
"""

from typing import Any, Final

from store.wire.openai_parts import is_text

_GROWING: Final = frozenset({"text", "summary", "thinking", "data", "transcript", "signature"})
_MAX_DEPTH: Final = 20  # what lies deeper is replaced as a whole; real deltas have three levels


class _Pieces(list[str]):
    """A text that may still grow."""


def grow(name: str, before: Any, after: Any, depth: int = 0) -> Any:
    """What a member ``name`` is after the next delta. Both values are used up."""
    if after is None:
        return before
    if isinstance(after, str) and name in _GROWING and isinstance(before, str | _Pieces):
        pieces = before if isinstance(before, _Pieces) else _Pieces([before])
        pieces.append(after)
        return pieces
    if depth < _MAX_DEPTH:
        if isinstance(before, dict) and isinstance(after, dict):
            for key, value in after.items():
                before[key] = grow(key, before.get(key), value, depth + 1)
            return before
        if isinstance(before, list) and isinstance(after, list):
            extend(before, after, depth + 1)
            return before
    return after


def extend(found: list[Any], more: list[Any], depth: int = 0) -> None:
    """Put ``more`` elements behind those found; one of the same index or kind goes on with the one that is there."""
    for item in more:
        last = found[-1] if found else None
        index = item.get("index") if isinstance(item, dict) else None
        if type(index) is int and 0 <= index < len(found) and _index(found[index]) == index:
            found[index] = grow("", found[index], item, depth)
        elif _goes_on(last, item):
            found[-1] = grow("", last, item, depth)
        else:
            found.append(item)


def settled(value: Any, depth: int = 0) -> Any:
    """A value that `grow` made, as JSON."""
    if isinstance(value, _Pieces):
        return "".join(value)
    if depth > _MAX_DEPTH:
        return value
    if isinstance(value, dict):
        return {name: settled(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [settled(item, depth + 1) for item in value]
    return value


def _index(element: Any) -> Any:
    return element.get("index") if isinstance(element, dict) else None


def _goes_on(last: Any, item: Any) -> bool:
    """Whether a part is the next piece of the part before it: text or thinking, neither with an index."""
    if not (isinstance(last, dict) and isinstance(item, dict)) or "index" in last or "index" in item:
        return False
    is_thinking = item.get("type") == "thinking" and "signature" not in last
    return last.get("type") == item.get("type") and (is_thinking or (is_text(item) and "annotations" not in last))

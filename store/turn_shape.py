"""What every turn has, so that its readers need not doubt each member: that an id fits says nothing of contents."""

from collections.abc import Callable
from typing import Any

from store.ids import is_prefix

_ID_DIGITS = 64
_LARGEST = 1 << 53  # of any number: what JSON readers agree on


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _name(value: Any) -> bool:
    """Text without lone surrogates, which JSON can hold and SQLite cannot look for."""
    return isinstance(value, str) and (value.isascii() or value.encode("utf-8", "replace").decode("utf-8") == value)


def _number(value: Any) -> bool:
    return type(value) is int and -_LARGEST < value < _LARGEST


def _count(value: Any) -> bool:
    return _number(value) and value >= 0


def _confidence(value: Any) -> bool:
    return isinstance(value, (int, float)) and 0 <= value <= 1


def _id(value: Any) -> bool:
    return isinstance(value, str) and len(value) == _ID_DIGITS and is_prefix(value)


def _id_or_none(value: Any) -> bool:
    return value == "" or _id(value)


def _number_or_null(value: Any) -> bool:
    return value is None or _number(value)


def _each(shape: Any) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(_fits(each, shape) for each in value)


def _counts(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_count, value.values()))


_SHAPE: dict[str, Any] = {
    "run": _id_or_none,
    "tags": _each(_text),
    "parents": _each({"turn": _id, "kind": _text, "confidence": _confidence}),
    **dict.fromkeys(("session", "thread"), _name),
    **dict.fromkeys(("role", "outcome", "error"), _text),
    "notes": _each(_text),
    "client": dict.fromkeys(("name", "version", "cwd"), _text),
    "times": {"start": _number} | dict.fromkeys(("request_end", "first_byte", "end"), _number_or_null),
    "http": dict.fromkeys(("method", "url", "version"), _text) | {"status": _number_or_null},
    "request": dict.fromkeys(("body", "headers"), _id)
    | {"tip": _id_or_none}
    | dict.fromkeys(("count", "known", "tools"), _count)
    | dict.fromkeys(("conversation", "coding"), _text),
    "response": dict.fromkeys(("body", "headers", "chunks", "answer"), _id_or_none)
    | dict.fromkeys(("type", "coding", "request_id"), _text),
    "reading": dict.fromkeys(("wire", "model", "served", "stop", "error", "id"), _text) | {"usage": _counts},
    "capture": {"mode": _text},
}


def is_turn(turn: Any) -> bool:
    """Whether parsed JSON has all that a turn has, each of its kind. Further members are no harm."""
    return _fits(turn, _SHAPE) and all(_text(parent.get("call", "")) for parent in turn["parents"])


def _fits(value: Any, shape: Any) -> bool:
    if type(shape) is not dict:
        return bool(shape(value))
    if type(value) is not dict:
        return False
    for name, inner in shape.items():  # noqa: SIM110  a generator costs twice as much, for every turn that is read
        if name not in value or not _fits(value[name], inner):
            return False
    return True

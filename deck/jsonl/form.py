"""What stands in a line, both ways: payloads that come back byte for byte, ids, and the parts of a body.

A payload is a ``value`` where it is JSON that comes back the same from any parser that keeps the order of members, else
a ``text``, else ``base64``. Lines are ASCII: no reader splits them elsewhere, and no byte drives a terminal.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from store.canonical import UNPARSABLE, loads
from store.errors import BadId, Damaged
from store.ids import MAX_OBJECT, from_hex
from store.records import RecipePart, Shared, Talk

MARK: Final = "deck_export"
VERSION: Final = 1
LONGEST: Final = MAX_OBJECT // 3 * 4 + (1 << 16)  # bytes of a line
_LONG: Final = 16 << 20  # bytes; what is longer is base64, so that escapes cannot make a line much longer than this
_SWOLLEN: Final = 3  # times as long by its escapes is no text
_DEPTH: Final = 64  # of a value: all JSON parsers take that

Line = Mapping[str, Any]


def encode(line: Line) -> bytes:
    """A line with its end."""
    return json.dumps(line, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"


def decode(data: bytes) -> dict[str, Any]:
    """The members of a line. Raises `Damaged` where it is no JSON object."""
    value = loads(data)
    if not isinstance(value, dict):
        raise Damaged("no JSON object")
    return value


def content(payload: bytes, *, readable: bool = False) -> dict[str, Any]:
    """A payload as a member of a line; ``readable`` as a value where that gives the same bytes again."""
    if len(payload) > _LONG:
        return _as_base64(payload)
    if readable and (value := _exact_value(payload)) is not UNPARSABLE:
        return {"value": value}
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError:
        return _as_base64(payload)
    if len(json.dumps(text)) > _SWOLLEN * len(payload) + 2:
        return _as_base64(payload)
    return {"text": text}


def _as_base64(payload: bytes) -> dict[str, Any]:
    return {"base64": base64.b64encode(payload).decode("ascii")}


def _exact_value(payload: bytes) -> Any:
    value = loads(payload)
    try:
        same = value is not UNPARSABLE and _is_shallow(value) and _written(value) == payload
    except ValueError:  # NaN, or a lone surrogate
        same = False
    return value if same else UNPARSABLE


def _is_shallow(value: Any) -> bool:
    level = [value]
    for _ in range(_DEPTH):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return True
    return False


def _written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def payload(line: Line) -> bytes:
    """The payload in a line. Raises `Damaged`."""
    try:
        if "value" in line:
            return _written(line["value"])
        if "text" in line:
            return text(line, "text").encode("utf-8")
        return base64.b64decode(text(line, "base64"), validate=True)
    except (ValueError, RecursionError, binascii.Error) as error:
        raise Damaged("a payload that cannot be read") from error


def parts(recipe: Sequence[RecipePart]) -> list[dict[str, Any]]:
    """The parts of a body as a member of a line."""
    return list(map(_part, recipe))


def _part(part: RecipePart) -> dict[str, Any]:
    match part:
        case bytes():
            return content(part)
        case Shared():
            return {"blob": part.id.hex()}
        case Talk():
            cuts = [
                {"message": -from_end, "at": at, **content(data)} for from_end, found in part.cuts for at, data in found
            ]
            return {
                "messages": part.length,
                "to": part.tip.hex(),
                "between": content(part.separator),
                **({"put_back": cuts} if cuts else {}),
            }


def recipe(line: Line) -> Iterator[RecipePart]:
    """The parts in a line. Raises `Damaged`."""
    for part in members(line, "parts"):
        if "blob" in part:
            yield Shared(id_of(part, "blob"))
        elif "messages" in part:
            yield _talk(part)
        else:
            yield payload(part)


def _talk(part: Line) -> Talk:
    cuts: dict[int, list[tuple[int, bytes]]] = {}
    for cut in members(part, "put_back") if "put_back" in part else ():
        cuts.setdefault(-number(cut, "message", signed=True), []).append((number(cut, "at"), payload(cut)))
    between = part.get("between")
    if not isinstance(between, dict):
        raise Damaged("messages without what stands between them")
    listed = tuple((from_end, tuple(found)) for from_end, found in cuts.items())
    return Talk(id_of(part, "to"), number(part, "messages"), payload(between), listed)


def id_of(line: Line, name: str) -> bytes:
    """An id. Raises `Damaged`."""
    try:
        return from_hex(text(line, name))
    except BadId as error:
        raise Damaged(f"{name} is no id") from error


def text(line: Line, name: str) -> str:
    """A text. Raises `Damaged`."""
    found = line.get(name)
    if not isinstance(found, str):
        raise Damaged(f"{name} is missing, or no text")
    return found


def number(line: Line, name: str, *, signed: bool = False) -> int:
    """A whole number. Raises `Damaged`."""
    found = line.get(name)
    if type(found) is not int or abs(found) > MAX_OBJECT or (found < 0 and not signed):
        raise Damaged(f"{name} is missing, or no number that can stand there")
    return found


def members(line: Line, name: str) -> list[dict[str, Any]]:
    """A list of objects. Raises `Damaged`."""
    found = line.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Damaged(f"{name} is missing, or no list of objects")
    return found

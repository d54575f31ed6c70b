"""JSON in and out with care.

Payloads that deck writes are orjson with sorted keys. What was captured is parsed with the standard library, which
keeps duplicate-key, NaN, lone-surrogate and big-integer habits of real clients; whatever it cannot take (depth,
integers of thousands of digits, bad UTF-8) is `None` here and an opaque body there, never an exception.
orjson costs start-up time, so it is imported where bytes are written.
"""

import json
from typing import Any


class Unparsable:
    """The result of parsing something that is no JSON this store can take. Falsy, and a singleton."""

    def __bool__(self) -> bool:
        return False


UNPARSABLE = Unparsable()


def loads(data: bytes | str) -> Any:
    """The JSON value in ``data``, or `UNPARSABLE`. Never raises."""
    try:
        return json.loads(data)
    except (
        ValueError,
        RecursionError,
    ):  # JSONDecodeError, UnicodeDecodeError and the digit limit are ValueErrors
        return UNPARSABLE


def dumps(value: Any) -> bytes:
    """Canonical bytes of a value that deck made: sorted keys, compact. Raises `ValueError` where it is too deep."""
    import orjson

    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # lone surrogates, integers over 64 bit, depth over 254: only in what derives from captured text
        try:
            return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")
        except RecursionError as error:
            raise ValueError("nested too deep to write as JSON") from error

"""HTTP headers as they passed: pairs of name and value, in order, as bytes; and as an archive keeps them.

The headers blob is a JSON list of [name, value]. Bytes over 127 are told as Latin-1 (RFC 9110, 5.5).
"""

from collections.abc import Iterable
from typing import Any

from store.canonical import dumps, loads
from store.errors import Damaged

Headers = tuple[tuple[bytes, bytes], ...]
TextHeaders = tuple[tuple[str, str], ...]


def header(headers: Headers, name: str) -> str:
    """The first value of a header as text, or ``""``; names compare without case."""
    wanted = name.lower().encode("ascii")
    for key, value in headers:
        if key.lower() == wanted:
            return value.decode("utf-8", "replace")
    return ""


def as_text(headers: Headers) -> TextHeaders:
    """The same as text; `as_bytes` leads back."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


def as_bytes(pairs: Iterable[Iterable[str]]) -> Headers:
    """Headers from text; a character that no recorder writes becomes ``?``."""
    return tuple((name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in pairs)


def blob(headers: Headers) -> bytes:
    """The headers blob."""
    return dumps(as_text(headers))


def read_blob(data: bytes, where: str) -> TextHeaders:
    """The headers in a blob of the id ``where``. Raises `Damaged` for what are none."""
    pairs: Any = loads(data)
    if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise Damaged("headers that are no list of pairs", where=where)
    return tuple((str(name), str(value)) for name, value in pairs)

"""What runs and notes name: the objects that have to be in an archive beside them."""

import re
from collections.abc import Iterator

from store import notes

_HEX = re.compile(rb'"([0-9a-f]{64})"')


def named_by(kind: str, payload: bytes) -> Iterator[tuple[str, bytes]]:
    """(what it is to the object, id) of all that a run or a note names; nothing for other kinds.

    Raises `Damaged` for a note that makes no sense.
    """
    if kind == "run":
        for match in _HEX.finditer(payload):
            yield "object", bytes.fromhex(match[1].decode())
    elif kind == "note":
        note = notes.parse(payload)
        for what, name in (("target", note.target), ("note that it replaces", note.replaces)):
            if name:
                yield what, bytes.fromhex(name)

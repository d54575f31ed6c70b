"""Object ids.

``id = BLAKE3-256("<kind> <size>\\0" + payload)`` over the logical payload (docs/format.md). Inside the store an
id is 32 raw bytes; in JSON payloads and at every border to people it is 64 lower-case hex digits.
"""

import re
from typing import Final

from blake3 import blake3

from store.errors import BadId

KINDS: Final = ("blob", "message", "turn", "run", "note")
ID_BYTES: Final = 32
MIN_PREFIX: Final = 4
MAX_OBJECT: Final = 1 << 28  # bytes; no payload is longer, and no stored form is unfolded any further
_PREFIX = re.compile(r"[0-9a-f]{4,64}\Z")


def object_id(kind: str, payload: bytes) -> bytes:
    """The id (32 bytes) of an object of ``kind`` with this logical payload."""
    hasher = blake3(b"%b %d\0" % (kind.encode("ascii"), len(payload)))
    hasher.update(payload)
    return hasher.digest()


def is_prefix(text: str) -> bool:
    """Whether ``text`` can be an id or a prefix of one: 4 to 64 lower-case hex digits."""
    return _PREFIX.match(text) is not None


def from_hex(text: str) -> bytes:
    """The raw id for 64 hex digits. Raises `BadId` for anything else, so no bad id ever becomes a path."""
    if len(text) != 2 * ID_BYTES or not is_prefix(text):
        raise BadId(f"not an object id: {text[:80]!r}")
    return bytes.fromhex(text)

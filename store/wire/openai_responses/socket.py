"""Which messages of a WebSocket begin and end a response: the one piece of the format that a recorder has to know.

Both are decided by the message's ``type``, which clients and provider write first; where it stands elsewhere, a message
that could be one is parsed.
"""

import re
from typing import Final

from store.canonical import loads
from store.wire.openai_parts import string

_FIRST: Final = re.compile(rb'\s*\{\s*"type"\s*:\s*"([^"\\]*)"')
_BEGINS: Final = b"response.create"
_ENDS: Final = frozenset(
    {b"response.completed", b"response.incomplete", b"response.failed", b"response.cancelled", b"error"}
)
_MAYBE_ENDS: Final = re.compile(rb'"(?:response\.(?:completed|incomplete|failed|cancelled)|error)"')


def begins(message: bytes) -> bool:
    """Whether a client's message asks for a response. Never raises."""
    first = _FIRST.match(message)
    if first is not None:
        return first[1] == _BEGINS
    return b'"response.create"' in message and string(loads(message), "type") == _BEGINS.decode()


def ends(message: bytes) -> bool:
    """Whether nothing of a response comes after this message of the provider. Never raises."""
    first = _FIRST.match(message)
    if first is not None:
        return first[1] in _ENDS
    return _MAYBE_ENDS.search(message) is not None and string(loads(message), "type").encode() in _ENDS

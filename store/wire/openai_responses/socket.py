"""Which messages of a WebSocket begin and end a response, and whose: the one piece of the format a recorder knows.

Beginning and end are decided by the message's ``type``, which clients and provider write first; where it stands
elsewhere, a message that could be one is parsed.
"""

import re
from typing import Final

from store.canonical import loads
from store.wire.openai_parts import count, string

_FIRST: Final = re.compile(rb'\s*\{\s*"type"\s*:\s*"([^"\\]*)"')
_BEGINS: Final = b"response.create"
_STARTS: Final = b"response.created"
_ENDS: Final = frozenset(
    {b"response.completed", b"response.incomplete", b"response.failed", b"response.cancelled", b"error"}
)
_MAYBE_ENDS: Final = re.compile(rb'"(?:response\.(?:completed|incomplete|failed|cancelled)|error)"')


def begins(message: bytes) -> bool:
    """Whether a client's message asks for a response. Never raises."""
    return _is(_BEGINS, message)


def starts(message: bytes) -> bool:
    """Whether the provider begins a response with this message. Never raises."""
    return _is(_STARTS, message)


def ends(message: bytes) -> bool:
    """Whether nothing of a response comes after this message of the provider. Never raises."""
    first = _FIRST.match(message)
    if first is not None:
        return first[1] in _ENDS
    return _MAYBE_ENDS.search(message) is not None and string(loads(message), "type").encode() in _ENDS


def refuses(message: bytes) -> bool:
    """Whether the provider's message is an error that is not numbered into a response. Never raises."""
    value = loads(message) if b'"error"' in message else None
    return string(value, "type") == "error" and not count(value, "sequence_number")


def response_id(message: bytes) -> str:
    """The id of the response that a message is about, empty where it names none. Never raises."""
    if b'"response' not in message:
        return ""
    value = loads(message)
    response = value.get("response") if isinstance(value, dict) else None
    return string(response, "id") or string(value, "response_id")


def _is(type_: bytes, message: bytes) -> bool:
    """Whether a message is of this type."""
    first = _FIRST.match(message)
    if first is not None:
        return first[1] == type_
    return b'"%b"' % type_ in message and string(loads(message), "type") == type_.decode()

"""Link keys: hashes of a conversation up to a message, equal for every form in which a client sends it.

Keys are chained and kept per message, so a turn costs what is new in it. They find parents and are never an identity:
equal keys in different sessions are common.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from blake3 import blake3

from store.canonical import UNPARSABLE, dumps
from store.reading import Wire

if TYPE_CHECKING:
    from store.index import Index

VERSION: Final = 3
"""Raised when keys of the same messages change. It is part of the index's version, so that a newer deck makes all keys
again; `deck relink` then finds the edges that the older ones missed."""
KEY_BYTES: Final = 16


def chain_key(wire: Wire, before: bytes, element: Any) -> bytes:
    """The key after one more message; ``before`` is the key so far, empty at the start."""
    hasher = blake3(before or f"{VERSION} {wire.name}".encode())
    try:
        hasher.update(dumps(wire.link_form(element)))
    except ValueError:  # too deep to normalise: such a message links to nothing but itself
        hasher.update(b"\0")
    return hasher.digest(length=KEY_BYTES)


class ChainKeys(NamedTuple):
    """The key after each message of one conversation, whose ids are ``ids``."""

    ids: Sequence[bytes]
    get: Callable[[bytes], bytes]  # by message id
    start: bytes = b""  # the key of what the provider puts before it

    def after(self, count: int) -> bytes:
        """The key after the first ``count`` messages."""
        return self.get(self.ids[count - 1]) if count else self.start


class Keys:
    """Link keys of messages, from the index or derived and then noted there."""

    def __init__(self, index: "Index") -> None:
        self._index = index
        self._cache: dict[bytes, bytes] = {}

    def along(
        self, wire: Wire, ids: Sequence[bytes], element: Callable[[int], Any], start: bytes = b"", seen: int = 0
    ) -> ChainKeys:
        """Keys along a conversation: message ``ids``, and each one parsed, on demand.

        ``start`` is the key of what the provider puts before it. A message's key then depends on more than the message,
        so it is not noted under its id. The first ``seen`` messages were asked for lately; nobody had the others then.
        """
        if start:
            found: dict[bytes, bytes] = {}
            key = start
            for position, message in enumerate(ids):
                key = found[message] = _next(wire, key, element(position))
            return ChainKeys(ids, found.__getitem__, start)
        known = seen
        key = self._cache.get(ids[seen - 1], b"") if seen else b""
        if not key:
            known = len(ids)
            while known and not (key := self.get(ids[known - 1])):
                known -= 1
        for position in range(known, len(ids)):
            key = _next(wire, key, element(position))
            self._put(ids[position], key)
        return ChainKeys(ids, self.get)

    def start(self, wire: Wire, base: str) -> bytes:
        """The key of what the provider puts before a conversation: the one after the response called ``base``.

        Empty where there is no base, or nothing was said yet. One that is not known gives a key of its own, to tell
        apart what follows it.
        """
        if not base:
            return b""
        known = self._index.answer_key_of(base)
        return chain_key(wire, b"", {"response": base}) if known is None else known

    def get(self, message: bytes) -> bytes:
        """The key after a message, or empty where none is known."""
        return self._cache.get(message) or self._index.key_of(message) or b""

    def _put(self, message: bytes, key: bytes) -> None:
        if len(self._cache) > 1024:
            self._cache.clear()
        self._cache[message] = key
        self._index.insert("keys", (message, key))


def _next(wire: Wire, key: bytes, element: Any) -> bytes:
    return chain_key(wire, key, None if element is UNPARSABLE else element)

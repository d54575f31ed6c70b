"""The conversations that went on lately, each with its latest body, to compare the next ones with."""

from typing import Final, NamedTuple

from store.body import Earlier

_MOST: Final = 64  # conversations, and exchanges after which one that did not go on is forgotten
_MOST_BYTES: Final = 8 << 20  # of their bodies, beside the latest one


class Seen(NamedTuple):
    """The latest body of a conversation, its first message and its message ids."""

    earlier: Earlier
    opening: bytes
    ids: tuple[bytes, ...]
    size: int  # bytes of the body


class Conversations:
    """What was seen lately, newest first. A few agents at once keep a few bodies; fifty at once fifty smaller ones."""

    def __init__(self) -> None:
        self._seen: list[tuple[int, Seen]] = []  # with the number of the exchange
        self._exchanges = 0

    def like(self, body: bytes) -> Seen | None:
        """The conversation that this body goes on with, else the latest one (it may share tools and system)."""
        for _number, each in self._seen:
            if each.earlier.talk and each.earlier.talk.fits(body):
                return each
        return self._seen[0][1] if self._seen else None

    def remember(self, seen: Seen) -> None:
        """The latest body of its conversation, which replaces the one before it."""
        self._exchanges += 1
        kept, size = [(self._exchanges, seen)], 0
        for number, each in self._seen:
            size += each.size
            if size > _MOST_BYTES or len(kept) == _MOST or self._exchanges - number > _MOST:
                break
            if each.opening != seen.opening:
                kept.append((number, each))
        self._seen = kept

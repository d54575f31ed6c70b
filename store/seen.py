"""The conversations that went on lately, each with its latest body, to compare the next ones with.

The thread that records remembers; any thread may ask.
"""

from typing import Any, Final, NamedTuple

from store import overlap
from store.body import Earlier
from store.spool_exchange import Same

_MOST: Final = 64  # conversations
_PATIENCE: Final = 4  # exchanges that one may wait for its next, for each that went on since; `_MOST` at least
_MOST_BYTES: Final = 8 << 20  # of their bodies, beside the latest one


class Seen(NamedTuple):
    """The latest body of a conversation, which is in the archive, and its messages."""

    id: bytes  # of the body
    earlier: Earlier
    contents: tuple[bytes, ...]  # of its messages
    ids: tuple[bytes, ...]  # of its messages
    first: Any  # the first message, parsed


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
            if len(kept) == _MOST or self._exchanges - number > max(_MOST, _PATIENCE * len(kept)):
                break
            weight = len(each.earlier.whole)
            if each.contents[0] == seen.contents[0] or size + weight > _MOST_BYTES:
                continue
            size += weight
            kept.append((number, each))
        self._seen = kept

    def same(self, body: bytes) -> Same | None:
        """What a body has in common with the one before it; None where more than half of it is new."""
        seen = self.like(body)
        if seen is None:
            return None
        whole = seen.earlier.whole
        start = overlap.at_beginning(whole, body)
        end = overlap.at_end(whole, body, min(len(body), len(whole)) - start)
        return Same(seen.id, start, end) if 2 * (start + end) > len(body) else None

"""The conversations that went on lately, each with its latest body, to compare the next ones with.

The thread that records remembers; any thread may ask.
"""

from typing import Any, NamedTuple

from store import overlap
from store.body import Earlier
from store.recent import Recent
from store.spool_exchange import Same


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
        self._seen: Recent[Seen] = Recent(lambda seen: len(seen.earlier.whole))

    def like(self, body: bytes) -> Seen | None:
        """The conversation that this body goes on with, else the latest one (it may share tools and system)."""
        latest_first = self._seen.latest_first
        for each in latest_first:
            if each.earlier.talk and each.earlier.talk.fits(body):
                return each
        return latest_first[0] if latest_first else None

    def remember(self, seen: Seen) -> None:
        """The latest body of its conversation, which replaces the one before it."""
        self._seen.remember(seen, lambda each: each.contents[0] == seen.contents[0])

    def same(self, body: bytes) -> Same | None:
        """What a body has in common with the one before it; None where more than half of it is new."""
        seen = self.like(body)
        if seen is None:
            return None
        whole = seen.earlier.whole
        start = overlap.at_beginning(whole, body)
        end = overlap.at_end(whole, body, min(len(body), len(whole)) - start)
        return Same(seen.id, start, end) if 2 * (start + end) > len(body) else None

"""One text that comes in pieces, as an answer does over the events of a stream.

What is settled will not change, whatever comes; secrets in it are known to their ends. A little of what is settled is
kept, because what stands before a keyword can matter.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

from store.masking.finder import Finder
from store.masking.scanner import Hit, merged

_KEPT: Final = 512
_MUCH, _SHARE = 1024, 16
_LITTLE: Final = 64  # bytes held back that another look costs nothing
_SPARE: Final = 512  # the text is shortened when it is that much longer than it need be


class Lane:
    """A text that grows. Places are counted from its beginning."""

    __slots__ = (
        "_base",
        "_finder",
        "_given",
        "_masked",
        "_text",
        "_unseen",
        "heard",
        "hits",
        "patience",
        "settled",
        "size",
    )

    def __init__(self, finder: Finder, patience: int) -> None:
        self._finder = finder
        self._text = b""
        self._base = 0  # place of the first byte of ``_text``
        self._unseen = 0  # bytes at the end of the text that were not looked at
        self._given: list[Hit] = []
        self.hits: list[Hit] = []  # those that end in what is settled, in order
        self.settled = 0
        self._masked = -(1 << 62)  # where the last secret ends
        self.patience = patience
        """How many lines it may hold back without going on itself."""
        self.heard = 0  # when it went on last, as its owner counts
        self.size = 0

    def add(self, piece: bytes, given: Sequence[Hit]) -> None:
        """Go on with ``piece``; ``given`` are secrets in it that were seen in another way, told from its beginning."""
        if not given and self.is_quiet_with(piece):
            self.add_quiet(piece)
            return
        self._given += [hit.moved(self.size) for hit in given]
        self._text += piece
        self.size += len(piece)
        self._unseen += len(piece)
        held = self.size - self.settled
        if held > _MUCH and self._unseen * _SHARE < held:
            return  # looked at when it has grown by a share, so that all looks together cost little more than the last
        self._unseen = 0
        hits, settled = self._finder.look(self._text)
        self._take(hits, self._base + settled)

    def is_quiet_with(self, piece: bytes) -> bool:
        """Whether ``piece`` ends all that is held back, as no secret, and nothing can have begun at its own end."""
        quiet = self._finder.quiet
        held = self.size - self.settled
        if held > _LITTLE or self._given or self._masked + quiet.width > self.settled:
            return False
        tail = self._text[-(held + quiet.width) :] + piece
        return quiet.is_quiet(tail) and quiet.ends_quietly(tail)

    def add_quiet(self, piece: bytes) -> None:
        """Go on with a piece with which the text `is_quiet_with`."""
        self._text += piece
        self.size += len(piece)
        self.settled, self._unseen = self.size, 0
        self._trim()

    def finish(self, is_cut: bool = False) -> None:
        """Nothing comes for now: all is settled, and what comes later is a text of its own.

        Where the text ``is_cut``, what a secret has begun with goes, too.
        """
        if self.settled < self.size:
            begun = self._finder.unfinished(self._text) if is_cut else []
            self._take(merged([*self._finder.hits(self._text), *begun], self._text), self.size)
        self._text, self._base, self._unseen = b"", self.size, 0

    def _take(self, found: list[Hit], settled: int) -> None:
        done, base = self.settled, self._base
        new = [hit.moved(base) for hit in found]
        if new:
            self._masked = new[-1].end
        later = [hit._replace(start=max(hit.start, done)) for hit in (*new, *self._given) if hit.end > done]
        fresh = merged(later, self._text, base)
        for hit in reversed(fresh):
            if hit.start < settled < hit.end:
                settled = hit.start
        self.hits += [hit for hit in fresh if hit.end <= settled]
        self._given = [hit for hit in self._given if hit.end > settled]
        self.settled = max(done, settled)
        self._trim()

    def hits_in(self, start: int, end: int) -> list[Hit]:
        """The known hits that reach into the text from ``start`` to ``end``."""
        first = bisect_right(self.hits, start, key=lambda hit: hit.end)
        return self.hits[first : bisect_left(self.hits, end, lo=first, key=lambda hit: hit.start)]

    def forget(self, place: int) -> None:
        """Hits that end before ``place`` are not asked for again."""
        del self.hits[: bisect_right(self.hits, place, key=lambda hit: hit.end)]

    def _trim(self) -> None:
        """Forget what can no longer matter; at a place where the text was settled, so between two escapes."""
        cut = self.settled - _KEPT
        if cut - self._base > _SPARE:
            cut = min([cut, *(hit.start for hit in self.hits if hit.end > cut)])
            cut = self._base + self._finder.floor(self._text, cut - self._base)
            self._text, self._base = self._text[cut - self._base :], cut

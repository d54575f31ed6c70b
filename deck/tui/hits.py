"""The places that a search found so far, and which of them is the current one."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from deck.render import width_of
from deck.tui.border import around, clean
from deck.views import Hit

_WIDE = 160
_BESIDE = 8
"""Cells of an excerpt, apart from what was searched for, that are worth more than to say again what that is."""


@dataclass(frozen=True, slots=True)
class Hits:
    """The hits of one query, in the order of the session; all of them when it is ``complete``.

    Until then they are those between ``start`` and wherever the search is, which looks from there to the session's end
    and then on from its beginning.
    """

    query: str = ""
    hits: Sequence[Hit] = ()
    complete: bool = True
    start: int = 0

    def next(self, position: int, direction: int, *, inclusive: bool = False) -> Hit | None:
        """The hit after (before) a position, from the other end on when there is none.

        None also where steps lie between that may not have been looked through: what is in them would be passed over.
        """
        if not self.hits:
            return None
        found = sorted(self.hits, key=lambda hit: self._when(hit.position))
        looked = [self._when(hit.position) for hit in found]
        here = self._when(position)
        if direction > 0:
            place = (bisect_left if inclusive else bisect_right)(looked, here)
        else:
            place = bisect_left(looked, here) - 1
        if self.complete:
            return found[place % len(found)]
        is_beyond = place not in range(len(found)) or here > looked[-1]
        return None if is_beyond else found[place]

    def _when(self, position: int) -> tuple[bool, int]:
        """Sorts positions by when the search comes to them."""
        return (not self.complete and position < self.start, position)

    def words(self, hit: Hit | None, room: int = _WIDE) -> str:
        """What the status line says about a hit, in so many cells: which one it is only once all are known."""
        total = len(self.hits)
        if hit is None:
            found = f", {total} found so far" if self.hits else ""
            return f"nothing found for “{self.query}”" if self.complete else f"searching for “{self.query}”{found}"
        number = f"{self.hits.index(hit) + 1} of {total}" if self.complete else f"{total}+"
        excerpt, query = clean(hit.excerpt), clean(self.query)
        place = re.search(re.escape(query), excerpt, re.IGNORECASE)
        start, end = place.span() if place else (0, 0)
        head = f"{number} for “{query}”: "
        if room < width_of(head) + width_of(excerpt[start:end]) + _BESIDE:
            head = f"{number}: "
        return head + around(excerpt, start, end, room - width_of(head))

"""The places that a search found so far, and which of them is the current one."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from deck.render import short
from deck.views import Hit


@dataclass(frozen=True, slots=True)
class Hits:
    """The hits of one query, in the order of the session; all of them when it is ``complete``."""

    query: str = ""
    hits: Sequence[Hit] = ()
    complete: bool = True

    def next(self, position: int, direction: int, *, inclusive: bool = False) -> Hit | None:
        """The hit after (before) a position, from the other end on when there is none."""
        if not self.hits:
            return None
        positions = [hit.position for hit in self.hits]
        if direction > 0:
            place = (bisect_left if inclusive else bisect_right)(positions, position)
        else:
            place = bisect_left(positions, position) - 1
        return self.hits[place % len(self.hits)]

    def words(self, hit: Hit | None) -> str:
        """What the status line says about a hit."""
        if hit is None:
            return f"{'nothing found' if self.complete else 'searching'} for “{self.query}”"
        number, more = self.hits.index(hit) + 1, "" if self.complete else "+"
        return f"{number} of {len(self.hits)}{more} for “{self.query}”: {short(hit.excerpt, 120)}"

"""Searching a whole session without waiting for the end: from the cursor to the end first, then from the start."""

from bisect import insort
from time import perf_counter

from deck.tui.hits import Hits
from deck.tui.model import ReadModel
from deck.views import Hit

_WINDOW = 64
"""Steps looked through between two looks at the clock."""


class Search:
    """One search; call `advance` until it says that all was looked through."""

    def __init__(self, session: str, query: str, position: int, steps: int) -> None:
        self._session = session
        self._query = query
        self._ranges = [(position, steps), (0, position)]
        self._hits: list[Hit] = []

    def advance(self, model: ReadModel, seconds: float) -> Hits:
        """Look on for about this long; all that was found so far."""
        until = perf_counter() + seconds
        while self._ranges and perf_counter() < until:
            start, stop = self._ranges[0]
            end = min(start + _WINDOW, stop)
            for hit in model.search(self._session, self._query, start, end) if start < end else ():
                insort(self._hits, hit)
            if end < stop:
                self._ranges[0] = (end, stop)
            else:
                del self._ranges[0]
        return Hits(self._query, tuple(self._hits), complete=not self._ranges)

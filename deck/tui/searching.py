"""Searching a whole session without waiting for the end: from the cursor to the end first, then from the start."""

from bisect import insort
from collections.abc import Iterator
from time import perf_counter

from deck.tui.hits import Hits
from deck.tui.model import ReadModel
from deck.views import Hit


class Search:
    """One search; call `advance` until it says that all was looked through, always with the same model."""

    def __init__(self, session: str, query: str, position: int) -> None:
        self._session = session
        self._query = query
        self._position = position
        self._looking: Iterator[Hit | None] | None = None
        self._hits: list[Hit] = []

    def advance(self, model: ReadModel, seconds: float) -> Hits:
        """Look on for about this long; all that was found so far."""
        until = perf_counter() + seconds
        if self._looking is None:
            self._looking = model.search(self._session, self._query, self._position)
        for hit in self._looking:
            if hit is not None:
                insort(self._hits, hit)
            if perf_counter() > until:
                return Hits(self._query, tuple(self._hits), complete=False, start=self._position)
        return Hits(self._query, tuple(self._hits))

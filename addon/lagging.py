"""When more of the answers that stream is spooled: of all of them in one go, soon after the first has more.

One after the other they find what they run in the processor's caches: with 50 streams, a fifth of what capture costs
is saved beside each answer at a time of its own (docs/performance.md).
"""

import asyncio
from collections.abc import Callable
from typing import Final

from mitmproxy import http

from addon.inflight import InFlight

ANSWER_LAG: Final = 0.1  # seconds that more of an answer may lag behind in the spool
_AT_ONCE: Final = 8  # exchanges, 0.1 ms each, before the event loop sees to what passes


class Lagging:
    """Exchanges of which more has arrived than was spooled. Used by the event loop."""

    def __init__(self, catch_up: Callable[[http.HTTPFlow, InFlight], object]) -> None:
        """``catch_up`` spools what is there of one; it may have ended meanwhile. Raises nothing."""
        self._catch_up = catch_up
        self._waiting: list[tuple[http.HTTPFlow, InFlight]] = []

    def add(self, flow: http.HTTPFlow, flight: InFlight) -> None:
        """More of this exchange's answer is there."""
        if not self._waiting:
            asyncio.get_running_loop().call_later(ANSWER_LAG, self._catch_up_all)
        self._waiting.append((flow, flight))

    def _catch_up_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._go_on(waiting)

    def _go_on(self, waiting: list[tuple[http.HTTPFlow, InFlight]]) -> None:
        for flow, flight in waiting[:_AT_ONCE]:
            self._catch_up(flow, flight)
        if rest := waiting[_AT_ONCE:]:
            asyncio.get_running_loop().call_soon(self._go_on, rest)

"""Talkers of one mitmdump that ask all at once, each at its own pace."""

import asyncio
import time
from collections.abc import Sequence
from typing import Self

from costs import Cost
from machine import Idle
from pacing import Pacing
from proxied import Proxied
from streaming_client import Client
from talking import Question, Talker


class Crowd:
    """The talkers, and what was measured of their blocks since `begin`."""

    def __init__(self, proxy: Proxied, talkers: Sequence[Talker]) -> None:
        self._proxy = proxy
        self._talkers = talkers
        self.begin()

    @classmethod
    async def connect(cls, proxy: Proxied, streams: int) -> Self:
        """As many talkers as streams."""
        return cls(proxy, [Talker(await Client.connect(proxy.port, proxy.ca)) for _ in range(streams)])

    def begin(self) -> None:
        """Measure from here on: CPU time also between the blocks, as what a commit leaves for later counts."""
        self._cpu_seconds = self._proxy.cpu_seconds()
        self._seconds = 0.0
        self.idle = Idle()
        for talker in self._talkers:
            talker.asked.clear()

    async def talk(self, asking: Sequence[Sequence[Question]], pacing: Pacing) -> None:
        """One block: each talker asks its questions, one after the other."""
        began = time.monotonic()
        self.idle.begin()
        await asyncio.gather(*(_talk(*each, pacing) for each in zip(self._talkers, asking, strict=True)))
        self.idle.end()
        self._seconds += time.monotonic() - began

    def cost(self) -> Cost:
        """Of all requests."""
        asked = [each for talker in self._talkers for each in talker.asked]
        return Cost(asked, (self._proxy.cpu_seconds() - self._cpu_seconds) * 1e3 / len(asked))

    def open(self) -> float:
        """How many requests were under way, on average over the blocks."""
        return sum(each.took_ms for talker in self._talkers for each in talker.asked) / 1e3 / self._seconds

    def close(self) -> None:
        """Close the connections."""
        for talker in self._talkers:
            talker.client.close()


async def _talk(talker: Talker, asking: Sequence[Question], pacing: Pacing) -> None:
    for question in asking:
        await asyncio.sleep(pacing(question.id).thought)
        await talker.ask(question)

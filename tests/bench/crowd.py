"""Talkers of one mitmdump that ask all at once, each at its own pace, until they are told to stop."""

import asyncio
import time
from collections.abc import Sequence
from typing import Self

from costs import Cost
from pacing import Pacing
from proxied import Proxied
from streaming_client import Client
from talking import Script, Talker


class Crowd:
    """The talkers; `begin` and `end` enclose what is measured."""

    def __init__(self, proxy: Proxied, talkers: Sequence[Talker]) -> None:
        self._proxy = proxy
        self._talkers = talkers
        self._is_stopped = False
        self._began = 0.0
        self._cpu_seconds = 0.0
        self._earlier: list[int] = []  # requests of each talker before `begin`

    @classmethod
    async def connect(cls, proxy: Proxied, streams: int) -> Self:
        """As many talkers as streams."""
        return cls(proxy, [Talker(await Client.connect(proxy.port, proxy.ca)) for _ in range(streams)])

    async def open(self, scripts: Sequence[Script]) -> None:
        """Each talker asks its first question."""
        await asyncio.gather(*(talker.ask(script[0]) for talker, script in zip(self._talkers, scripts, strict=True)))

    async def talk(self, scripts: Sequence[Script], pacing: Pacing) -> None:
        """Each asks its other questions, one after the other, until `stop`; what was asked is heard to the end."""
        await asyncio.gather(*(self._talk(*each, pacing) for each in zip(self._talkers, scripts, strict=True)))

    async def _talk(self, talker: Talker, script: Script, pacing: Pacing) -> None:
        while not self._is_stopped:
            question = script[len(talker.asked)]
            await asyncio.sleep(pacing(question.id).thought)
            await talker.ask(question)

    def begin(self) -> None:
        """Measure from here on."""
        self._earlier = [len(talker.asked) for talker in self._talkers]
        self._cpu_seconds, self._began = self._proxy.cpu_seconds(), time.monotonic()

    def end(self) -> tuple[Cost, float]:
        """The cost of the requests that ended since `begin`, and how many were open, on average."""
        spent, seconds = self._proxy.cpu_seconds() - self._cpu_seconds, time.monotonic() - self._began
        mine = zip(self._talkers, self._earlier, strict=True)
        asked = [each for talker, earlier in mine for each in talker.asked[earlier:]]
        return Cost(asked, spent * 1e3 / len(asked)), sum(each.took_ms for each in asked) / 1e3 / seconds

    def stop(self) -> None:
        """Nothing more is asked."""
        self._is_stopped = True

    @property
    def asked(self) -> int:
        """How many requests there were in all."""
        return sum(len(talker.asked) for talker in self._talkers)

    def close(self) -> None:
        """Close the connections."""
        for talker in self._talkers:
            talker.client.close()

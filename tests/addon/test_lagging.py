"""Answers that stream are spooled in rounds, in which what passes has its turn."""

import asyncio

from mitmproxy import http
from mitmproxy.test import tflow

from addon.inflight import InFlight
from addon.lagging import Lagging
from store.exchange import Exchange


def _flight() -> InFlight:
    return InFlight(Exchange("POST", "https://api.anthropic.com/v1/messages", (), b"", 0), None)


def test_all_that_lag_are_caught_up_in_one_round_and_what_passes_has_its_turn_meanwhile() -> None:
    flights = [_flight() for _ in range(20)]
    told: list[InFlight | str] = []

    async def stream() -> None:
        loop, flow, done = asyncio.get_running_loop(), tflow.tflow(), asyncio.Event()

        def catch_up(_flow: http.HTTPFlow, flight: InFlight) -> None:
            told.append(flight)
            if flight is flights[0]:
                loop.call_soon(told.append, "a piece passed")
            if flight is flights[-1]:
                done.set()

        lagging = Lagging(catch_up)
        for flight in flights:
            lagging.add(flow, flight)
        await asyncio.sleep(0)
        assert told == []
        await asyncio.wait_for(done.wait(), 30)

    asyncio.run(stream())
    assert [each for each in told if each != "a piece passed"] == flights
    assert 0 < told.index("a piece passed") < len(flights)


def test_what_lags_again_is_caught_up_in_a_later_round() -> None:
    flight = _flight()
    rounds: list[float] = []

    async def stream() -> None:
        loop, flow, done = asyncio.get_running_loop(), tflow.tflow(), asyncio.Event()

        def catch_up(_flow: http.HTTPFlow, _flight: InFlight) -> None:
            rounds.append(loop.time())
            if len(rounds) == 3:
                done.set()
            else:
                lagging.add(flow, flight)

        lagging = Lagging(catch_up)
        lagging.add(flow, flight)
        await asyncio.wait_for(done.wait(), 30)

    asyncio.run(stream())
    assert len(set(rounds)) == 3

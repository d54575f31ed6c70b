"""Waiting, within bounds, until an exchange is on stable storage.

The end of a response waits for its commit at most `PATIENCE` seconds. Past that it is let go and counted as late; a
turn whose commit had not even begun by then carries the note ``commit-late`` (one that was being written already
cannot say so any more: its bytes are hashed).
"""

import asyncio
import time
from functools import partial

from addon.inflight import InFlight
from addon.writer import Writer
from store.exchange import Exchange

PATIENCE = 0.25


async def soon(writer: Writer, flight: InFlight) -> bool:
    """Commit an exchange that ended; false where that was not done after `PATIENCE`, and goes on."""
    settled = _commit(writer, flight, time.monotonic() + PATIENCE)
    if settled is None:
        return True
    given_up = asyncio.get_running_loop().call_later(PATIENCE, _settle, settled, False)
    is_settled = await settled
    given_up.cancel()
    return is_settled


async def surely(writer: Writer, exchange: Exchange) -> None:
    """Commit an exchange without a deadline, so that reading goes no faster than writing."""
    settled = _commit(writer, exchange, float("inf"))
    if settled is not None:
        await settled


def without_waiting(writer: Writer, flight: InFlight) -> None:
    """Commit an exchange that nobody waits for."""
    writer.put(flight, time.monotonic() + PATIENCE, _nothing)


def _commit(writer: Writer, source: InFlight | Exchange, deadline: float) -> asyncio.Future[bool] | None:
    """Queue a commit; the future becomes true when it is settled. None where it was not queued."""
    loop = asyncio.get_running_loop()
    settled: asyncio.Future[bool] = loop.create_future()
    tell = partial(loop.call_soon_threadsafe, _settle, settled, True)
    return settled if writer.put(source, deadline, tell) else None


def _settle(settled: asyncio.Future[bool], result: bool) -> None:
    if not settled.done():
        settled.set_result(result)


def _nothing() -> None:
    """Nobody waits for this commit."""

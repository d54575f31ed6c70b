"""Work that would keep the event loop for long, in a thread of its own."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

_T = TypeVar("_T")


class RunAside(Protocol):
    """`Aside.run`."""

    def __call__(self, work: Callable[[], _T], then: Callable[[], object]) -> "Future[_T]":
        """Do ``work`` elsewhere, then call ``then`` in the event loop that this is called in."""


class Aside:
    """One thread, made when there is work for it; one piece of work after the other."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None

    def run(self, work: Callable[[], _T], then: Callable[[], object]) -> "Future[_T]":
        """Do ``work``; when that is done, call ``then`` in the event loop that this is called in."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, "deck-aside")
        loop = asyncio.get_running_loop()

        def tell(_done: "Future[_T]") -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(then)

        done = self._pool.submit(work)
        done.add_done_callback(tell)
        return done

"""Work in a thread of its own, and the word that it is done."""

import asyncio
import threading
from concurrent.futures import Future

from addon.aside import Aside


def test_work_is_done_elsewhere_and_told_of_in_the_event_loop() -> None:
    aside = Aside()

    async def ask() -> tuple[int, int]:
        told: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        done = aside.run(threading.get_ident, lambda: told.set_result(threading.get_ident()))
        return await asyncio.wait_for(told, 30), done.result(30)

    told, worked = asyncio.run(ask())
    assert told == threading.get_ident() != worked


def test_a_loop_that_is_gone_is_not_told() -> None:
    aside, go_on = Aside(), threading.Event()

    async def ask() -> Future[bool]:
        return aside.run(lambda: go_on.wait(30), lambda: told.append(1))

    told: list[int] = []
    done = asyncio.run(ask())
    go_on.set()
    assert done.result(30) is True
    assert told == []


def test_one_piece_of_work_after_the_other() -> None:
    aside = Aside()
    order: list[int] = []

    async def ask() -> None:
        await asyncio.gather(*(asyncio.wrap_future(aside.run(lambda n=n: order.append(n), int)) for n in range(20)))

    asyncio.run(ask())
    assert order == list(range(20))

"""Questions are answered in another thread, errors come back, a question nobody waits for is dropped."""

import asyncio
import sqlite3
import threading

import pytest
from tall_model import TallModel

from deck.tui.reader import Reader
from store.errors import NotFound, StoreError


async def test_the_model_is_opened_and_used_in_one_other_thread() -> None:
    opened: list[int] = []

    def open_model() -> TallModel:
        opened.append(threading.get_ident())
        return TallModel(2)

    reader = Reader(open_model)
    used = [await reader.ask(lambda model: threading.get_ident()) for _ in range(3)]
    assert opened == [used[0]] and set(used) == {used[0]}
    assert used[0] != threading.get_ident()
    reader.close()


async def test_errors_come_back_to_whoever_asked() -> None:
    reader = Reader(lambda: TallModel(2))
    with pytest.raises(NotFound):
        await reader.ask(lambda model: model.resolve("nothing"))

    def broken(model: object) -> None:
        raise sqlite3.DatabaseError("file is not a database")

    with pytest.raises(StoreError, match="index could not be read"):
        await reader.ask(broken)
    assert await reader.ask(lambda model: model.turn_count("tall")) == 2
    reader.close()


async def test_an_index_that_cannot_be_read_is_opened_anew() -> None:
    opened: list[TallModel] = []

    def open_model() -> TallModel:
        opened.append(TallModel(2))
        return opened[-1]

    reader = Reader(open_model)

    def lost(model: object) -> None:
        if model is opened[0]:
            raise sqlite3.OperationalError("disk I/O error")

    with pytest.raises(StoreError, match="index could not be read"):
        await reader.ask(lost)
    await reader.ask(lost)
    assert len(opened) == 2
    reader.close()


async def test_a_question_that_was_given_up_is_not_asked() -> None:
    reader = Reader(lambda: TallModel(2))
    gate, asked = threading.Event(), []
    first = asyncio.ensure_future(reader.ask(lambda model: gate.wait(30)))
    second = asyncio.ensure_future(reader.ask(lambda model: asked.append("second")))
    third = asyncio.ensure_future(reader.ask(lambda model: asked.append("third")))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, third)
    assert asked == ["third"]
    reader.close()


async def test_a_model_that_does_not_open_says_so() -> None:
    def open_model() -> TallModel:
        raise NotFound("no archive")

    reader = Reader(open_model)
    with pytest.raises(NotFound):
        await reader.ask(lambda model: model.sessions())
    reader.close()

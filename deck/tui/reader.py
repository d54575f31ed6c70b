"""A thread that owns a read model and answers questions, so that the UI thread never waits for a disk.

The index is an SQLite connection that belongs to one thread, hence one `Reader` per connection. Questions are
answered in order. A question whose asker was cancelled (the cursor moved on) is dropped unanswered. The thread is a
daemon: quitting never waits for a running answer, and reading changes nothing that could be left half done.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from deck.tui.model import OpenModel, ReadModel
from store.errors import StoreError

T = TypeVar("T")
_Question = tuple[Callable[[ReadModel], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]


class Reader:
    """Answers questions about the archive; see the module."""

    def __init__(self, open_model: OpenModel) -> None:
        self._open = open_model
        self._questions: queue.SimpleQueue[_Question | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="deck-reader", daemon=True)
        self._thread.start()

    async def ask(self, question: Callable[[ReadModel], T]) -> T:
        """What ``question`` returns or raises, called with the read model in the reader's thread."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._questions.put((question, answer, loop))
        return await answer

    def close(self) -> None:
        """No more questions; does not wait for the one being answered."""
        self._questions.put(None)

    def _run(self) -> None:
        model: ReadModel | None = None
        while (item := self._questions.get()) is not None:
            question, answer, loop = item
            if answer.cancelled():
                continue
            value: Any = None
            error: BaseException | None = None
            try:
                if model is None:
                    model = self._open()
                value = question(model)
            except sqlite3.Error as problem:
                error = StoreError(f"the index could not be read: {problem}")
                _give_up(model)
                model = None
            except Exception as problem:  # noqa: BLE001  raised again where the question was asked
                error = problem
            try:
                loop.call_soon_threadsafe(_settle, answer, value, error)
            except RuntimeError:  # the app has ended and closed its loop
                break
        if model is not None:
            model.close()


def _give_up(model: ReadModel | None) -> None:
    """Close a model whose index cannot be read; the next question opens one anew."""
    if model is not None:
        with contextlib.suppress(sqlite3.Error):
            model.close()


def _settle(answer: "asyncio.Future[Any]", value: Any, error: BaseException | None) -> None:
    if answer.done():
        return
    if error is None:
        answer.set_result(value)
    else:
        answer.set_exception(error)

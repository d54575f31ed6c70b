"""Keeps a screen up to date with a session: polls for growth, and surveys the whole of it in the background."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Protocol, TypeVar

from deck.tui.model import ReadModel
from deck.tui.questions import Question, Standing, standing
from deck.tui.reader import Reader
from deck.tui.readers import Readers
from deck.tui.shape import Shape, Survey

T = TypeVar("T")

POLL_SECONDS = 0.05
_RECHECK_EVERY = 40  # polls; that a writer ended is no growth
_REST_SECONDS = 0.01  # between two slices of a survey, for the keys
_SHOW_EVERY_SECONDS = 0.25


class Ask(Protocol):
    """Asks a reader; None where the archive gave no answer, which the user was told."""

    def __call__(self, reader: Reader, question: Question[T]) -> Awaitable[T | None]: ...


class Watch:
    """Watches one session.

    ``stand`` is told how far it has come, ``outline`` what it looks like, and ``beside`` is called at the start and
    whenever something was put beside turns.
    """

    def __init__(
        self,
        session: str,
        readers: Readers,
        ask: Ask,
        stand: Callable[[Standing], None],
        outline: Callable[[Shape], None],
        beside: Callable[[], object],
    ) -> None:
        self._session = session
        self._readers = readers
        self._ask = ask
        self._stand = stand
        self._outline = outline
        self._beside = beside
        self._changes_beside = -1
        self._survey = Survey(session)

    async def follow(self) -> None:
        """Survey the session, then poll for as long as the screen is there, and survey what is new."""
        survey = asyncio.ensure_future(self._look_around())
        polls = 0
        try:
            while True:
                await asyncio.sleep(POLL_SECONDS)
                polls += 1
                grew = await self._look()
                if grew is None:
                    continue
                if grew or polls % _RECHECK_EVERY == 0:
                    found = await self._ask(self._readers.rows, standing(self._session))
                    if found is not None:
                        self._stand(found)
                if grew:
                    await survey
                    survey = asyncio.ensure_future(self._look_around())
        finally:
            survey.cancel()

    async def _look(self) -> bool | None:
        """Tell of what is beside turns if that has changed; whether there are new turns, None without an answer."""

        def look(model: ReadModel) -> tuple[bool, int]:
            return model.refresh(), model.changes_beside()

        found = await self._ask(self._readers.rows, look)
        if found is None:
            return None
        grew, changes = found
        if changes != self._changes_beside:
            self._changes_beside = changes
            self._beside()
        return grew

    async def _look_around(self) -> None:
        def advance(model: ReadModel) -> tuple[Shape | None, bool]:
            model.refresh()
            complete = self._survey.advance(model)
            due = complete or monotonic() - shown > _SHOW_EVERY_SECONDS
            return (self._survey.shape() if due else None), complete

        shown = 0.0
        complete = False
        while not complete:
            found = await self._ask(self._readers.background, advance)
            if found is None:
                return
            shape, complete = found
            if shape is not None:
                self._outline(shape)
                shown = monotonic()
            await asyncio.sleep(_REST_SECONDS)

"""Plays a session: moves the list's cursor from step to step at the pace of `deck.tui.playback`."""

import asyncio
from collections.abc import Callable

from deck.tui.playback import Playback
from deck.tui.reader import Reader
from deck.tui.widgets.step_list import StepList


class Player:
    """Plays the steps of one list. ``say`` is told what to say about a wait, ``changed`` that it began or ended."""

    def __init__(self, session: str, rows: Reader, say: Callable[[str], None], changed: Callable[[], None]) -> None:
        self.playback = Playback()
        self._session = session
        self._rows = rows
        self._say = say
        self._changed = changed

    def stop(self) -> None:
        """Play no further."""
        self.playback.playing = False
        self._changed()

    async def play(self, steps: StepList) -> None:
        """Play from the cursor to the last step, or until stopped or the cursor is moved by somebody else."""
        self.playback.playing = True
        self._changed()
        while self.playback.playing:
            at = steps.position
            rows = await self._rows.ask(lambda model, at=at: model.steps(self._session, at, at + 2))  # type: ignore[misc]
            if len(rows) < 2:
                break
            wait = self.playback.wait(rows[0].at_ms, rows[1].at_ms)
            self._say(wait.note)
            await asyncio.sleep(wait.seconds)
            if self.playback.playing and steps.position == at:
                steps.go_to(at + 1)
        self.stop()

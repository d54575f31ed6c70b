"""Plays a session: moves the list's cursor from step to step, and lets each answer come as it came."""

from collections.abc import Callable, Sequence
from typing import Protocol

from deck.diagnostics import explain
from deck.render import offset, plural
from deck.tui import palette
from deck.tui.document import Document, Writer
from deck.tui.playback import Clock, Pace, Playback, WallClock
from deck.tui.reader import Reader
from deck.tui.score import Beat, Score, score_of
from deck.views import StepRow
from store.errors import StoreError

_TAIL = 8_000
"""Characters of a text that are drawn while it comes, its last ones: all of it is shown when it is whole."""

_FRAME = 1 / 60
"""Seconds; what comes faster is drawn together."""


class Steps(Protocol):
    """The list that is played; `deck.tui.widgets.step_list.StepList`."""

    @property
    def position(self) -> int: ...
    def after(self, position: int) -> int | None: ...
    def go_to(self, position: int) -> None: ...


class Player:
    """Plays the steps of one list.

    ``say`` is told what to say about a wait, ``changed`` that playing began or ended, ``arrived`` how much of the step
    under the cursor is there, None when all of it is.
    """

    def __init__(
        self,
        session: str,
        rows: Reader,
        say: Callable[[str], None],
        changed: Callable[[], None],
        arrived: Callable[[Document | None], None],
        clock: Clock | None = None,
    ) -> None:
        self.playback = Playback()
        self._session = session
        self._rows = rows
        self._say = say
        self._changed = changed
        self._arrived = arrived
        self._clock = clock or WallClock()
        self._score = Score("", 0, ())
        self._coming: StepRow | None = None
        self._paused = (-1, 0)  # the position at which playing stopped, and how many beats of it were played

    def is_coming(self, row: StepRow) -> bool:
        """Whether this step is being played, so that not all of it is to be shown."""
        return self._coming == row

    def stop(self) -> None:
        """Play no further."""
        self.playback.playing = False
        self._coming = None
        self._changed()

    async def play(self, steps: Steps) -> None:
        """Play from the cursor to the last step, or until stopped or the cursor is moved by somebody else."""
        self.playback.playing = True
        self._changed()
        try:
            await self._play(steps)
        except (StoreError, OSError) as error:
            self._say(explain(error).message)
        self.stop()

    async def _play(self, steps: Steps) -> None:
        row = await self._row(steps.position)
        pace: Pace | None = None
        while row is not None and self.playback.playing:
            pace = await self._play_step(steps, row, pace)
            following = steps.after(row.position)
            row_after = None if following is None else await self._row(following)
            if row_after is None or not await self._pass(pace, row_after.at_ms, steps, row):
                break
            self._coming = row_after if await self._beats(row_after) else None
            steps.go_to(row_after.position)
            row = row_after

    async def _play_step(self, steps: Steps, row: StepRow, pace: Pace | None) -> Pace:
        """Let a step come; the pace to go on with, one that begins here where none is given."""
        beats = await self._beats(row)
        position, done = self._paused if pace is None else (-1, 0)
        done = done if position == row.position and done < len(beats) else 0
        pace = pace or Pace(self.playback, self._clock, beats[done - 1].at_ms if done else row.at_ms)
        text = "".join(beat.text for beat in beats[:done])
        self._coming = row if beats else None
        drawn = self._clock.now() - _FRAME
        for number, beat in enumerate(beats[done:], done + 1):
            if not await self._pass(pace, beat.at_ms, steps, row):
                return pace
            text += beat.text
            self._paused = (row.position, number)
            if self._clock.now() - drawn >= _FRAME or self._rests(beats, number):
                self._arrived(_so_far(row, text))
                drawn = self._clock.now()
        self._paused = (-1, 0)
        if beats:
            self._coming = None
            self._arrived(None)
        return pace

    async def _pass(self, pace: Pace, at_ms: int, steps: Steps, row: StepRow) -> bool:
        """Wait until a recorded moment; whether it still plays, and at this step."""
        wait = pace.wait(at_ms)
        if wait.note:
            self._say(wait.note)
        await pace.pass_on()
        return self.playback.playing and steps.position == row.position

    def _rests(self, beats: Sequence[Beat], number: int) -> bool:
        """Whether a frame or more goes by before the next beat."""
        following = beats[number : number + 1]
        return not following or self.playback.wait(beats[number - 1].at_ms, following[0].at_ms).seconds >= _FRAME

    async def _row(self, position: int) -> StepRow | None:
        found = await self._rows.ask(lambda model: model.steps(self._session, position, position + 1))
        return found[0] if found else None

    async def _beats(self, row: StepRow) -> tuple[Beat, ...]:
        if row.role != "assistant":
            return ()
        if self._score.turn != row.turn:
            self._score = await self._rows.ask(score_of(row.turn))
        return self._score.beats(row)


def _so_far(row: StepRow, text: str) -> Document:
    """What is there of a step."""
    out = Writer()
    out.line(f"turn {row.turn_number}, step {row.number} · {offset(row.at_ms)}", palette.FAINT)
    label, style = palette.look(row)
    out.line(f"{label} · {plural(len(text), 'character')} so far" if text else f"{label} · on its way", style)
    if len(text) > _TAIL:
        out.line(f"… {plural(len(text) - _TAIL, 'character')} before this", palette.FAINT)
    if text:
        out.text(text[-_TAIL:], palette.THINKING if row.kind == "thinking" else palette.PLAIN)
    return out.done()

"""The pace of playing a session: recorded time, with long waits cut short and that said."""

import asyncio
import time
from dataclasses import dataclass
from typing import Protocol

from deck.render import duration

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
LONGEST_WAIT_MS = 2_000
"""A longer wait (at the chosen speed) is shown as this long."""

_BEHIND = 0.5
"""Seconds that may be made up for where drawing, or the whole machine, was late."""


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait for the next step, and what to say when the wait is not what was recorded."""

    seconds: float
    note: str


@dataclass(slots=True)
class Playback:
    """Whether and how fast a session plays."""

    playing: bool = False
    _speed: int = SPEEDS.index(1.0)

    @property
    def speed(self) -> float:
        """Recorded seconds a second."""
        return SPEEDS[self._speed]

    def change_speed(self, by: int) -> None:
        """Faster or slower by so many notches."""
        self._speed = max(0, min(self._speed + by, len(SPEEDS) - 1))

    def wait(self, from_ms: int, to_ms: int) -> Wait:
        """The wait between steps at these offsets. Steps of parallel threads may lie back in time: no wait."""
        recorded = max(to_ms - from_ms, 0)
        played = recorded / self.speed
        if played <= LONGEST_WAIT_MS:
            return Wait(played / 1000, "")
        note = f"{duration(recorded)} wait, shown as {duration(LONGEST_WAIT_MS)}"
        return Wait(LONGEST_WAIT_MS / 1000, note)

    def __str__(self) -> str:
        return f"{'▶' if self.playing else '■'} {self.speed:g}×"


class Clock(Protocol):
    """The time that passes while a session plays, in seconds."""

    def now(self) -> float: ...
    async def sleep(self, seconds: float) -> None: ...


class WallClock:
    """The time that passes for everybody."""

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Let this many seconds pass."""
        await asyncio.sleep(seconds)


class Pace:
    """Lets recorded time pass. Each moment is reckoned from the one before, so late drawing does not add up."""

    def __init__(self, playback: Playback, clock: Clock, at_ms: int) -> None:
        """``at_ms`` is the recorded moment that is now."""
        self._playback = playback
        self._clock = clock
        self._at_ms = at_ms
        self._due = clock.now()

    def wait(self, at_ms: int) -> Wait:
        """The wait until a recorded moment. It is now when that is over."""
        wait = self._playback.wait(self._at_ms, at_ms)
        self._at_ms = max(self._at_ms, at_ms)
        self._due = max(self._due + wait.seconds, self._clock.now() - _BEHIND)
        return wait

    async def pass_on(self) -> None:
        """Let the time pass until the moment that was last waited for."""
        await self._clock.sleep(max(self._due - self._clock.now(), 0))  # none, too, lets others work

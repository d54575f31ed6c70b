"""The pace of playing a session: recorded time, with long waits cut short and that said."""

from dataclasses import dataclass

from deck.render import duration

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
LONGEST_WAIT_MS = 2_000
"""A longer wait (at the chosen speed) is shown as this long."""


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

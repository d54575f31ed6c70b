"""Lanes: which steps of a session a list shows. All of them, the main line's, one subagent's, or the side calls'.

A lane knows the positions of its steps and where somebody waited long between two of them, hence what stands on
which line. The lane of all steps keeps no positions: there a place is a position.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from deck.tui.gaps import LONG_MS, Gap, Gaps, whose_time
from deck.views import StepRow

ALL = "all"
MAIN = "main"
ASIDE = "side calls"


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane; ``key`` names it among the session's lanes, ``title`` for people (captured text)."""

    key: str
    title: str
    gaps: Gaps
    positions: "array[int] | None" = None  # None: every step

    def lines(self, steps: int) -> int:
        """How many lines it has in a session of so many steps."""
        return (steps if self.positions is None else len(self.positions)) + len(self.gaps)

    def line_of(self, position: int) -> int:
        """The line of the step at this position, or of the lane's next one (its last, where none follows)."""
        if self.positions is None:
            return self.gaps.line_of(position)
        place = min(bisect_left(self.positions, position), max(len(self.positions) - 1, 0))
        return self.gaps.line_of(place)

    def position_at(self, line: int) -> int:
        """The position of the step on this line, or for a gap of the step that follows it."""
        place = self.gaps.place_at(line)
        if self.positions is None:
            return place
        return self.positions[max(0, min(place, len(self.positions) - 1))] if self.positions else 0

    def holds(self, position: int) -> bool:
        """Whether the step at this position is in the lane."""
        if self.positions is None:
            return True
        place = bisect_left(self.positions, position)
        return place < len(self.positions) and self.positions[place] == position

    def gap_at(self, line: int) -> Gap | None:
        """The gap on this line, None where a step is."""
        return self.gaps.at(line)


EVERY_STEP = Lane(ALL, ALL, Gaps())
"""What is known before a session was looked through."""


@dataclass(slots=True)
class LaneBuilder:
    """A lane that grows."""

    key: str
    title: str
    positions: "array[int] | None" = None
    _gaps: Gaps = field(default_factory=Gaps)
    _count: int = 0
    _last_ms: int = 0

    def add(self, row: StepRow) -> None:
        """The lane's next step."""
        waited = row.at_ms - self._last_ms
        if self._count and waited >= LONG_MS:
            self._gaps.add(self._count, Gap(waited, whose_time(row)))
        self._last_ms = max(self._last_ms, row.at_ms)
        self._count += 1
        if self.positions is not None:
            self.positions.append(row.position)

    def done(self) -> Lane:
        """The lane so far."""
        positions = None if self.positions is None else self.positions[:]
        return Lane(self.key, self.title, self._gaps.copy(), positions)

    def branch_off(self, key: str) -> "LaneBuilder":
        """A lane of its own with all that this one, which is that of all steps, has so far."""
        return LaneBuilder(key, key, array("q", range(self._count)), self._gaps.copy(), self._count, self._last_ms)


class LanesBuilder:
    """All lanes of a session, growing step by step. There is one until a step of a subagent or a side call comes."""

    def __init__(self) -> None:
        self._all = LaneBuilder(ALL, ALL)
        self._others: dict[str, LaneBuilder] = {}

    def add(self, row: StepRow, key: str, title: str) -> None:
        """The session's next step, which is of the lane ``key``."""
        if key != MAIN and not self._others:
            self._others[MAIN] = self._all.branch_off(MAIN)
        self._all.add(row)
        if not self._others:
            return
        if key not in self._others:
            self._others[key] = LaneBuilder(key, title, array("q"))
        self._others[key].add(row)

    def done(self) -> tuple[Lane, ...]:
        """The lanes so far: all steps, the main line, subagents in order of appearance, side calls."""
        ordered: Iterable[LaneBuilder] = sorted(self._others.values(), key=lambda lane: lane.key == ASIDE)
        return tuple(builder.done() for builder in (self._all, *ordered))

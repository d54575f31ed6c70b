"""Where the idle lines of a session's list stand: steps have places, the list has lines.

A gap before the step at place ``p`` is a line of its own right above that step's line.
"""

from array import array
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from deck.views import StepRow

LONG_MS = 60_000
"""A wait of this many milliseconds between two steps is shown as a line of its own."""

_WHOSE = ("model", "tool", "idle")


class Gap(NamedTuple):
    """A long wait, and whose time it was: ``model``, ``tool`` or ``idle``."""

    ms: int
    whose: str


def whose_time(row: StepRow) -> str:
    """Whose time it was that passed before this step came."""
    if row.kind.endswith("tool-result"):
        return "tool"
    return "model" if row.role == "assistant" else "idle"


class Gaps:
    """The gaps found so far, in order; grows at its end only."""

    def __init__(self) -> None:
        self._before = array("q")  # places of the steps that follow a gap
        self._lines = array("q")  # the line of each gap
        self._ms = array("q")
        self._whose = bytearray()

    def __len__(self) -> int:
        return len(self._before)

    def add(self, before: int, gap: Gap) -> None:
        """A gap before the step at place ``before``, which is beyond all gaps so far."""
        self._lines.append(before + len(self._before))
        self._before.append(before)
        self._ms.append(gap.ms)
        self._whose.append(_WHOSE.index(gap.whose))

    def copy(self) -> "Gaps":
        """The gaps so far, apart from those that are added later."""
        other = Gaps()
        other._before, other._lines, other._ms = self._before[:], self._lines[:], self._ms[:]
        other._whose = self._whose[:]
        return other

    def line_of(self, place: int) -> int:
        """The line of the step at ``place``."""
        return place + bisect_right(self._before, place)

    def at(self, line: int) -> Gap | None:
        """The gap on this line, None where a step is."""
        found = bisect_left(self._lines, line)
        if found < len(self._lines) and self._lines[found] == line:
            return Gap(self._ms[found], _WHOSE[self._whose[found]])
        return None

    def place_at(self, line: int) -> int:
        """The place of the step on this line, or for a gap of the step that follows it."""
        return line - bisect_left(self._lines, line)

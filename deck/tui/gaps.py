"""Where the idle lines of a session's list stand: steps have positions, the list has lines.

A gap before the step at position ``p`` is a line of its own right above that step's line.
"""

from array import array
from bisect import bisect_left, bisect_right

LONG_MS = 60_000
"""A wait of this many milliseconds between two steps is shown as a line of its own."""


class Gaps:
    """The gaps found so far, in order; grows at its end only."""

    def __init__(self) -> None:
        self._before = array("q")  # positions of the steps that follow a gap
        self._lines = array("q")  # the line of each gap
        self._ms = array("q")

    def __len__(self) -> int:
        return len(self._before)

    def add(self, before: int, ms: int) -> None:
        """A gap of ``ms`` before the step at position ``before``, which is beyond all gaps so far."""
        self._lines.append(before + len(self._before))
        self._before.append(before)
        self._ms.append(ms)

    def copy(self) -> "Gaps":
        """The gaps so far, apart from those that are added later."""
        other = Gaps()
        other._before, other._lines, other._ms = self._before[:], self._lines[:], self._ms[:]
        return other

    def line_of(self, position: int) -> int:
        """The line of the step at ``position``."""
        return position + bisect_right(self._before, position)

    def at(self, line: int) -> int | None:
        """Milliseconds of the gap on this line, None where a step is."""
        found = bisect_left(self._lines, line)
        if found < len(self._lines) and self._lines[found] == line:
            return self._ms[found]
        return None

    def position_at(self, line: int) -> int:
        """The position of the step on this line, or for a gap of the step that follows it."""
        return line - bisect_left(self._lines, line)

"""The graph beside a log, as git draws it: one column a line of turns, newest first.

*     a turn             |     a line that goes on
|\\    a second parent    |/    two lines that come from one turn
"""

from collections.abc import Iterator, Sequence


class Graph:
    """Draws one turn after another. A column waits for the turn that is its next one."""

    def __init__(self) -> None:
        self._columns: list[str] = []

    def beside(self, turn: str, parents: Sequence[str], lines: Sequence[str]) -> Iterator[str]:
        """``lines`` of a turn with the graph before them, and the lines that open and close columns."""
        if turn not in self._columns:
            self._columns.append(turn)
        at = self._columns.index(turn)
        while self._columns.count(turn) > 1:
            yield self._joining(len(self._columns) - 1 - self._columns[::-1].index(turn), at)
        yield self._drawn(at, "*") + lines[0]
        ends = not parents
        if ends:
            del self._columns[at]
        else:
            self._columns[at] = parents[0]
        for parent in parents[1:]:
            if parent not in self._columns:
                self._columns.insert(at + 1, parent)
                yield self._opening(at + 1)
        for line in lines[1:]:
            yield (self._drawn(-1, "") + line).rstrip()

    def _drawn(self, at: int, mark: str) -> str:
        cells = [mark if column == at else "|" for column in range(len(self._columns))]
        return "".join(f"{cell} " for cell in cells)

    def _joining(self, last: int, at: int) -> str:
        """Close column ``last``, which comes from the same turn as column ``at``."""
        del self._columns[last]
        return "| " * at + "|" + "_|" * (last - at - 1) + "/" + " /" * (len(self._columns) - last)

    def _opening(self, new: int) -> str:
        """The line on which column ``new`` comes in."""
        return ("| " * (new - 1) + "|\\ " + "\\ " * (len(self._columns) - new - 1)).rstrip()

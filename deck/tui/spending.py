"""What the turns of a session cost, added up as far as they were looked at."""

from array import array
from collections.abc import Iterable

from deck.cost.sessions import SessionCost


class Spending:
    """Running sums over the turns of a session, numbered from 1; grows at its end only."""

    def __init__(self) -> None:
        self._known = array("q", [0])  # micro-dollars of the first n turns
        self._unknown = array("q", [0])  # of how many of them the cost is not known

    def add(self, costs: Iterable[int | None]) -> None:
        """The costs of the next turns in micro-dollars, None where one is not known."""
        for cost in costs:
            self._known.append(self._known[-1] + (cost or 0))
            self._unknown.append(self._unknown[-1] + (cost is None))

    def copy(self) -> "Spending":
        """The sums so far, apart from what is added later."""
        other = Spending()
        other._known, other._unknown = self._known[:], self._unknown[:]
        return other

    def of(self, turn: int) -> SessionCost | None:
        """What one turn cost; None where it was not looked at yet."""
        if not 0 < turn < len(self._known):
            return None
        return SessionCost(self._known[turn] - self._known[turn - 1], self._unknown[turn] - self._unknown[turn - 1])

    def until(self, turn: int) -> SessionCost:
        """What the turns up to this one cost together."""
        last = min(turn, len(self._known) - 1)
        return SessionCost(self._known[last], self._unknown[last])

    def whole(self) -> SessionCost:
        """What all of them cost."""
        return self.until(len(self._known) - 1)

"""What turns and sessions cost, for the read model: list prices of the turn's day, or the user's own (`deck.cost`)."""

from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING

from store.archive import Archive

if TYPE_CHECKING:
    from deck.cost.sessions import SessionCost
    from deck.cost.table import PriceTable


class Costs:
    """Costs of one archive; prices are read when they are first asked for.

    Calls raise `StoreError` where the user's own prices cannot be understood.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    @cached_property
    def _prices(self) -> "PriceTable":
        from deck.cost.table import load  # a third of the time in which a short command ends

        return load(self._archive.path)

    def turns(self, session: str, start: int, stop: int) -> "list[int | None]":
        """Micro-dollars of each turn of a session numbered in (start, stop], None where they are not known."""
        from deck.cost.turns import BILLED, cost_of_row

        rows = self._archive.index.db.execute(
            f"SELECT {BILLED} FROM turns WHERE session = ? AND ordinal > ? AND ordinal <= ? ORDER BY ordinal",
            (session, start, stop),
        )
        costs = (cost_of_row(row, self._prices) for row in rows)
        return [None if cost is None else cost.total for cost in costs]

    def sessions(self, keys: Collection[str]) -> "dict[str, SessionCost]":
        """The cost of these sessions."""
        from deck.cost.sessions import SessionCost

        found: dict[str, SessionCost] = {}
        for key in keys:
            turns = self.turns(key, 0, 1 << 62)
            found[key] = SessionCost(sum(cost or 0 for cost in turns), turns.count(None))
        return found

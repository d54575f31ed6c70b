"""What recorded turns cost, from the index."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deck.cost.money import Billed, Cost, cost_of
from deck.cost.table import PriceTable, load
from store.reading import Usage

BILLED = (
    "model, host, wire, role, started_ms, status, error,"
    " input, output, cache_read, cache_write_5m, cache_write_1h, reasoning"
)
"""Columns of a turn that `cost_of_row` takes."""


def cost_of_row(row: Sequence[Any], prices: PriceTable) -> Cost | None:
    """The cost of the turn with these `BILLED` columns, or None where it is unknown."""
    model, host, wire, role, started_ms, status, error, *counts = row
    failed = (status or 0) >= 400 or bool(error)
    return cost_of(Billed(model, host, wire, role, started_ms, Usage(*counts), failed), prices)


class TurnCosts:
    """Costs of the turns of an archive, in micro-dollars, None where one is unknown."""

    def __init__(self, db: sqlite3.Connection, archive: Path) -> None:
        self._db = db
        self._prices = load(archive)

    def of(self, turn: bytes) -> int | None:
        """Of one turn."""
        cost = self.parts(turn)
        return None if cost is None else cost.total

    def parts(self, turn: bytes) -> Cost | None:
        """Of one turn, by kind of token."""
        row = self._db.execute(f"SELECT {BILLED} FROM turns WHERE id = ?", (turn,)).fetchone()
        return cost_of_row(row, self._prices) if row else None

    def turns(self, session: str, start: int, stop: int) -> list[int | None]:
        """Of each turn of a session numbered in (start, stop]."""
        rows = self._db.execute(
            f"SELECT {BILLED} FROM turns WHERE session = ? AND ordinal > ? AND ordinal <= ? ORDER BY ordinal",
            (session, start, stop),
        )
        costs = (cost_of_row(row, self._prices) for row in rows)
        return [None if cost is None else cost.total for cost in costs]

"""What whole sessions cost, for lists of them."""

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

from deck.cost.money import dollars
from deck.cost.table import PriceTable
from deck.cost.turns import BILLED, cost_of_row


class SessionCost(NamedTuple):
    """Micro-dollars of the turns whose cost is known, and how many there are of which it is not."""

    micro_usd: int = 0
    unknown: int = 0

    def __str__(self) -> str:
        if not self.unknown:
            return dollars(self.micro_usd)
        return f"{dollars(self.micro_usd)} + ?" if self.micro_usd else "?"


def session_costs(db: sqlite3.Connection, prices: PriceTable) -> Mapping[str, SessionCost]:
    """The cost of every session of an index, by its key."""
    found: dict[str, SessionCost] = {}
    for session, *row in db.execute(f"SELECT session, {BILLED} FROM turns"):
        cost = cost_of_row(row, prices)
        before = found.get(session, SessionCost())
        found[session] = SessionCost(before.micro_usd + (cost.total if cost else 0), before.unknown + (cost is None))
    return found

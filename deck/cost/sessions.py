"""What whole sessions cost, for lists of them."""

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

from deck.cost.money import Billed, cost_of, dollars
from deck.cost.table import PriceTable
from store.reading import Usage


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
    for session, status, error, *billed, input, output, read, short, long, reasoning in db.execute(
        "SELECT session, status, error, model, host, wire, role, started_ms,"
        " input, output, cache_read, cache_write_5m, cache_write_1h, reasoning FROM turns"
    ):
        model, host, wire, role, started_ms = billed
        usage = Usage(input, output, read, short, long, reasoning)
        failed = (status or 0) >= 400 or bool(error)
        cost = cost_of(Billed(model, host, wire, role, started_ms, usage, failed), prices)
        before = found.get(session, SessionCost())
        found[session] = SessionCost(before.micro_usd + (cost.total if cost else 0), before.unknown + (cost is None))
    return found

"""One row of a price table: what a model's tokens cost, since when, at which hours, and in which length of context."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple


class Price(NamedTuple):
    """Micro-dollars for a million tokens of each kind of `store.reading.Usage`; None where the table has none."""

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None


class Tariff(NamedTuple):
    """Prices while they are in force: (more tokens of context than, price), the shortest context first."""

    since_ms: int  # Unix
    hours: tuple[int, int] | None  # from and to which minute of the day, UTC
    tiers: tuple[tuple[int, Price], ...]

    def in_force(self, at_ms: int) -> bool:
        """Whether it counts at a moment (Unix ms)."""
        if self.hours is None:
            return at_ms >= self.since_ms
        start, end = self.hours
        minute = at_ms // 60_000 % 1440
        return start <= minute < end if start <= end else minute >= start or minute < end

    def price(self, context: int) -> Price:
        """The price where so many tokens are in the context; it counts for all of them."""
        return next(price for more, price in reversed(self.tiers) if context > more)


def tariffs(row: Mapping[str, Any]) -> tuple[Tariff, ...]:
    """The tariffs of a row (`deck.cost.table`), of which the last that is in force counts, the first where none is.

    Raises `ValueError` or `TypeError` for a row that makes no sense.
    """
    return tuple(_tariff(each) for each in (row, *row.get("later", ())))


def _tariff(entry: Mapping[str, Any]) -> Tariff:
    base = _rates(entry)
    tiers = [(-1, Price(**base))]
    for more, rates in sorted(entry.get("above", {}).items(), key=lambda item: int(item[0])):
        base = {**base, **_rates(rates)}
        tiers.append((int(more), Price(**base)))
    hours = entry.get("hours")
    return Tariff(_since(entry.get("from")), hours and (_minute(hours[0]), _minute(hours[1])), tuple(tiers))


def _rates(entry: Mapping[str, Any]) -> dict[str, int]:
    return {kind: entry[kind] for kind in Price._fields if kind in entry}


def _since(day: Any) -> int:
    if day is None:
        return 0
    found = day if isinstance(day, date) else date.fromisoformat(day)
    return int(datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp()) * 1000


def _minute(time: Any) -> int:
    hour, minute = str(time).split(":")[:2]
    return int(hour) * 60 + int(minute)

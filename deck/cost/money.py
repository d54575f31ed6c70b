"""What one turn cost: its tokens at the prices of its model."""

from typing import NamedTuple

from deck.cost.table import PriceTable
from deck.cost.tariff import Price
from store.reading import Usage

_PER = 1_000_000  # prices are for so many tokens
_DIGITS = ((1_000_000, 2), (10_000, 3), (100, 4), (1, 6), (0, 2))  # shown from so many micro-dollars on


class Cost(NamedTuple):
    """Whole micro-dollars of each kind of token. The sum is the exact one, rounded; the parts add up to it."""

    input: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self)


class Billed(NamedTuple):
    """What the cost of a turn depends on."""

    model: str  # the one that answered, else the one that was asked for
    host: str
    wire: str
    role: str
    at_ms: int
    usage: Usage
    failed: bool  # the provider said that it did not answer


def cost_of(turn: Billed, prices: PriceTable) -> Cost | None:
    """The cost of a turn, or None where it cannot be known: no price, or no token counts for an answer."""
    if turn.role == "aux:count-tokens":  # nobody charges for counting
        return Cost()
    if all(count is None for count in turn.usage):
        return Cost() if turn.failed else None
    local = turn.wire.startswith("ollama")
    price = prices.find(turn.model, turn.host, turn.at_ms, turn.usage.context, local=local)
    return None if price is None else cost_at(turn.usage, price)


def cost_at(usage: Usage, price: Price) -> Cost | None:
    """The cost of tokens at a price, or None where some of them have none.

    Without a price of their own cache reads and writes cost what input does. Writes for an hour do not cost what those
    for five minutes do, so where only these have a price, those have none.
    """
    rates = {
        "input": price.input,
        "cache_read": price.input if price.cache_read is None else price.cache_read,
        "cache_write_5m": price.input if price.cache_write_5m is None else price.cache_write_5m,
        "cache_write_1h": price.input if price[3:] == (None, None) else price.cache_write_1h,
        "output": price.output,
    }
    parts: dict[str, int] = {}
    exact = rounded = 0
    for kind, rate in rates.items():
        tokens = getattr(usage, kind) or 0
        if tokens and rate is None:
            return None
        exact += tokens * (rate or 0)
        before, rounded = rounded, (exact + _PER // 2) // _PER
        parts[kind] = rounded - before
    return Cost(**parts)


def dollars(micro: int | None) -> str:
    """An amount for people: ``$4.12``, ``$0.525``, ``$0.0031``; ``?`` where it is unknown."""
    if micro is None:
        return "?"
    digits = next(digits for least, digits in _DIGITS if micro >= least)
    return f"${micro / 1_000_000:,.{digits}f}"

"""Turns, by who made them, which model answered, how they ended; their tokens and what they cost."""

import re
from collections.abc import Iterator, Sequence

from deck.cost.money import Billed, Cost, cost_at, cost_of
from deck.cost.table import PriceTable
from deck.stats.values import Amount, Edge, Facts, Turn

_VERSION = re.compile(r"[-@:](?:\d{4}-?\d\d-?\d\d|\d{3,4}|latest|v\d[\w.:]*)\Z")
_PATH = re.compile(r"\A(?:.*/)?(?:models|deployments)/")


def count_turns(facts: Facts) -> Iterator[Amount]:
    """Turns, models, fallbacks, agents, retries, errors and answers that were cut."""
    for place, turn in enumerate(facts.turns):
        yield Amount("turns", place)
        yield Amount(f"turns/{turn.role.partition(':')[0]}", place)
        yield Amount(f"models/{turn.model or '?'}", place)
        yield Amount(f"agents/{turn.client or '?'}", place)
        if fallback := _fallback(turn, facts.edges.get(place, ())):
            yield Amount("fallbacks", place)
            yield Amount(f"fallbacks/{fallback}", place)
        if any(edge.kind == "retries" for edge in facts.edges.get(place, ())):
            yield Amount("retries", place)
        if turn.failed:
            yield Amount("errors", place)
            yield Amount(f"errors/{turn.status if (turn.status or 0) >= 400 else 'in the answer'}", place)
        if turn.outcome != "complete":
            yield Amount("cut", place)
            yield Amount(f"cut/{turn.outcome}", place)


def count_tokens(facts: Facts) -> Iterator[Amount]:
    """Tokens of each kind, as reported. Those of reasoning are among those of output."""
    for place, turn in enumerate(facts.turns):
        spent = turn.spent
        total = spent.context + (spent.output or 0)
        if total:
            yield Amount("tokens", place, total)
        for kind, tokens in zip(spent._fields, spent, strict=True):
            if tokens:
                yield Amount(f"tokens/{kind}", place, tokens)


def count_costs(facts: Facts, prices: PriceTable) -> Iterator[Amount]:
    """Micro-dollars of each kind of token; turns of unknown cost, and turns that were cut, whose cost is a lower bound.

    ``cost-with-one-write-price`` is what a table says that takes writes for an hour for writes for five minutes.
    """
    for place, turn in enumerate(facts.turns):
        cost = cost_of(
            Billed(turn.model, turn.host, turn.wire, turn.role, turn.started_ms, turn.usage, turn.failed), prices
        )
        if cost is None:
            yield Amount("cost-unknown", place)
        if not cost or not cost.total:
            continue
        yield Amount("cost", place, cost.total)
        for kind, much in zip(cost._fields, cost, strict=True):
            if much:
                yield Amount(f"cost/{kind}", place, much)
        if turn.outcome != "complete":
            yield Amount("cost-of-cut", place, cost.total)
        yield Amount("cost-with-one-write-price", place, _as_short_writes(turn, cost, prices).total)


def _as_short_writes(turn: Turn, cost: Cost, prices: PriceTable) -> Cost:
    used = turn.spent
    long = used.cache_write_1h or 0
    price = prices.find(turn.model, turn.host, turn.started_ms, used.context) if long else None
    if price is None:
        return cost
    short = used._replace(cache_write_5m=(used.cache_write_5m or 0) + long, cache_write_1h=0)
    return cost_at(short, price) or cost


def _fallback(turn: Turn, edges: Sequence[Edge]) -> str:
    """``asked → answered`` where another model answered, or an agent tried again with another one."""
    for edge in edges:
        if edge.kind == "retries" and turn.asked and edge.parent.asked not in ("", turn.asked):
            return f"{edge.parent.asked} → {turn.asked}"
    if turn.asked and turn.model and not same_model(turn.asked, turn.model):
        return f"{turn.asked} → {turn.model}"
    return ""


def same_model(one: str, other: str) -> bool:
    """Whether two names mean one model: a version, a date or a path makes no other, nor does the order of words."""
    return one == other or _words(one) == _words(other)


def _words(model: str) -> list[str]:
    bare = _VERSION.sub("", _PATH.sub("", model.lower()))
    return sorted(re.split(r"[-.@:]", bare))

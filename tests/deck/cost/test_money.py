"""What a turn costs."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deck.cost.money import Billed, Cost, cost_at, cost_of, dollars
from deck.cost.table import load
from deck.cost.tariff import Price
from store.reading import Usage

COUNTS = st.one_of(st.none(), st.integers(0, 10**9))
RATES = st.integers(0, 10**9)


def billed(usage: Usage, **changed: object) -> Billed:
    turn = Billed(
        "claude-sonnet-4-6", "api.anthropic.com", "anthropic.messages", "main", 1_785_000_000_000, usage, False
    )
    return turn._replace(**changed)


@given(st.builds(Usage, *[COUNTS] * 5), st.builds(Price, *[RATES] * 5))
def test_parts_add_up_to_the_exact_sum_rounded_once(usage: Usage, price: Price) -> None:
    cost = cost_at(usage, price)
    assert cost is not None
    kinds = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
    exact = sum(Fraction((getattr(usage, kind) or 0) * getattr(price, kind), 10**6) for kind in kinds)
    assert abs(cost.total - exact) <= Fraction(1, 2)
    assert all(
        abs(part - Fraction((getattr(usage, kind) or 0) * getattr(price, kind), 10**6)) <= 1
        for kind, part in zip(cost._fields, cost, strict=True)
    )


def test_kinds_of_tokens_have_prices_of_their_own() -> None:
    usage = Usage(input=1000, output=1000, cache_read=1000, cache_write_5m=1000, cache_write_1h=1000, reasoning=900)
    assert cost_of(billed(usage), load()) == Cost(3000, 300, 3750, 6000, 15000)


def test_what_has_no_price_of_its_own() -> None:
    known = Price(input=2_000_000, output=8_000_000)
    assert cost_at(Usage(cache_read=10, cache_write_5m=10, cache_write_1h=10), known) == Cost(0, 20, 20, 20, 0)
    short = known._replace(cache_write_5m=3_000_000)
    assert cost_at(Usage(cache_write_1h=1), short) is None
    assert cost_at(Usage(output=1), Price(input=1)) is None
    assert cost_at(Usage(output=0, input=1_000_000), Price(input=1)) == Cost(1)


@pytest.mark.parametrize(
    "changed", [{"model": "nobody-knows"}, {"model": ""}, {"wire": "ollama.chat", "host": "127.0.0.1"}]
)
def test_an_unknown_price_is_unknown_and_not_nothing(changed: dict[str, str]) -> None:
    assert cost_of(billed(Usage(input=1, output=1), **changed), load()) is None


def test_an_answer_without_counts_is_unknown_and_a_refusal_is_free() -> None:
    assert cost_of(billed(Usage()), load()) is None
    assert cost_of(billed(Usage(), failed=True), load()) == Cost()


def test_counting_tokens_is_free() -> None:
    assert cost_of(billed(Usage(input=5000), role="aux:count-tokens"), load()) == Cost()


@pytest.mark.parametrize(
    ("micro", "shown"),
    [
        (None, "?"),
        (0, "$0.00"),
        (7, "$0.000007"),
        (1_788, "$0.0018"),
        (525_090, "$0.525"),
        (4_123_456, "$4.12"),
        (1_234_567_890, "$1,234.57"),
    ],
)
def test_amounts_for_people(micro: int | None, shown: str) -> None:
    assert dollars(micro) == shown

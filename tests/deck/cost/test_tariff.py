"""Rows of a price table."""

from datetime import date

import pytest

from deck.cost.tariff import Price, tariffs

_DAY_MS = 86_400_000
_MARCH_13_MS = 20_525 * _DAY_MS  # 2026-03-13


def test_long_contexts_have_prices_of_their_own() -> None:
    row = {
        "input": 3_000_000,
        "output": 15_000_000,
        "above": {"200000": {"input": 6_000_000}, "1000000": {"output": 30_000_000}},
    }
    (tariff,) = tariffs(row)
    assert tariff.price(200_000) == Price(input=3_000_000, output=15_000_000)
    assert tariff.price(200_001) == Price(input=6_000_000, output=15_000_000)
    assert tariff.price(1_000_001) == Price(input=6_000_000, output=30_000_000)


@pytest.mark.parametrize("day", ["2026-03-13", date(2026, 3, 13)])
def test_a_price_from_a_day_on(day: object) -> None:
    first, later = tariffs({"input": 3, "later": [{"from": day, "input": 2}]})
    assert first.in_force(0) and not later.in_force(_MARCH_13_MS - 1)
    assert later.in_force(_MARCH_13_MS)


@pytest.mark.parametrize(
    ("hours", "minute", "holds"),
    [
        (["16:30", "00:30"], 16 * 60 + 29, False),
        (["16:30", "00:30"], 16 * 60 + 30, True),
        (["16:30", "00:30"], 29, True),
        (["16:30", "00:30"], 30, False),
        (["01:00", "04:00"], 60, True),
        (["01:00", "04:00"], 240, False),
    ],
)
def test_a_price_at_some_hours(hours: list[str], minute: int, holds: bool) -> None:
    (tariff,) = tariffs({"input": 3, "hours": hours})
    assert tariff.in_force(_MARCH_13_MS + minute * 60_000) is holds

"""The user's own prices."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from deck.cost.own import in_micro_dollars
from deck.cost.table import PriceTable, load
from deck.cost.tariff import Price
from store.errors import StoreError

NOW_MS = int(datetime(2026, 7, 28, tzinfo=UTC).timestamp() * 1000)
EARLY_MS = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)
SONNET = Price(3_000_000, 15_000_000, 300_000, 3_750_000, 6_000_000)


def test_dollars_become_micro_dollars() -> None:
    row = {"models": ["m"], "input": 3, "cache_read": Decimal("0.3"), "above": {"9": {"output": Decimal("0.000001")}}}
    assert in_micro_dollars(row | {"later": [{"input": 0}]}) == {
        "models": ["m"],
        "input": 3_000_000,
        "cache_read": 300_000,
        "above": {"9": {"output": 1}},
        "later": [{"input": 0}],
    }


@pytest.mark.parametrize("price", [True, "3", 0.3, Decimal("NaN"), Decimal("Infinity"), -1, Decimal("0.0000001")])
def test_what_is_no_price_is_refused(price: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        in_micro_dollars({"input": price})


def own(path: Path, text: str) -> PriceTable:
    (path / "config.toml").write_text(text, "utf-8")
    return load(path)


def test_the_users_own_rows_come_first(tmp_path: Path) -> None:
    prices = own(
        tmp_path,
        """
        [[price]]
        models = ["my-*", "~^other-\\\\d+$"]
        input = 0
        output = 1.25
        above.1000 = { input = 2 }
        [[price.later]]
        from = 2026-07-01
        input = 4

        [[price]]
        models = ["claude-sonnet-4-6"]
        host = "Gateway.example"
        input = 1
        """,
    )
    assert prices.find("My-Model", "anywhere", EARLY_MS, 10) == Price(input=0, output=1_250_000)
    assert prices.find("other-7", "anywhere", EARLY_MS, 1001) == Price(input=2_000_000, output=1_250_000)
    assert prices.find("my-model", "anywhere", NOW_MS, 10, local=True) == Price(input=4_000_000)
    assert prices.find("claude-sonnet-4-6", "gateway.example", NOW_MS, 10) == Price(input=1_000_000)
    assert prices.find("claude-sonnet-4-6", "api.anthropic.com", NOW_MS, 10) == SONNET


@pytest.mark.parametrize(
    "text",
    [
        "price = 3",
        "[[price]]\ninput = 3",
        "[[price]]\nmodels = []",
        "[[price]]\nmodels = [3]",
        '[[price]]\nmodels = ["a"]\ninput = "3"',
        '[[price]]\nmodels = ["a"]\ninput = -3',
        '[[price]]\nmodels = ["a"]\nhost = 3',
        '[[price]]\nmodels = ["~("]',
        '[[price]]\nmodels = ["a"]\nabove.many = { input = 3 }',
        '[[price]]\nmodels = ["a"]\nhours = ["late"]',
        '[[price]]\nmodels = ["a"]\nhours = ["12:00", "24:01"]',
        '[[price]]\nmodels = ["a"]\nhours = ["12:00"]',
        '[[price]]\nmodels = ["a"]\nabove.-1 = { input = 3 }',
        '[[price]]\nmodels = ["a"]\ninputs = 3',
        '[[price]]\nmodels = ["a"]\nabove.9 = { inputs = 3 }',
        '[[price]]\nmodels = ["a"]\nlater = [{ form = 2026-03-13 }]',
        '[[price]]\nmodels = ["a"]\nlater = [{ host = "b" }]',
        '[[price]]\nmodels = ["a"]\nlater = [{ from = "soon" }]',
        '[[price]]\nmodels = ["a"',
    ],
)
def test_rows_that_make_no_sense_are_refused_in_words(text: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"config\.toml"):
        own(tmp_path, text)


def test_hours_may_be_times_and_end_with_the_day(tmp_path: Path) -> None:
    row = '[[price]]\nmodels = ["a"]\ninput = 1\n[[price.later]]\ninput = 2\nhours = '
    for hours in ('["00:00", "24:00"]', "[00:00:00, 23:59:00]"):
        assert own(tmp_path, row + hours).find("a", "x", NOW_MS, 1) == Price(input=2_000_000)


def test_a_config_without_prices_is_fine(tmp_path: Path) -> None:
    assert own(tmp_path, '[[provider]]\nhost = "x"').find("my-model", "x", NOW_MS, 1) is None
    assert load(tmp_path / "nowhere").date == load().date

"""Which price counts: hosts, names, days, and the user's own rows."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deck.cost import table
from deck.cost.table import PriceTable, load
from deck.cost.tariff import Price
from store.errors import StoreError

NOW_MS = int(datetime(2026, 7, 28, tzinfo=UTC).timestamp() * 1000)
EARLY_MS = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)
SONNET = Price(3_000_000, 15_000_000, 300_000, 3_750_000, 6_000_000)


@pytest.fixture(scope="module")
def shipped() -> PriceTable:
    return load()


@pytest.mark.parametrize(
    ("model", "host"),
    [
        ("claude-sonnet-4-6", "api.anthropic.com"),
        ("claude-sonnet-4-6-20260115", "api.anthropic.com"),
        ("CLAUDE-SONNET-4-6", "api.anthropic.com"),
        ("claude-sonnet-4-6", "127.0.0.1"),
        ("claude-sonnet-4-6", "gateway.example"),
        ("claude-sonnet-4-6", "us-east5-aiplatform.googleapis.com"),
        ("claude-sonnet-4-6", "resource.services.ai.azure.com"),
        ("anthropic/claude-sonnet-4.6", "openrouter.ai"),
    ],
)
def test_a_model_has_one_price_wherever_it_is_offered_at_it(model: str, host: str, shipped: PriceTable) -> None:
    found = shipped.find(model, host, NOW_MS, 1000)
    assert found is not None
    assert found[:4] == SONNET[:4]


def test_long_contexts_cost_more_until_the_day_they_did_not(shipped: PriceTable) -> None:
    def price(at_ms: int, context: int) -> int | None:
        found = shipped.find("claude-sonnet-4-6", "api.anthropic.com", at_ms, context)
        return found and found.input

    assert price(EARLY_MS, 200_000) == 3_000_000
    assert price(EARLY_MS, 200_001) == 6_000_000
    assert price(NOW_MS, 200_001) == 3_000_000


@pytest.mark.parametrize(
    ("model", "host"),
    [
        ("gpt-99-turbo", "api.openai.com"),
        ("claude-sonnet-4-6", "api.openai.com"),
        ("my-own-model", "127.0.0.1"),
        ("", "api.anthropic.com"),
        ("claude-" + "9" * 1_000_000, "api.anthropic.com"),
        ("\x1b]0;claude\x07\ud800", "api.anthropic.com"),
    ],
)
def test_what_is_unknown_has_no_price(model: str, host: str, shipped: PriceTable) -> None:
    assert shipped.find(model, host, NOW_MS, 1000) is None


def test_a_model_on_the_users_own_machine_has_no_list_price(shipped: PriceTable) -> None:
    assert shipped.find("deepseek-r1:7b", "127.0.0.1", NOW_MS, 10) is not None
    assert shipped.find("deepseek-r1:7b", "127.0.0.1", NOW_MS, 10, local=True) is None


def test_the_file_that_ships_is_whole() -> None:
    """Every row can be used, and no pattern stands where it can never be reached."""
    document = json.loads(Path(table.__file__).with_name("prices.json").read_text("utf-8"))
    assert datetime.fromisoformat(document["date"]) and document["source"].startswith("genai-prices ")
    prices = load()
    rows = [(provider, row) for provider in document["providers"] for row in provider["prices"]]
    assert len(rows) > 1000
    hosts = {"anthropic": "api.anthropic.com", "openai": "api.openai.com", "openrouter": "openrouter.ai"}
    for provider, row in rows:
        plain = next((name for name in row["models"] if "*" not in name and not name.startswith("~")), "")
        if plain and provider["name"] in hosts:
            assert prices.find(plain, hosts[provider["name"]], NOW_MS, 10) is not None


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
        '[[price]]\nmodels = ["a"]\nlater = [{ from = "soon" }]',
        '[[price]]\nmodels = ["a"',
    ],
)
def test_rows_that_make_no_sense_are_refused_in_words(text: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"config\.toml"):
        own(tmp_path, text)


def test_a_config_without_prices_is_fine(tmp_path: Path) -> None:
    assert own(tmp_path, '[[provider]]\nhost = "x"').find("my-model", "x", NOW_MS, 1) is None
    assert load(tmp_path / "nowhere").date == load().date

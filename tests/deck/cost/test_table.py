"""Which price counts: hosts, names and days."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deck.cost import table
from deck.cost.table import PriceTable, load
from deck.cost.tariff import Price, tariffs

FOLDER = Path(table.__file__).with_name("prices")
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
    prices = load()
    assert datetime.fromisoformat(prices.date) and prices.source.startswith("genai-prices ")
    hosts = {"anthropic": "api.anthropic.com", "openai": "api.openai.com", "openrouter": "openrouter.ai"}
    count = 0
    for provider in json.loads((FOLDER / "providers.json").read_text("utf-8"))["providers"]:
        re.compile(provider["url"])
        for row in json.loads((FOLDER / f"{provider['name']}.json").read_text("utf-8")):
            count += 1
            assert tariffs(row)[0].price(10) != Price()
            assert all(re.compile(name[1:]) for name in row["models"] if name.startswith("~"))
            plain = next((name for name in row["models"] if "*" not in name and not name.startswith("~")), "")
            if plain and provider["name"] in hosts:
                assert prices.find(plain, hosts[provider["name"]], NOW_MS, 10) is not None
    assert count > 1000


NAMES = st.text(st.sampled_from("ab-5"), max_size=8)


@given(NAMES, st.text(st.sampled_from("ab-5*"), max_size=8))
def test_a_star_stands_for_anything(name: str, pattern: str) -> None:
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    assert table._fits(name, [pattern]) == (re.fullmatch(expression, name) is not None)


@given(NAMES, st.text(st.sampled_from("^ab-5?*+|.\\d$()"), max_size=8))
def test_an_expression_is_looked_for(name: str, expression: str) -> None:
    try:
        found = re.search(expression, name) is not None
    except re.error:
        return
    assert table._fits(name, [f"~{expression}"]) == found


def test_only_what_is_asked_for_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda path, *args: read.append(path.name) or real(path, *args))
    assert load().find("claude-sonnet-4-6", "api.anthropic.com", NOW_MS, 10) is not None
    assert read == ["providers.json", "anthropic.json"]

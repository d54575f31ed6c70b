"""Write deck/cost/prices/, the prices that deck ships, from the package genai-prices.

    python3 -m venv /tmp/prices && /tmp/prices/bin/pip install genai-prices
    /tmp/prices/bin/python tools/prices.py

genai-prices (Pydantic, MIT) collects what providers say on their pages. deck keeps what it can use: tokens of text, of
the providers that it records. Left out are batches and other service tiers, sound, pictures, searches and requests, as
nothing of that stands in a turn's usage. `deck.cost.table` says what the file's members mean.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any

from genai_prices.data import providers
from genai_prices.types import (
    ClauseAnd,
    ClauseContains,
    ClauseEndsWith,
    ClauseEquals,
    ClauseOr,
    ClauseRegex,
    ClauseStartsWith,
    ModelPrice,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

FOLDER = Path(__file__).parents[1] / "deck" / "cost" / "prices"
LICENCE = "LICENSE"
PACKAGE = "genai-prices"
PROVIDERS = (
    *("anthropic", "openai", "google", "azure", "aws", "deepseek", "fireworks", "groq", "mistral", "moonshotai"),
    *("openrouter", "together", "x-ai", "zai"),
)
KINDS = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write_5m",
    "cache_write_1h_mtok": "cache_write_1h",
}


def patterns(clause: Any) -> list[str]:
    """A clause over names as patterns, of which any may fit."""
    match clause:
        case ClauseOr():
            return [pattern for each in clause.or_ for pattern in patterns(each)]
        case ClauseAnd():
            return ["~" + "".join(f"(?=.*?(?:{expression(each)}))" for each in clause.and_)]
        case ClauseEquals():
            return [clause.equals.lower()]
        case ClauseStartsWith():
            return [clause.starts_with.lower() + "*"]
        case ClauseEndsWith():
            return ["*" + clause.ends_with.lower()]
        case ClauseContains():
            return ["*" + clause.contains.lower() + "*"]
        case ClauseRegex():
            return ["~" + clause.regex]
    raise SystemExit(f"a new kind of clause: {clause!r}")


def expression(clause: Any) -> str:
    """A clause of an "and" as a regular expression that is looked for from the start of a name."""
    match clause:
        case ClauseStartsWith():
            return "^" + clause.starts_with.lower()
        case ClauseRegex():
            return clause.regex
    raise SystemExit(f"a new kind of clause in an and: {clause!r}")


def tokens(price: ModelPrice) -> dict[str, Any]:
    """Dollars for a million tokens of each kind; ``above`` has those of long contexts."""
    found: dict[str, Any] = {}
    above: dict[str, dict[str, Any]] = {}
    for name, kind in KINDS.items():
        value = getattr(price, name)
        if isinstance(value, TieredPrices):
            for tier in value.tiers:
                above.setdefault(str(tier.start), {})[kind] = number(tier.price)
            value = value.base
        if value is not None:
            found[kind] = number(value)
    return found | ({"above": above} if above else {})


def number(value: Decimal) -> int:
    """A price in dollars for a million tokens as micro-dollars."""
    return round(value * 1_000_000)


def when(constraint: Any) -> dict[str, Any]:
    """Since which day (UTC), or in which hours of the day (UTC), a price counts."""
    match constraint:
        case StartDateConstraint():
            return {"from": constraint.start_date.isoformat()}
        case TimeOfDateConstraint():
            times = (constraint.start_time, constraint.end_time)
            if any(each.tzinfo not in (None, UTC) for each in times):
                raise SystemExit(f"hours of another zone: {constraint!r}")
            return {"hours": [each.strftime("%H:%M") for each in times]}
    raise SystemExit(f"a new kind of constraint: {constraint!r}")


def entries(provider: Any) -> Iterator[dict[str, Any]]:
    """The models of a provider, in its order: the first that fits a name counts."""
    for model in provider.models:
        given = model.prices if isinstance(model.prices, list) else None
        first, later = (given[0].prices, given[1:]) if given else (model.prices, [])
        price = tokens(first)
        if not price.get("input") and not price.get("output"):
            continue
        entry = {"models": patterns(model.match), **price}
        changes = [{**when(each.constraint), **tokens(each.prices)} for each in later]
        yield entry | ({"later": changes} if changes else {})


def head(provider: Any) -> dict[str, Any]:
    """At which hosts a provider's prices count, and for which models elsewhere."""
    found = {"name": provider.id, "url": provider.api_pattern}
    if provider.model_match:
        found["models"] = patterns(provider.model_match)
    if provider.fallback_model_providers:
        found["also"] = [name for name in provider.fallback_model_providers if name in PROVIDERS]
    return found


def lines(entries: Iterable[Any]) -> str:
    """A JSON list with one entry a line, so that a change of a price is a change of a line."""
    return "[\n" + ",\n".join(map(json.dumps, entries)) + "\n]"


def main() -> None:
    """Write the files and the licence of their source."""
    parser = argparse.ArgumentParser(description="Write the price files anew.")
    parser.add_argument("--date", type=date.fromisoformat, default=datetime.now(UTC).date(), help="the files' date")
    day = parser.parse_args().date
    chosen = [provider for name in PROVIDERS for provider in providers if provider.id == name]
    told = {
        "date": day.isoformat(),
        "source": f"{PACKAGE} {metadata.version(PACKAGE)}",
        "licence": f"MIT, see {LICENCE}",
        "unit": "micro-dollars for a million tokens",
    }
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    providers_text = json.dumps(told)[:-1] + f', "providers": {lines(map(head, chosen))}}}\n'
    (FOLDER / "providers.json").write_text(providers_text, "utf-8")
    for provider in chosen:
        (FOLDER / f"{provider.id}.json").write_text(lines(entries(provider)) + "\n", "utf-8")
    licence = next(file for file in metadata.files(PACKAGE) or () if "licenses/" in str(file))
    (FOLDER / LICENCE).write_text(licence.read_text(), "utf-8")


if __name__ == "__main__":
    main()

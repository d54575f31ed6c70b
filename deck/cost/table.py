"""Which prices count for a model: the table that deck ships, and the user's own rows before it.

``prices.json`` beside this module is made by ``tools/prices.py``; the archive's ``config.toml`` may have ``[[price]]``
tables of the same shape:

    [[price]]
    models = ["my-model", "my-*"]       # `*` stands for anything; "~…" is a regular expression that is looked for
    host = "gateway.example"            # only there; everywhere if left out
    input = 3                           # US dollars for a million tokens; also output, cache_read, cache_write_5m,
    cache_write_1h = 6                  # cache_write_1h
    above.200000 = { input = 6 }        # where more tokens than that are in the context: for all of the turn's
    [[price.later]]                     # the last that is in force counts
    from = 2026-03-13                   # a day, UTC; or hours = ["16:30", "00:30"], UTC
    input = 2

A host that is known decides whose prices count; elsewhere (gateways) the model's name does. The first row that fits a
name counts.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from deck.cost.tariff import Price, Tariff, tariffs
from store.errors import StoreError

_SHIPPED = Path(__file__).with_name("prices.json")
_CONFIG = "config.toml"
_LONGEST = 200  # characters of a model's name; what is longer is no name
_COMPACT_DATE = re.compile(r"-(20\d\d)(\d\d)(\d\d)\Z")


class _Provider(NamedTuple):
    """Whose prices count at which hosts. ``also`` names providers whose models it offers at their prices."""

    url: re.Pattern[str]
    models: Sequence[str]
    also: Sequence[str]
    rows: Sequence[dict[str, Any]]


class PriceTable:
    """The prices in force. ``date`` and ``source`` say where those that deck ships come from."""

    def __init__(self, shipped: dict[str, Any], own: Sequence[dict[str, Any]] = ()) -> None:
        self.date: str = shipped["date"]
        self.source: str = shipped["source"]
        self._own = own
        self._providers = {entry["name"]: _provider(entry) for entry in shipped["providers"]}
        self._tariffs = lru_cache(1024)(self._find_tariffs)  # a session asks again and again for two or three models

    def find(self, model: str, host: str, at_ms: int, context: int, *, local: bool = False) -> Price | None:
        """The price of a model at a host at a moment (Unix ms), with so many tokens of context; None if unknown.

        ``local``: the model runs on a machine of the user's, so only his own rows can say what it costs.
        """
        found = self._tariffs(model, host, local)
        if not found:
            return None
        in_force = [tariff for tariff in found if tariff.in_force(at_ms)]
        return (in_force or found[:1])[-1].price(context)

    def _find_tariffs(self, model: str, host: str, local: bool) -> tuple[Tariff, ...]:
        if len(model) > _LONGEST:
            return ()
        name = model.lower()
        for form in dict.fromkeys((name, _COMPACT_DATE.sub(r"-\1-\2-\3", name))):
            for row in self._rows(form, host.lower(), local):
                if _fits(form, row["models"]):
                    return tariffs(row)
        return ()

    def _rows(self, name: str, host: str, local: bool) -> Iterator[dict[str, Any]]:
        yield from (row for row in self._own if row.get("host", host).lower() == host)
        provider = None if local else self._provider_of(name, host)
        if provider is not None:
            yield from provider.rows
            for other in provider.also:
                yield from self._providers[other].rows

    def _provider_of(self, name: str, host: str) -> _Provider | None:
        all_ = self._providers.values()
        at_host = (provider for provider in all_ if provider.url.match(f"https://{host}/"))
        return next(at_host, None) or next((provider for provider in all_ if _fits(name, provider.models)), None)


def load(archive: Path | None = None) -> PriceTable:
    """The shipped table and the rows of the archive's ``config.toml``. Raises `StoreError` for bad rows."""
    shipped = json.loads(_SHIPPED.read_text("utf-8"), parse_float=Decimal)
    return PriceTable(shipped, _own_rows(archive / _CONFIG) if archive is not None else ())


def _own_rows(config: Path) -> list[dict[str, Any]]:
    try:
        text = config.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{config} cannot be read: {error}") from error
    import tomllib  # most archives have no such file

    try:
        rows = tomllib.loads(text, parse_float=Decimal).get("price", [])
    except tomllib.TOMLDecodeError as error:
        raise StoreError(f"{config}: {error}") from error
    if not isinstance(rows, list):
        raise StoreError(f"{config}: price must be a list of tables, written [[price]]")
    for row in rows:
        _check(row, config)
    return rows


def _check(row: Any, config: Path) -> None:
    """Refuse a row that cannot be used."""
    names = row.get("models") if isinstance(row, dict) else None
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise StoreError(f'{config}: [[price]] needs models, a list of names, as in models = ["my-model"]')
    if not isinstance(row.get("host", ""), str):
        raise StoreError(f"{config}: the host of the [[price]] of {names[0]!r} is no text")
    try:
        tariffs(row)
        _fits("", names)
    except (TypeError, ValueError, AttributeError, LookupError, re.error) as error:
        raise StoreError(f"{config}: the [[price]] of {names[0]!r} cannot be understood: {error}") from error


def _provider(entry: dict[str, Any]) -> _Provider:
    return _Provider(re.compile(entry["url"]), entry.get("models", ()), entry.get("also", ()), entry["prices"])


def _fits(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name in lower case fits one of the patterns."""
    return any(_fits_one(name, pattern) for pattern in patterns)


def _fits_one(name: str, pattern: str) -> bool:
    if pattern.startswith("~"):
        return re.search(pattern[1:], name) is not None
    if "*" not in pattern:
        return name == pattern.lower()
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.lower().split("*")), name) is not None

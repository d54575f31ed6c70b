"""Which prices count for a model: the table that deck ships, and the user's own rows before it (`deck.cost.own`).

The files in ``prices/`` are made by ``tools/prices.py``. ``providers.json`` has the providers: ``url`` is an expression
that their hosts fit, ``models`` are names that are theirs anywhere, ``also`` names providers whose models they offer at
the same prices. Of each provider one file has the models, of which the first that fits a name counts:

    {"models": ["claude-sonnet-4-6*"],      `*` stands for anything; "~…" is a regular expression that is looked for
     "input": 3000000,                      micro-dollars for a million tokens; also output, cache_read,
     "cache_write_1h": 6000000,             cache_write_5m, cache_write_1h
     "above": {"200000": {"input": …}},     where more tokens than that are in the context: for all of the turn's
     "later": [{"from": "2026-03-13", …}]}  the last that is in force counts: from a day on, or at hours, UTC

A host that is known decides whose prices count; elsewhere (gateways) the model's name does. Only what is asked for is
read: one line of `deck checkout` must not cost the whole table.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from deck.cost.tariff import Price, Tariff, tariffs

_SHIPPED = Path(__file__).with_name("prices")
_CONFIG = "config.toml"
_LONGEST = 200  # characters of a model's name; what is longer is no name
_COMPACT_DATE = r"-(20\d\d)(\d\d)(\d\d)\Z"
_SPECIAL = r"\.[({?*+$"  # what ends the literal beginning of a regular expression


class PriceTable:
    """The prices in force. ``date`` and ``source`` say where those that deck ships come from."""

    def __init__(self, shipped: Path, own: Sequence[dict[str, Any]] = ()) -> None:
        """``shipped`` is the folder with the files, ``own`` are the user's rows, in micro-dollars."""
        head = json.loads((shipped / "providers.json").read_text("utf-8"))
        self.date: str = head["date"]
        self.source: str = head["source"]
        self._shipped = shipped
        self._own = own
        self._providers: list[dict[str, Any]] = head["providers"]
        self._tariffs = lru_cache(1024)(self._find_tariffs)  # a session asks again and again for two or three models
        self._rows_of = lru_cache(None)(self._read_rows)

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
        for form in _forms(model.lower()):
            for row in self._rows(form, host.lower(), local):
                if _fits(form, row["models"]):
                    return tariffs(row)
        return ()

    def _rows(self, name: str, host: str, local: bool) -> Iterator[dict[str, Any]]:
        yield from (row for row in self._own if row.get("host", host).lower() == host)
        provider = None if local else self._provider_of(name, host)
        if provider is not None:
            for each in (provider["name"], *provider.get("also", ())):
                yield from self._rows_of(each)

    def _read_rows(self, provider: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((self._shipped / f"{provider}.json").read_text("utf-8"))
        return found

    def _provider_of(self, name: str, host: str) -> dict[str, Any] | None:
        at_host = (each for each in self._providers if re.match(each["url"], f"https://{host}/"))
        by_name = (each for each in self._providers if _fits(name, each.get("models", ())))
        return next(at_host, None) or next(by_name, None)


def load(archive: Path | None = None) -> PriceTable:
    """The shipped table and the rows of the archive's ``config.toml``. Raises `BadConfig` for bad rows."""
    if archive is None or not (archive / _CONFIG).exists():
        return PriceTable(_SHIPPED)
    from deck.cost.own import own_rows  # most archives have no such file

    return PriceTable(_SHIPPED, own_rows(archive))


def _forms(name: str) -> Iterator[str]:
    """A model's name, and then with its date as other providers write it."""
    yield name
    dated = re.sub(_COMPACT_DATE, r"-\1-\2-\3", name)
    if dated != name:
        yield dated


def _fits(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name in lower case fits one of the patterns. Raises `re.error` for one that is none."""
    return any(_fits_one(name, pattern) for pattern in patterns)


def _fits_one(name: str, pattern: str) -> bool:
    if pattern.startswith("~"):
        return _may_begin(name, pattern[1:]) and re.search(pattern[1:], name) is not None
    first, *middle = pattern.lower().split("*")
    if not middle:
        return name == first
    last = middle.pop()
    if len(name) < len(first) + len(last) or not (name.startswith(first) and name.endswith(last)):
        return False
    at, end = len(first), len(name) - len(last)
    for part in middle:
        at = name.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def _may_begin(name: str, expression: str) -> bool:
    """Whether a regular expression can fit, by its literal beginning: to compile one costs 0.1 ms."""
    if not expression.startswith("^") or "|" in expression:
        return True
    literal = expression[1:]
    for special in _SPECIAL:
        literal = literal.partition(special)[0]
    return name.startswith(literal[:-1])  # its last character may be optional

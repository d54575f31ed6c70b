"""The user's own prices: ``[[price]]`` tables in the archive's ``config.toml``, in dollars.

[[price]]
models = ["my-model", "my-*"]       # `*` stands for anything; "~…" is a regular expression that is looked for
host = "gateway.example"            # only there; everywhere if left out
input = 3                           # US dollars for a million tokens; also output, cache_read, cache_write_5m,
cache_write_1h = 6                  # cache_write_1h
above.200000 = { input = 6 }        # where more tokens than that are in the context: for all of the turn's
[[price.later]]                     # the last that is in force counts
from = 2026-03-13                   # a day, UTC; or hours = ["16:30", "00:30"], UTC
input = 2
"""

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from deck.cost.tariff import Price, tariffs
from store.errors import StoreError

_MICRO = 1_000_000


def own_rows(config: Path) -> list[dict[str, Any]]:
    """The rows of a ``config.toml``, in micro-dollars like those that deck ships. Raises `StoreError`."""
    try:
        rows = tomllib.loads(config.read_text("utf-8"), parse_float=Decimal).get("price", [])
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{config} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise StoreError(f"{config}: {error}") from error
    if not isinstance(rows, list):
        raise StoreError(f"{config}: price must be a list of tables, written [[price]]")
    return [_checked(row, config) for row in rows]


def _checked(row: Any, config: Path) -> dict[str, Any]:
    """A row that can be used, in micro-dollars."""
    names = row.get("models") if isinstance(row, dict) else None
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise StoreError(f'{config}: [[price]] needs models, a list of names, as in models = ["my-model"]')
    if not isinstance(row.get("host", ""), str):
        raise StoreError(f"{config}: the host of the [[price]] of {names[0]!r} is no text")
    try:
        found = in_micro_dollars(row)
        tariffs(found)
        for expression in (name[1:] for name in names if name.startswith("~")):
            re.compile(expression)
    except (TypeError, ValueError, AttributeError, LookupError, re.error) as error:
        raise StoreError(f"{config}: the [[price]] of {names[0]!r} cannot be understood: {error}") from error
    return found


def in_micro_dollars(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its dollars as micro-dollars. Raises `TypeError` or `ValueError` for what is no price."""
    found = row | {kind: _micro(row[kind]) for kind in Price._fields if kind in row}
    if "above" in row:
        found["above"] = {more: in_micro_dollars(rates) for more, rates in row["above"].items()}
    if "later" in row:
        found["later"] = [in_micro_dollars(each) for each in row["later"]]
    return found


def _micro(dollars: Any) -> int:
    """Dollars as micro-dollars. More digits than that are refused: they would be lost silently."""
    if isinstance(dollars, bool) or not isinstance(dollars, int | Decimal):
        raise TypeError(f"{dollars!r} is no price")
    exact = dollars * _MICRO
    if not (isinstance(exact, int) or exact.is_finite()) or exact < 0 or exact != int(exact):
        raise ValueError(f"{dollars} is no price: at least 0, at most six digits after the point")
    return int(exact)

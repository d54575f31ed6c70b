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
from decimal import Decimal
from pathlib import Path
from typing import Any

from deck.cost.tariff import Price, tariffs
from store.config import CONFIG, load
from store.errors import BadConfig

_MICRO = 1_000_000
_LATER = ("from", "hours", *Price._fields, "above")
_ROW = ("models", "host", *_LATER, "later")
_ANY_HOURS = ("00:00", "24:00")
_HOUR = re.compile(r"(?:(?:[01]?\d|2[0-3]):[0-5]\d|24:00)(?::\d\d)?\Z")  # a TOML time has seconds


def own_rows(archive: Path) -> list[dict[str, Any]]:
    """The rows of an archive's ``config.toml``, in micro-dollars like those that deck ships. Raises `BadConfig`."""
    rows, file = load(archive, Decimal).get("price", []), archive / CONFIG
    if not isinstance(rows, list):
        raise BadConfig(file, "price must be a list of tables, written [[price]]")
    return [_checked(row, file) for row in rows]


def _checked(row: Any, file: Path) -> dict[str, Any]:
    """A row that can be used, in micro-dollars."""
    names = row.get("models") if isinstance(row, dict) else None
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise BadConfig(file, '[[price]] needs models, a list of names, as in models = ["my-model"]')
    if not isinstance(row.get("host", ""), str):
        raise BadConfig(file, f"the host of the [[price]] of {names[0]!r} is no text")
    try:
        found = in_micro_dollars(row)
        _check(row)
        tariffs(found)
        for expression in (name[1:] for name in names if name.startswith("~")):
            re.compile(expression)
    except (TypeError, ValueError, AttributeError, LookupError, re.error) as error:
        raise BadConfig(file, f"the [[price]] of {names[0]!r} cannot be understood: {error}") from error
    return found


def _check(row: dict[str, Any]) -> None:
    """Refuse members that a row does not have, and limits that no context and no day has."""
    later = row.get("later", [])
    for table, known in ((row, _ROW), *((each, _LATER) for each in later)):
        above = table.get("above", {})
        for each, members in ((table, known), *((rates, Price._fields) for rates in above.values())):
            if unknown := sorted(set(each) - set(members)):
                raise ValueError(f"there is no {', '.join(map(repr, unknown))}; there is {', '.join(members)}")
        if negative := next((more for more in above if int(more) < 0), None):
            raise ValueError(f"above.{negative} is no number of tokens")
        hours = table.get("hours", _ANY_HOURS)
        if len(hours) != len(_ANY_HOURS) or not all(_HOUR.match(str(hour)) for hour in hours):
            raise ValueError('hours are two times of a day, 00:00 to 24:00, as in hours = ["16:30", "00:30"]')


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

"""Filters of turns, and how moments are written."""

import time
from collections.abc import Iterator

import pytest

from deck.diagnostics import USAGE, Problem
from deck.filters import Filter, since, until

NOW_MS = 1_795_000_000_000
NOVEMBER_21_MS = 1_795_219_200_000  # 2026-11-21 00:00 UTC
_HOUR = 3_600_000


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21", NOVEMBER_21_MS),
        ("2026-11-21T14:30", NOVEMBER_21_MS + 14 * _HOUR + _HOUR // 2),
        ("2026-11-21 14:30:00+01:00", NOVEMBER_21_MS + 13 * _HOUR + _HOUR // 2),
        ("45m", NOW_MS - 45 * 60_000),
        ("12h", NOW_MS - 12 * _HOUR),
        ("3d", NOW_MS - 72 * _HOUR),
        ("2w", NOW_MS - 336 * _HOUR),
    ],
)
def test_moments(text: str, moment: int) -> None:
    assert since(text, NOW_MS) == moment
    if len(text) > 10:
        assert until(text, NOW_MS) == moment


def test_a_day_ends_with_its_last_hour() -> None:
    assert until("2026-11-20", NOW_MS) == NOVEMBER_21_MS
    assert until("20261120", NOW_MS) == until("2026-W47-5", NOW_MS) == NOVEMBER_21_MS
    assert until("9999-12-31", NOW_MS) == 253_402_300_800_000
    assert since(None, NOW_MS) is None and until(None, NOW_MS) is None


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "3x", "9999999d", "0001-01-01", "\x1b[2J"])
def test_what_is_no_moment(text: str) -> None:
    for read in (since, until):
        with pytest.raises(Problem) as caught:
            read(text, NOW_MS)
        assert caught.value.code == USAGE


def test_what_passes() -> None:
    turn = {"model": "claude-sonnet-4-6", "agent": "claude-code", "project": "/home/dev/Shop", "started_ms": 1000}
    assert Filter().takes(**turn)
    assert Filter("SONNET", "claude", "shop", 1000, 1001).takes(**turn)
    for other in (
        Filter(model="gpt"),
        Filter(agent="codex"),
        Filter(project="x"),
        Filter(since_ms=1001),
        Filter(until_ms=1000),
    ):
        assert not other.takes(**turn)

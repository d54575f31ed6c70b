"""Which sessions are shown, in which order, and the lines between days."""

from datetime import datetime
from typing import Any

from tall_model import TallModel

from deck.tui.ordering import ORDERS, arrange, day_name
from deck.tui.overview import SessionLine

DAY = 86_400_000
NOW = int(datetime(2026, 7, 30, 12).timestamp() * 1000)
BASE = TallModel(1).sessions()[0]


def session(key: str, age_days: float, project: str = "", **changes: Any) -> SessionLine:
    last = int(NOW - age_days * DAY)
    return SessionLine(BASE._replace(key=key, title=key, started_ms=last - 1000, last_ms=last, **changes), project)


def keys(items: list[SessionLine | str]) -> list[str]:
    return [item if isinstance(item, str) else item.view.key for item in items]


SESSIONS = [
    session("old", 40),
    session("week", 2),
    session("fresh", 0.01, turns=9),
    session("live", 0.02, live=True),
]


def test_newest_first_with_a_line_between_days_and_live_on_top() -> None:
    items = keys(arrange(SESSIONS, ORDERS[0], "", day_name(NOW)))
    assert items == ["live", "today", "fresh", "Tuesday", "week", "2026-06-20", "old"]


def test_every_order_keeps_all_sessions_and_live_on_top() -> None:
    for order in ORDERS:
        items = arrange(SESSIONS, order, "", day_name(NOW))
        shown = [item.view.key for item in items if isinstance(item, SessionLine)]
        assert shown[0] == "live" and sorted(shown) == ["fresh", "live", "old", "week"]


def test_most_turns_first() -> None:
    assert keys(arrange(SESSIONS, ORDERS[2], "", day_name(NOW)))[1] == "fresh"


def test_all_words_must_be_there() -> None:
    assert keys(arrange(SESSIONS, ORDERS[2], "FRE made-up", day_name(NOW))) == ["fresh"]
    assert arrange(SESSIONS, ORDERS[2], "fresh old", day_name(NOW)) == []


def test_a_time_that_is_none() -> None:
    assert day_name(NOW)(10**18) == "at no real time"


def test_grouped_by_project_in_the_order_of_their_first_session_and_the_unknown_one_last() -> None:
    sessions = [
        session("a", 3, "/home/u/shop"),
        session("b", 0.1),
        session("c", 2, "/home/u/bank"),
        session("d", 1, "/home/u/shop"),
        session("e", 4, "/srv/bank"),
        session("now", 0.5, "/home/u/shop", live=True),
    ]
    items = keys(arrange(sessions, ORDERS[0], "", day_name(NOW), by_project=True))
    assert items == [
        *("now", "shop", "d", "a", "/home/u/bank", "c", "/srv/bank", "e", "no project is known", "b"),
    ]
    assert keys(arrange(sessions, ORDERS[0], "srv", day_name(NOW))) == ["e"]

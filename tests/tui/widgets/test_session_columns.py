"""The columns of the list of sessions: as wide as need be, the less telling ones gone where there is no room."""

import pytest
from tall_model import TallModel

from deck.cost.sessions import SessionCost
from deck.tui.overview import SessionLine
from deck.tui.widgets.session_columns import age, room_of, spans, widths

DAY = 86_400_000
SHORT = SessionLine(
    TallModel(7).sessions()[0]._replace(last_ms=0, started_ms=-5_000, errors=2), cost=SessionCost(9_500)
)
LONG = SHORT._replace(view=SHORT.view._replace(turns=100_000, models=("a-model-" * 9,), input_tokens=5_200_000_000))


def rows(*lines: SessionLine, width: int) -> list[str]:
    columns = widths(lines, 3 * DAY, width)
    return ["".join(text for text, _ in spans(line, 3 * DAY, columns)) for line in lines]


def test_figures_stand_under_each_other_and_none_is_cut() -> None:
    short, long = rows(SHORT, LONG, width=100)
    assert len(short) == len(long)
    assert "        7 turns" in short and "  100,000 turns  5.2G in   $0.0095  2 err ✗" in long


@pytest.mark.parametrize(("width", "last"), [(40, "  7 turns    3d"), (65, "  7 turns  2 err ✗    3d")])
def test_a_narrow_list_keeps_what_tells_most(width: int, last: str) -> None:
    assert rows(SHORT, width=width) == [last]


def test_columns_leave_room_for_the_title() -> None:
    for width in range(40, 220, 10):
        assert room_of(widths((LONG,), 0, width)) <= max(width - 40, 25)


def test_an_age_is_one_short_figure() -> None:
    ages = (30_000, 60_000, 7_200_000, 364 * DAY, 365 * DAY, 999 * DAY)
    assert [age(ms) for ms in ages] == ["now", "1m", "2h", "364d", "1y", "2y"]

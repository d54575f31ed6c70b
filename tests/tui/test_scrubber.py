"""Turns on columns, few or many."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from deck.tui.lanes import EVERY_STEP
from deck.tui.shape import MARKS, Shape
from deck.tui.spending import Spending
from deck.tui.widgets.scrubber import lay_out


def shape(turns: int, marks: dict[int, str] | None = None) -> Shape:
    ranks = bytes(list(MARKS).index(marks[n]) + 1 if marks and n in marks else 0 for n in range(1, turns + 1))
    return Shape(array("q", range(1, turns + 1)), ranks, {}, None, (EVERY_STEP,), array("q"), Spending())


@given(st.integers(1, 3000), st.integers(3, 200))
def test_pointing_at_a_turns_column_leads_to_its_bucket(turns: int, width: int) -> None:
    columns = lay_out(shape(turns), width, {})
    for turn in {1, turns // 2 + 1, turns}:
        x = columns.column_of(turn)
        assert 0 <= x < width
        first = columns.turn_at(x)
        assert first <= turn
        assert columns.column_of(first) == x
        assert turns > width or first == turn


@given(st.integers(1, 3000), st.integers(3, 200))
def test_a_column_shows_its_largest_context(turns: int, width: int) -> None:
    columns = lay_out(shape(turns), width, {})
    assert columns.columns[-1].context == turns
    assert len(columns.columns) * columns.each <= width


@given(st.integers(1, 3000), st.integers(3, 200), st.data())
def test_a_mark_stands_over_its_turn(turns: int, width: int, data: st.DataObject) -> None:
    turn = data.draw(st.integers(1, turns))
    columns = lay_out(shape(turns, {turn: "e"}), width, {})
    assert [place for place, column in enumerate(columns.columns) if column.mark] == [
        columns.column_of(turn) // columns.each
    ]


def test_the_most_important_mark_of_a_bucket_wins() -> None:
    columns = lay_out(shape(100, {1: "f", 2: "e", 3: "S"}), 10, {})
    assert columns.columns[0].mark == "e"


@given(st.integers(1, 3000), st.integers(3, 200), st.data())
def test_a_mark_of_the_users_own_stands_over_its_turn_before_any_other(
    turns: int, width: int, data: st.DataObject
) -> None:
    turn = data.draw(st.integers(1, turns))
    columns = lay_out(shape(turns, {turn: "c"}), width, {turn: "*"})
    assert [(place, column.shown) for place, column in enumerate(columns.columns) if column.shown] == [
        (columns.column_of(turn) // columns.each, "*")
    ]


def test_a_star_does_not_hide_an_error() -> None:
    columns = lay_out(shape(9, {2: "e"}), 40, {2: "*", 3: "m"}).columns
    assert [column.shown for column in columns[:4]] == ["", "e", "m", ""]
    assert columns[1].own == "*"

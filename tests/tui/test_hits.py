"""Walking through what a search found."""

import pytest

from deck.render import width_of
from deck.tui.hits import Hits
from deck.views import Hit

HITS = Hits("x", (Hit(2, "first x"), Hit(5, "second x"), Hit(9, "third x")))


def test_next_and_previous_go_round() -> None:
    assert [hit.position for hit in (HITS.next(0, 1), HITS.next(2, 1), HITS.next(9, 1)) if hit] == [2, 5, 2]
    assert [hit.position for hit in (HITS.next(9, -1), HITS.next(5, -1), HITS.next(2, -1)) if hit] == [5, 2, 9]


def test_the_first_look_may_stay_where_it_is() -> None:
    found = HITS.next(5, 1, inclusive=True)
    assert found is not None and found.position == 5


def test_words() -> None:
    assert HITS.words(HITS.hits[1]) == "2 of 3 for “x”: second x"
    assert Hits("y").next(0, 1) is None
    assert Hits("y").words(None) == "nothing found for “y”"


@pytest.mark.parametrize("room", [24, 30, 40, 60, 100, 160])
@pytest.mark.parametrize("before", ["", "well before it \n", "日本語の文字が" * 4])
@pytest.mark.parametrize("after", ["", " and a good deal that comes after it, in the same line as it"])
def test_what_was_searched_for_stands_in_what_fits(room: int, before: str, after: str) -> None:
    hit = Hit(2, f"{before}Widget{after}")
    words = Hits("widget", (hit,)).words(hit, room)
    assert words.startswith("1 of 1") and "Widget" in words and width_of(words) <= room
    assert ("for “widget”" in words) == (room >= 40)


def test_a_search_that_goes_on_says_so_and_numbers_nothing() -> None:
    found = Hits("x", HITS.hits, complete=False)
    assert found.words(HITS.hits[0]) == "3+ for “x”: first x"
    assert found.words(None) == "searching for “x”, 3 found so far"
    assert Hits("x", complete=False).words(None) == "searching for “x”"


def test_nothing_that_was_not_looked_through_is_passed_over() -> None:
    """The search began at step 5 and has come to step 2, by way of the end; 3 and 4 it has not seen."""
    found = Hits("x", HITS.hits, complete=False, start=5)
    assert [hit and hit.position for hit in (found.next(5, 1), found.next(9, 1), found.next(2, 1))] == [9, 2, None]
    assert [hit and hit.position for hit in (found.next(2, -1), found.next(9, -1), found.next(5, -1))] == [9, 5, None]
    assert found.next(4, -1) is None and found.next(4, 1) is None

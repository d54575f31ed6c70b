"""Walking through what a search found."""

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


def test_a_search_that_goes_on_says_so() -> None:
    found = Hits("x", HITS.hits, complete=False)
    assert found.words(HITS.hits[0]) == "1 of 3+ for “x”: first x"
    assert Hits("x", complete=False).words(None) == "searching for “x”"

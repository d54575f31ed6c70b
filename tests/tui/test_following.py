"""Following and pinning."""

from deck.tui.following import Following


def test_a_view_at_the_end_follows_and_counts_nothing() -> None:
    following = Following(on=True)
    following.grew(2)
    assert following.words(live=True) == "● live"


def test_stepping_back_pins_and_counts_what_comes() -> None:
    following = Following(on=True)
    following.moved_by_user(at_end=False)
    assert following.words(live=True) == "● pinned"
    following.grew(1)
    following.grew(2)
    assert following.words(live=True) == "● pinned  +3 new"


def test_the_end_or_escape_follows_again() -> None:
    following = Following()
    following.grew(4)
    following.moved_by_user(at_end=True)
    assert (following.on, following.new) == (True, 0)
    following.moved_by_user(at_end=False)
    following.resume()
    assert (following.on, following.new) == (True, 0)


def test_a_session_that_is_over_has_no_state() -> None:
    assert Following(on=True).words(live=False) == ""

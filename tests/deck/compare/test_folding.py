"""What of a long list is shown."""

from hypothesis import given
from hypothesis import strategies as st

from deck.compare.folding import Fold, folded


def shown(signs: str, context: int) -> str:
    found = folded(signs, "~".__eq__, context)
    return "".join(f"({each.number})" if isinstance(each, Fold) else each for each in found)


def test_only_what_is_near_a_difference_is_shown() -> None:
    assert shown("=====~=====", 2) == "(3)==~==(3)"
    assert shown("~=====~", 1) == "~=(3)=~"
    assert shown("====", 1) == "(4)" and shown("", 1) == ""


def test_a_fold_of_one_saves_nothing() -> None:
    assert shown("~===~", 1) == "~===~"


@given(st.text("~=", max_size=40), st.integers(0, 3))
def test_nothing_is_lost_and_every_difference_is_shown(signs: str, context: int) -> None:
    found = list(folded(signs, "~".__eq__, context))
    assert "".join("=" * each.number if isinstance(each, Fold) else each for each in found) == signs

"""Two texts compared: nothing is lost, nothing equal is told as changed, nothing takes long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deck.compare.align import Budget, pairs
from deck.compare.values import Piece
from deck.compare.words import compare_texts

PIECES = st.lists(
    st.sampled_from(["a", "b", "foo", " ", "  ", "\n", ",", ".", "é", "line one\n", "\ud800"]), max_size=40
)
TEXTS = st.builds("".join, PIECES) | st.text(max_size=60)


def old(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces if piece.sign != "+")


def new(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces if piece.sign != "-")


@given(TEXTS, TEXTS)
def test_pieces_give_both_texts(before: str, after: str) -> None:
    pieces = compare_texts(before, after, Budget())
    assert (old(pieces), new(pieces)) == (before, after)
    assert all(piece.text for piece in pieces)
    assert (before == after) == all(piece.sign == "=" for piece in pieces)


@given(TEXTS, TEXTS)
def test_without_a_budget_texts_are_replaced_and_still_exact(before: str, after: str) -> None:
    pieces = compare_texts(before, after, Budget(0))
    assert (old(pieces), new(pieces)) == (before, after)


def test_words_inside_a_line() -> None:
    assert compare_texts("keep\nthe topic orders-v2 is new\n", "keep\nthe topic orders-v1 is new\n", Budget()) == (
        Piece("=", "keep\nthe topic orders-"),
        Piece("-", "v2"),
        Piece("+", "v1"),
        Piece("=", " is new\n"),
    )


def test_what_has_little_in_common_is_not_woven_together() -> None:
    before, after = "Let me look at the file first.", "All tests pass; the change is done."
    assert compare_texts(before, after, Budget()) == (Piece("-", before), Piece("+", after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\n" * 150_000, "b\na\n" * 150_000),
        ("x " * 300_000, "y x " * 150_000),
        ("word, " * 100_000, "word; " * 100_000),
    ],
    ids=["lines", "words", "clauses"],
)
def test_what_would_take_hours_is_given_up(before: str, after: str) -> None:
    """Each of these has billions of pairs of equal items, which `difflib` alone would look at."""
    pieces = compare_texts(before, after, Budget())
    assert (old(pieces), new(pieces)) == (before, after)


def test_changes_far_apart_in_a_long_text_are_told_one_by_one() -> None:
    lines = [f"line {number} of the file\n" for number in range(100_000)]
    changed = [line.replace("line", "row") if number % 1000 == 0 else line for number, line in enumerate(lines)]
    pieces = compare_texts("".join(lines), "".join(changed), Budget())
    assert [piece.text for piece in pieces if piece.sign == "+"] == ["row"] * 100


ITEMS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=12)


@given(ITEMS, ITEMS)
def test_items_are_paired_in_order_each_one_once(before: list[tuple[int, int]], after: list[tuple[int, int]]) -> None:
    keys = (lambda item: item, lambda item: item[0])
    found = list(pairs(before, after, keys, Budget()))
    assert [pair.before for pair in found if pair.before is not None] == list(range(len(before)))
    assert [pair.after for pair in found if pair.after is not None] == list(range(len(after)))
    for pair in found:
        if pair.before is not None and pair.after is not None:
            assert keys[pair.level](before[pair.before]) == keys[pair.level](after[pair.after])


def test_an_empty_line_does_not_keep_replaced_paragraphs_apart() -> None:
    before, after = "one two\n\nthree four\nend\n", "alpha beta\n\ngamma delta\nend\n"
    assert [piece.sign for piece in compare_texts(before, after, Budget())] == ["-", "+", "="]

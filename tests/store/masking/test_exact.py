"""Exact values, also where they overlap or begin each other."""

from store.masking.exact import Exact


def test_values_that_overlap_are_one() -> None:
    exact = Exact([b"abcdefgh", b"ghijklmn", b"abcdef"])
    assert exact.spans(b"x abcdefghijklmn y abcdef z") == [(2, 16), (19, 25)]


def test_a_value_that_begins_inside_another_is_found() -> None:
    assert Exact([b"aab-aab-c"]).spans(b"aab-aab-aab-c") == [(4, 13)]


def test_short_values_are_left_out() -> None:
    assert Exact([b"12345"]).spans(b"12345") == []


def test_where_one_may_have_begun() -> None:
    exact = Exact([b"secret-secret-1"])
    assert exact.begun(b"a secret-secret") == 2
    assert exact.begun(b"a secret-secret-1") == 17
    assert exact.begun(b"") == 0

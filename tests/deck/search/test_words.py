"""Queries in words."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deck.diagnostics import Problem
from deck.search.excerpts import Words
from deck.search.words import expression


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("kafka", '"kafka"'),
        ("kafka topic", '"kafka" AND "topic"'),
        ('"kafka topic" now', '"kafka topic" AND "now"'),
        ("kaf*", '"kaf"*'),
        ('"new top"*', '"new top"*'),
        ('"new top*"', '"new top"*'),
        ("orders-v2", '"orders-v2"'),
        ('"never closed', '"never closed"'),
        ("a OR b NOT c", '"a" AND "OR" AND "b" AND "NOT" AND "c"'),
        ("-- kafka !", '"kafka"'),
        ("text:kafka^2", '"text:kafka^2"'),
    ],
)
def test_everything_is_a_word_a_phrase_or_a_beginning(query: str, wanted: str) -> None:
    assert expression(query) == wanted


@pytest.mark.parametrize("query", ["", "  ", "***", '""', "!?", "\0", "x" * 1_001, "w " * 40])
def test_what_has_no_word_or_too_many_is_said(query: str) -> None:
    with pytest.raises(Problem):
        expression(query)


@given(st.text(st.characters(), max_size=60) | st.text('ab "*^:(){}-+,.\0', max_size=30))
def test_no_query_is_a_mistake_in_the_language_of_the_index(query: str) -> None:
    try:
        words = Words(expression(query))
    except Problem:
        return
    words.spans(query.encode("utf-8", "replace").decode("utf-8"))  # raises where SQLite does not understand it


def test_the_language_of_the_index_does_have_mistakes() -> None:
    with pytest.raises(sqlite3.OperationalError):
        Words('"a" AND').spans("a")

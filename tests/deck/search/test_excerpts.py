"""Where a text has what was looked for, and what stands around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deck.diagnostics import Problem
from deck.search.excerpts import Anything, Pattern, Words, excerpt, pieces
from deck.search.words import expression


def found(query: str, text: str) -> list[str] | None:
    spans = Words(expression(query)).spans(text)
    return None if spans is None else [text[start:end] for start, end in spans]


def test_words_are_found_as_the_index_finds_them() -> None:
    text = "Das Thema Orders-V2, naïve\nfeature_flag; orders v2 ORDERSV2 feature"
    assert found("orders-v2", text) == ["Orders-V2", "orders v2"]
    assert found("NAIVE flag", text) == ["naïve", "flag"]
    assert found("feat*", text) == ["feature", "feature"]
    assert found('"v2 ord*"', text) == ["v2 ORDERSV2"]
    assert found("eature", text) is None and found("thema nowhere", text) is None


def test_patterns_are_re2s() -> None:
    assert Pattern(r"o\w+-v\d").spans("The orders-v2, orders-v1") == [(4, 13), (15, 24)]
    assert Pattern("(?i)ÄRGER").spans("größer ärger") == [(7, 12)]
    assert Pattern("x").spans("y") is None
    assert Pattern("(a+)+$").spans("a" * 40_000 + "b") is None
    for bad in ("(", "(?=x)", "a{9999}", "\ud800"):
        with pytest.raises(Problem, match="no regular expression"):
            Pattern(bad)


def test_an_excerpt_is_one_line_around_the_first_place() -> None:
    text = "x " * 400 + "the\n\n  word   here" + " y" * 400
    shown = excerpt(text, Words('"word"').spans(text) or ())
    assert shown.text.startswith("… x") and shown.text.endswith("y …") and "x the word here y" in shown.text
    assert [piece for piece, wanted in pieces(shown) if wanted] == ["word"]
    whole = excerpt("short\ttext", Anything().spans("short\ttext"))
    assert whole == ("short text", ())


@given(st.text(st.sampled_from("ab \n\U000f0000é-"), max_size=600), st.sampled_from(["a", "b*", '"a b"', "ab a"]))
def test_pieces_are_the_excerpt_and_what_was_found_is_in_the_text(text: str, query: str) -> None:
    spans = Words(expression(query)).spans(text)
    if spans is None:
        return
    assert spans and list(spans) == sorted(spans)
    shown = excerpt(text, spans)
    parts = list(pieces(shown))
    assert "".join(part for part, _ in parts) == shown.text
    assert any(wanted for _, wanted in parts)
    assert all(part in " ".join(text.split()) for part, wanted in parts if wanted)

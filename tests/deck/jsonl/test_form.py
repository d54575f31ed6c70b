"""What stands in a line: payloads and recipes come back byte for byte, whatever is in them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deck.jsonl import form
from store.errors import Damaged
from store.records import RecipePart, Shared, Talk

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
DUMPED = st.builds(
    lambda value, ascii, compact: json.dumps(
        value, ensure_ascii=ascii, separators=(",", ":") if compact else None
    ).encode("utf-8", "surrogatepass"),
    JSON,
    st.booleans(),
    st.booleans(),
)
PAYLOADS = st.binary() | DUMPED | st.text().map(str.encode)
IDS = st.binary(min_size=32, max_size=32)
CUTS = st.lists(st.tuples(st.integers(0, 99), st.binary()), min_size=1, max_size=2).map(tuple)
TALKS = st.builds(
    Talk,
    IDS,
    st.integers(0, 99),
    st.binary(max_size=3),
    st.dictionaries(st.integers(1, 99), CUTS, max_size=2).map(lambda cuts: tuple(cuts.items())),
)
RECIPES = st.lists(st.binary() | st.builds(Shared, IDS) | TALKS, max_size=5)


@given(PAYLOADS, st.booleans())
def test_a_payload_comes_back(payload: bytes, readable: bool) -> None:
    line = form.encode({"kind": "blob", **form.content(payload, readable=readable)})
    assert line.isascii() and line.count(b"\n") == 1
    assert form.payload(form.decode(line)) == payload


@given(RECIPES)
def test_a_recipe_comes_back(recipe: list[RecipePart]) -> None:
    line = form.encode({"parts": form.parts(recipe)})
    assert list(form.recipe(form.decode(line))) == recipe


@pytest.mark.parametrize(
    ("payload", "member"),
    [
        (b'{"a":[1,0.5,"\xc3\xa9"]}', "value"),
        (b'{"a": 1}', "text"),
        (b'{"a":1,"a":2}', "text"),
        (b'{"a":1e400}', "text"),
        (b'{"a":"\\ud800"}', "text"),
        (b"[" * 65 + b"]" * 65, "text"),
        (b"[" * 200_000 + b"]" * 200_000, "text"),
        (b"\xff", "base64"),
        (b"\x00" * 100, "base64"),  # six times as long, were it text
    ],
)
def test_how_a_payload_is_told(payload: bytes, member: str) -> None:
    assert list(form.content(payload, readable=True)) == [member]


def test_what_is_large_is_base64() -> None:
    assert list(form.content(b"a" * ((16 << 20) + 1))) == ["base64"]


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"text": 1},
        {"text": "\ud800"},
        {"base64": "a"},
        {"base64": "é"},
        {"value": float("nan")},
        {"value": "\ud800"},
    ],
)
def test_no_payload(line: form.Line) -> None:
    with pytest.raises(Damaged):
        form.payload(line)


@pytest.mark.parametrize(
    "parts",
    [
        None,
        {},
        [1],
        [{}],
        [{"blob": "xy"}],
        [{"blob": 1}],
        [{"messages": 1, "to": "ab" * 32}],
        [{"messages": True, "to": "ab" * 32, "between": {"text": ","}}],
        [{"messages": -1, "to": "ab" * 32, "between": {"text": ","}}],
        [{"messages": 1, "to": "ab" * 32, "between": {"text": ","}, "put_back": [{"message": -1, "at": 0}]}],
        [{"messages": 1, "to": "ab" * 32, "between": {"text": ","}, "put_back": 1}],
    ],
)
def test_no_recipe(parts: object) -> None:
    with pytest.raises(Damaged):
        list(form.recipe({"parts": parts}))


@pytest.mark.parametrize("data", [b"", b"\n", b"[]\n", b"{", b"\xff\n", b"[" * 100_000, b'{"a":' * 100_000])
def test_no_line(data: bytes) -> None:
    with pytest.raises(Damaged):
        form.decode(data)

"""Splitting a body gives every byte back, whatever the body is, also against a known earlier one."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from store.body import Body, Chain, Known, Large, join, split

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
MARK = {"type": "ephemeral", "ttl": "1h"}
MESSAGES = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": VALUES})
    | st.fixed_dictionaries({"content": st.lists(st.fixed_dictionaries({"text": st.text(), "cache_control": st.just(MARK)}), max_size=2)}),
    max_size=5,
)  # fmt: skip
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "model": st.text(max_size=5),
        "messages": MESSAGES,
        "input": MESSAGES,
        "tools": st.lists(st.fixed_dictionaries({"name": st.text(), "pad": st.just("p" * 300)}), max_size=3),
        "system": st.text(max_size=400),
        "other": VALUES,
    },
)
STYLES = st.sampled_from(
    [
        {"separators": (",", ":"), "ensure_ascii": False},
        {"separators": (",", ":"), "ensure_ascii": True},
        {"indent": 2},
        {},
    ]
)


def known_of(body: Body) -> Known:
    values = {name.encode(): value for name, value in body.members.items()}
    return Known(values, tuple(element.content for element in body.elements), body.first_at)


@settings(max_examples=300, deadline=None)
@given(BODIES, BODIES, STYLES, STYLES)
def test_parts_join_to_the_body_also_against_another_one(first, second, style, other_style) -> None:
    earlier = json.dumps(first, **style).encode("utf-8", "surrogatepass")
    body = json.dumps(second, **other_style).encode("utf-8", "surrogatepass")
    before = split(earlier)
    assert before is None or join(before.parts) == earlier
    after = split(body, known_of(before) if before else None)
    alone = split(body)
    assert (after is None) == (alone is None)
    if after is not None and alone is not None:
        assert join(after.parts) == body
        assert [e.whole() for e in after.elements] == [e.whole() for e in alone.elements]
        assert after.members == alone.members


@settings(max_examples=300, deadline=None)
@given(BODIES, STYLES, st.data())
def test_a_mutated_body_is_split_exactly_or_kept_whole(value, style, data) -> None:
    body = bytearray(json.dumps(value, **style).encode("utf-8", "surrogatepass"))
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    parts = split(bytes(body))
    assert parts is None or join(parts.parts) == body


def test_what_moves_is_cut_out_and_put_back() -> None:
    text = {"type": "text", "text": 'quoted \\"cache_control\\": {"a": 1} in a string'}
    marked = {"type": "text", "text": "x", "cache_control": MARK}
    leading = {"cache_control": MARK, "text": "y"}
    body = json.dumps({"messages": [{"content": [text, marked, leading]}]}, separators=(",", ":")).encode()
    parts = split(body)
    assert parts is not None
    (element,) = parts.elements
    assert json.loads(element.content) == {"content": [text, {"type": "text", "text": "x"}, {"text": "y"}]}
    assert len(element.cuts) == 2
    assert join(parts.parts) == body


def test_a_message_keeps_its_content_when_the_marker_moves_on() -> None:
    def body(*marks: bool) -> bytes:
        parts = [{"text": str(n)} | ({"cache_control": MARK} if mark else {}) for n, mark in enumerate(marks)]
        return json.dumps({"messages": [{"content": [part]} for part in parts]}, separators=(",", ":")).encode()

    first, second = split(body(True)), split(body(False, True))
    assert first is not None and second is not None
    assert second.elements[0].content == first.elements[0].content


def test_large_values_and_arrays_of_large_elements_become_parts() -> None:
    tools = [{"name": name, "text": "t" * 300} for name in "ab"]
    body = json.dumps({"messages": [{"a": 1}], "tools": tools, "system": "s" * 300, "n": 1}).encode()
    parts = split(body)
    assert parts is not None
    large = [part for part in parts.parts if isinstance(part, Large)]
    assert [len([inner for inner in part.parts if isinstance(inner, Large)]) for part in large] == [2, 0]
    assert any(isinstance(part, Chain) for part in parts.parts)
    assert set(parts.members) == {"tools", "system", "n"}


def test_two_conversations_or_none_are_not_taken_apart_wrongly() -> None:
    twice = split(b'{"messages":[{"a":1}],"messages":[{"b":2}]}')
    assert twice is None
    flat = split(b'{"messages":[1,2]}')
    assert flat is not None and flat.elements == ()
    assert split(b"[1]") is None
    assert split(b"") is None


def test_depth_costs_nothing() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    body = b'{"x":' + deep + b"}"
    parts = split(body)
    assert parts is not None and join(parts.parts) == body

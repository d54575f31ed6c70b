"""Splitting a body gives every byte back, whatever the body is, also against a known earlier one."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.body import Earlier, join, split
from store.parts import Chain, Large

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
MARK = {"type": "ephemeral", "ttl": "1h"}
MARKED = st.fixed_dictionaries({"text": st.text(), "cache_control": st.just(MARK)})
MESSAGES = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": VALUES})
    | st.fixed_dictionaries({"content": st.lists(MARKED, max_size=2)}),
    max_size=5,
)
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


@settings(max_examples=100, deadline=None)
@given(BODIES, BODIES, STYLES, STYLES)
def test_parts_join_to_the_body_also_against_another_one(first, second, style, other_style) -> None:
    earlier = json.dumps(first, **style).encode("utf-8", "surrogatepass")
    body = json.dumps(second, **other_style).encode("utf-8", "surrogatepass")
    before = split(earlier)
    assert before is None or join(before.parts) == earlier
    after = split(body, Earlier(earlier, before) if before else None)
    alone = split(body)
    assert (after is None) == (alone is None)
    if after is not None and alone is not None:
        assert join(after.parts) == body
        assert [e.whole() for e in after.elements] == [e.whole() for e in alone.elements]
        assert after.members == alone.members


@settings(max_examples=100, deadline=None)
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


TEXTS = st.lists(st.tuples(st.text(max_size=6), st.booleans()), min_size=1, max_size=8)


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS, st.integers(0, 8), STYLES)
def test_what_a_known_conversation_gives_is_what_a_scan_gives(first, second, shared, style) -> None:
    """Two conversations with a common beginning, markers anywhere in either."""

    def body(texts) -> bytes:
        messages = [
            {"role": "user", "content": [{"text": text} | ({"cache_control": MARK} if mark else {})]}
            for text, mark in texts
        ]
        return json.dumps({"model": "m", "messages": messages}, **style).encode("utf-8", "surrogatepass")

    later = [(text, mark) for (text, _), (_, mark) in zip(first[:shared], second * 8, strict=False)] + second
    began = body(first)
    before, alone = split(began), split(body(later))
    assert before is not None and alone is not None
    after = split(body(later), Earlier(began, before))
    assert after is not None
    assert after.parts == alone.parts
    assert after.elements == alone.elements
    common = [a == b for a, b in zip([t for t, _ in first], [t for t, _ in later], strict=False)]
    expected = common.index(False) if False in common else len(common)
    assert after.conversation is not None
    assert after.conversation.known <= expected
    if not any(mark for _, mark in first):
        assert after.conversation.known == 0 or all(common[: after.conversation.known])


CALL = b'{"contents": [{"role":"user","parts":[{"text":"a"}]}, {"role":"model"}], "session_id": "s-1"}'


@pytest.mark.parametrize(
    ("body", "name", "elements", "members"),
    [
        (b'{"model":"m","project":"p","request":' + CALL + b"}", "contents", 2, {"model", "project", "session_id"}),
        (b'{"request": ' + CALL + b' , "model":"m" }', "contents", 2, {"model", "session_id"}),
        (b'{"model":"m","prompt":"Say \\"a\\"."}', "prompt", 1, {"model"}),
        (b'{"model":"m","input":"a"}', "input", 1, {"model"}),
        (b'{"messages":[{"role":"user"}],"prompt":"a"}', "messages", 1, {"prompt"}),
        (b'{"prompt":["a","b"]}', "", 0, {"prompt"}),
        (b'{"request":{"messages":[{"a":1}]},"messages":[{"b":1}]}', "messages", 1, {"request"}),
        (b'{"request":[1]}', "", 0, {"request"}),
    ],
)
def test_envelopes_and_texts(body: bytes, name: str, elements: int, members: set[str]) -> None:
    found = split(body)
    assert found is not None
    assert (found.name, len(found.elements), set(found.members)) == (name, elements, members)
    assert join(found.parts) == body
    again = split(body, Earlier(body, found))
    assert again is not None and join(again.parts) == body
    assert again.elements == found.elements


def test_two_conversations_are_nobodys_guess() -> None:
    assert split(b'{"request":' + CALL + b',"messages":[{"a":1}]}') is None

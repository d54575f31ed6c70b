"""However an answer is cut into events and the events into chunks, a secret in it is gone and the stream is sound."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from masked_streams import FORMATS, chunks, events, sse, texts_of
from masked_texts import KEY, PLANTED, Planted, pieces_of, token_for
from secrets_planted import RULES, in_markers, private_key, secret

from store.masking.body import BodyMasker
from store.masking.masking import Masking
from store.masking.stream import StreamMasker

FEWER = settings(max_examples=max(10, settings().max_examples // 4))  # each masks whole streams

MASKING = Masking(KEY)


def _in_chunks(stream: bytes, chance: random.Random, most: int) -> bytes:
    masker = StreamMasker(MASKING)
    out = [masker.feed(chunk) for chunk in chunks(stream, chance, most)]
    return b"".join((*out, masker.flush()))


@FEWER
@given(
    st.sampled_from(sorted(FORMATS)),
    st.lists(PLANTED, min_size=1, max_size=2),
    st.integers(1, 12),
    st.integers(1, 90),
    st.integers(),
)
def test_a_secret_split_anywhere_is_gone_and_nothing_else(
    kind: str, planted: list[Planted], most: int, chunk: int, seed: int
) -> None:
    chance = random.Random(seed)
    planted = planted[:1] if kind == "ollama" else planted
    stream = events(kind, [each.text for each in planted], chance, most)
    out = _in_chunks(stream, chance, chunk)
    assert texts_of(out, kind) == {lane: each.masked for lane, each in enumerate(planted)}
    assert out.count(b"\n") == stream.count(b"\n")
    whole = BodyMasker(MASKING).mask(stream)
    assert whole.data == out
    assert len(whole.places) == sum(len(each.secrets) for each in planted)
    assert _in_chunks(out, chance, chunk) == out


@FEWER
@given(PLANTED, st.integers(1, 9), st.integers())
def test_arguments_of_a_tool_in_fragments(planted: Planted, most: int, seed: int) -> None:
    """JSON in pieces: its escapes are cut too, and it stays JSON."""
    arguments = json.dumps({"command": planted.text, "n": 1})
    out = _in_chunks(events("chat", [arguments], random.Random(seed), most), random.Random(seed), 50)
    assert json.loads(texts_of(out, "chat")[0]) == {"command": planted.masked, "n": 1}


@pytest.mark.parametrize("rule", RULES)
def test_split_in_two_at_every_offset(rule: str) -> None:
    value = secret(rule, 3)
    for at in range(1, len(value)):
        pieces = (f"a {value[:at]}", f"{value[at:]} b")
        out = StreamMasker(MASKING)
        data = b"".join(out.feed(sse(FORMATS["messages"](piece, 0))) for piece in pieces) + out.flush()
        assert texts_of(data, "messages")[0] == f"a {token_for(rule, value)} b"


@FEWER
@given(st.integers(1, 20), st.integers(0, 9), st.integers())
def test_a_private_key_over_many_lines_andevents(most: int, key: int, seed: int) -> None:
    body = private_key(key)
    text = f"Here:\n{in_markers(body)}\nand on."
    out = _in_chunks(events("messages", [text], random.Random(seed), most), random.Random(seed), 70)
    assert texts_of(out, "messages")[0] == f"Here:\n{in_markers(token_for('private-key', body))}\nand on."


@FEWER
@given(PLANTED, st.integers(1, 12), st.integers())
def test_nothing_that_is_written_early_holds_a_piece_of_a_secret(planted: Planted, most: int, seed: int) -> None:
    """What is let go can never be taken back, so it is right at every moment."""
    masker = StreamMasker(MASKING)
    stream = events("messages", [planted.text], random.Random(seed), most)
    out = b""
    for event in stream.split(b"\n\n"):
        out += masker.feed(event + b"\n\n")
        text = texts_of(out, "messages").get(0, "")
        assert not [piece for piece in pieces_of(planted.secrets, 8) if piece in text]


def test_what_no_secret_can_follow_from_is_let_go_at_once() -> None:
    masker = StreamMasker(MASKING)
    first, second = (sse(FORMATS["messages"](text, 0)) for text in ("It is done, see below. ", "a line with sk-ant-"))
    assert masker.feed(first) == first
    assert masker.feed(second) == b"event: e\n"
    rest = sse(FORMATS["messages"](" is no key. ", 0))
    assert masker.feed(rest) == second.removeprefix(b"event: e\n") + rest
    assert masker.flush() == b""


def test_a_text_that_never_goes_on_does_not_hold_up_the_others() -> None:
    masker = StreamMasker(MASKING)
    held = sse(FORMATS["messages"]("see sk-ant-", 0))
    events = [sse(FORMATS["messages"]("word ", 1)) for _ in range(100)]
    out = masker.feed(held) + b"".join(map(masker.feed, events))
    assert out == held + b"".join(events)


@pytest.mark.parametrize("rule", RULES)
def test_of_a_stream_that_is_cut_no_beginning_of_a_secret_stays(rule: str) -> None:
    value = secret(rule, 4)
    for at in range(16, len(value), 5):
        masker = StreamMasker(MASKING)
        out = masker.feed(sse(FORMATS["messages"](f"a {value[:at]}", 0))) + masker.flush(is_cut=True)
        assert value[:12] not in texts_of(out, "messages")[0]

"""However an answer is cut into events and the events into chunks, a secret in it is gone and the stream is sound."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from masked_texts import KEY, PLANTED, Planted, pieces_of, token_for
from secrets_planted import RULES, in_markers, private_key, secret

from store.masking.body import BodyMasker
from store.masking.masking import Masking
from store.masking.stream import StreamMasker

FEWER = settings(max_examples=max(10, settings().max_examples // 4))  # each masks whole streams

MASKING = Masking(KEY)
Piece = Callable[[str, int], Any]


def _sse(value: Any) -> bytes:
    return b"event: e\ndata: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def _chat(text: str, lane: int) -> Any:
    delta = {"tool_calls": [{"index": lane, "id": "call_1", "function": {"arguments": text}}]}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]}


FORMATS: Final[dict[str, Piece]] = {
    "messages": lambda text, lane: {
        "type": "content_block_delta",
        "index": lane,
        "delta": {"type": "text_delta", "text": text},
    },
    "chat": _chat,
    "responses": lambda text, lane: {
        "type": "response.output_text.delta",
        "item_id": f"msg_{lane}",
        "output_index": lane,
        "content_index": 0,
        "delta": text,
        "sequence_number": 7,
    },
    "gemini": lambda text, lane: {"candidates": [{"content": {"parts": [{"text": text}]}, "index": lane}]},
    "ollama": lambda text, lane: {"model": "m", "message": {"role": "assistant", "content": text}, "done": False},
}


def _cut(text: str, chance: random.Random, most: int) -> Iterator[str]:
    position = 0
    while position < len(text):
        size = chance.randint(1, most)
        yield text[position : position + size]
        position += size


def _texts(stream: bytes, kind: str) -> dict[int, str]:
    """The texts that a stream of ``kind`` holds, by lane."""
    found: dict[int, str] = {}
    for line in stream.splitlines():
        payload = line if kind == "ollama" else line.removeprefix(b"data: ")
        if not payload.startswith(b"{"):
            continue
        value = json.loads(payload)
        if kind == "messages":
            lane, text = value["index"], value["delta"]["text"]
        elif kind == "chat":
            call = value["choices"][0]["delta"]["tool_calls"][0]
            lane, text = call["index"], call["function"]["arguments"]
        elif kind == "responses":
            lane, text = value["output_index"], value["delta"]
        elif kind == "gemini":
            lane, text = value["candidates"][0]["index"], value["candidates"][0]["content"]["parts"][0]["text"]
        else:
            lane, text = 0, value["message"]["content"]
        found[lane] = found.get(lane, "") + text
    return found


def _in_chunks(stream: bytes, chance: random.Random, most: int) -> bytes:
    masker = StreamMasker(MASKING)
    out, position = [], 0
    while position < len(stream):
        size = chance.randint(1, most)
        out.append(masker.feed(stream[position : position + size]))
        position += size
    return b"".join((*out, masker.flush()))


def _events(kind: str, texts: list[str], chance: random.Random, most: int) -> bytes:
    """The texts as a stream, a lane each, their pieces in any order between lanes."""
    queues = [list(_cut(text, chance, most)) for text in texts]
    out = []
    while any(queues):
        lane = chance.choice([n for n, queue in enumerate(queues) if queue])
        value = FORMATS[kind](queues[lane].pop(0), lane)
        out.append(json.dumps(value).encode() + b"\n" if kind == "ollama" else _sse(value))
    return b"".join(out)


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
    stream = _events(kind, [each.text for each in planted], chance, most)
    out = _in_chunks(stream, chance, chunk)
    assert _texts(out, kind) == {lane: each.masked for lane, each in enumerate(planted)}
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
    out = _in_chunks(_events("chat", [arguments], random.Random(seed), most), random.Random(seed), 50)
    assert json.loads(_texts(out, "chat")[0]) == {"command": planted.masked, "n": 1}


@pytest.mark.parametrize("rule", RULES)
def test_split_in_two_at_every_offset(rule: str) -> None:
    value = secret(rule, 3)
    for at in range(1, len(value)):
        pieces = (f"a {value[:at]}", f"{value[at:]} b")
        out = StreamMasker(MASKING)
        data = b"".join(out.feed(_sse(FORMATS["messages"](piece, 0))) for piece in pieces) + out.flush()
        assert _texts(data, "messages")[0] == f"a {token_for(rule, value)} b"


@FEWER
@given(st.integers(1, 20), st.integers(0, 9), st.integers())
def test_a_private_key_over_many_lines_and_events(most: int, key: int, seed: int) -> None:
    body = private_key(key)
    text = f"Here:\n{in_markers(body)}\nand on."
    out = _in_chunks(_events("messages", [text], random.Random(seed), most), random.Random(seed), 70)
    assert _texts(out, "messages")[0] == f"Here:\n{in_markers(token_for('private-key', body))}\nand on."


@FEWER
@given(PLANTED, st.integers(1, 12), st.integers())
def test_nothing_that_is_written_early_holds_a_piece_of_a_secret(planted: Planted, most: int, seed: int) -> None:
    """What is let go can never be taken back, so it is right at every moment."""
    masker = StreamMasker(MASKING)
    stream = _events("messages", [planted.text], random.Random(seed), most)
    out = b""
    for event in stream.split(b"\n\n"):
        out += masker.feed(event + b"\n\n")
        text = _texts(out, "messages").get(0, "")
        assert not [piece for piece in pieces_of(planted.secrets, 8) if piece in text]


def test_what_no_secret_can_follow_from_is_let_go_at_once() -> None:
    masker = StreamMasker(MASKING)
    first, second = (_sse(FORMATS["messages"](text, 0)) for text in ("It is done, see below. ", "a line with sk-ant-"))
    assert masker.feed(first) == first
    assert masker.feed(second) == b"event: e\n"
    rest = _sse(FORMATS["messages"](" is no key. ", 0))
    assert masker.feed(rest) == second.removeprefix(b"event: e\n") + rest
    assert masker.flush() == b""


def test_a_text_that_never_goes_on_does_not_hold_up_the_others() -> None:
    masker = StreamMasker(MASKING)
    held = _sse(FORMATS["messages"]("see sk-ant-", 0))
    events = [_sse(FORMATS["messages"]("word ", 1)) for _ in range(100)]
    out = masker.feed(held) + b"".join(map(masker.feed, events))
    assert out == held + b"".join(events)


@pytest.mark.parametrize("rule", RULES)
def test_of_a_stream_that_is_cut_no_beginning_of_a_secret_stays(rule: str) -> None:
    value = secret(rule, 4)
    for at in range(16, len(value), 5):
        masker = StreamMasker(MASKING)
        out = masker.feed(_sse(FORMATS["messages"](f"a {value[:at]}", 0))) + masker.flush(is_cut=True)
        assert value[:12] not in _texts(out, "messages")[0]

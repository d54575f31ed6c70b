"""Runs of deltas: read at once or event by event, the answer is the same, whatever the stream is."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from messages_streams import STREAMS, event, recorded, start, stop, text

from store.reading import Answer
from store.wire.anthropic.deltas import runs
from store.wire.anthropic.stream import Assembly, read_stream

MEMBERS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "input_json_delta": "partial_json",
    "signature_delta": "signature",
    "citations_delta": "citation",
    "compaction_delta": "content",
    "hologram_delta": "beam",
}
GIVEN: list[Any] = [
    {"type": "text", "text": ""},
    {"type": "text", "text": "begun "},
    {"type": "thinking", "thinking": "", "signature": ""},
    {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}},
    {"type": "hologram"},
    {"type": "compaction", "content": None},
    {"type": 3},
    {},
]


def delta(index: int, change: str, raw: str, padding: int = 0, space: str = "", member: str = "") -> bytes:
    """A delta as the API writes it; ``raw`` is the inside of a JSON string."""
    member = member or MEMBERS[change]
    return (
        f'event: content_block_delta\ndata: {{"type":{space}"content_block_delta",{space}"index":{space}{index},{space}'
        f'"delta":{space}{{"type":{space}"{change}",{space}"{member}":{space}"{raw}"}}{" " * padding}}}\n\n'
    ).encode("utf-8", "surrogatepass")


RAW = st.one_of(
    st.text(max_size=8).map(lambda words: json.dumps(words)[1:-1]),
    st.text(max_size=8).map(lambda words: json.dumps(words, ensure_ascii=False)[1:-1]),
    st.sampled_from(
        ["\\ud83d", "\\ude00", "\\ud83d\\ude00", "{", '\\"a\\": 1', "}", "\\n\\n", '"', "\\", "\\x", "\n", "\t"]
    ),
    st.sampled_from(["\r", "\\u12", "\x7f", "\\/", "\ud83d", '"}}\n\nevent: ping\n', '","text":"twice', "} }"]),
)
DELTAS = st.builds(
    delta,
    st.integers(0, 2) | st.sampled_from([10**9, 10**10, -1]),
    st.sampled_from([*MEMBERS, "text_delta", "text_delta", "thinking_delta"]),
    RAW,
    st.integers(0, 3),
    st.sampled_from(["", "", " ", "  "]),
    st.sampled_from(["", "", "", "", "type", "text", "thinking"]),
)
STARTS = st.builds(
    lambda index, block: event("content_block_start", index=index, content_block=block),
    st.integers(0, 2),
    st.sampled_from(GIVEN),
)
OTHERS = st.sampled_from(
    [
        start(),
        stop(),
        event("ping"),
        event("error", error={"type": "overloaded_error", "message": "x"}),
        event("content_block_stop", index=0),
        event("content_block_stop", index=1),
        event("content_block_delta", index=0, delta={"type": "signature_delta", "signature": "s"}),
        event("content_block_delta", index=0, delta={"type": "text_delta", "text": "t", "more": 1}),
        b"\n",
        b"\r\n",
        b"\r",
        b": a comment\n",
        b"event: ping\n",
        b"data: {\n",
        b"data: no json",
        b"\xef\xbb\xbf",
        b"\xf0\x9f",
    ]
)
BUILT = st.lists(STARTS | DELTAS | DELTAS | DELTAS | OTHERS, max_size=14).map(b"".join)
WHOLE = st.sampled_from([*STREAMS.values(), *(stream for _, _, _, stream in recorded())])
SPOILS = st.sampled_from(
    [b"", b"\n", b"\r", b"\r\n", b'"', b"\\", b"}", b" ", b"\xff", b"\xf0\x9f", b"\x00", b"0", b"\n\n"]
)


def event_by_event(stream: bytes) -> Answer:
    assembly = Assembly()
    assembly.read(stream)
    return assembly.answer()


def assert_same(stream: bytes) -> None:
    # by repr, as 1 == 1.0 == True, and as NaN is not itself
    assert repr(read_stream(stream)) == repr(event_by_event(stream))


def begun(*deltas: bytes, block: dict[str, Any] | None = None) -> bytes:
    given = {"type": "text", "text": ""} if block is None else block
    return start() + event("content_block_start", index=0, content_block=given) + b"".join(deltas)


@settings(deadline=None, max_examples=120)
@given(stream=BUILT)
@example(stream=begun(delta(0, "text_delta", "\\ud83d"), delta(0, "text_delta", "\\ude00")))
@example(stream=begun(delta(0, "text_delta", "a"), delta(0, "text_delta", "b"), block={"type": "hologram"}))
@example(stream=begun(delta(0, "text_delta", "a"), b"\n", delta(0, "text_delta", "b"), b"\xef\xbb\xbf" + stop()))
@example(stream=begun(delta(0, "text_delta", "text_delta", member="type"), delta(0, "text_delta", "b")))
@example(stream=begun(delta(0, "text_delta", "a"), delta(0, "text_delta", "\\x"), delta(0, "text_delta", "c")))
@example(stream=begun(*(delta(0, "text_delta", "#").replace(b"#", half) for half in (b"\xf0\x9f", b"\x99\x82"))))
def test_built_streams(stream: bytes) -> None:
    assert_same(stream)


@settings(deadline=None, max_examples=100)
@given(
    stream=WHOLE | BUILT,
    spoiled=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), SPOILS), max_size=4),
    share=st.floats(0, 1) | st.just(1.0),
)
def test_spoiled_and_cut_streams(stream: bytes, spoiled: list[tuple[float, int, bytes]], share: float) -> None:
    for place, gone, put in spoiled:
        at = int(place * len(stream))
        stream = stream[:at] + put + stream[at + gone :]
    assert_same(stream[: int(share * len(stream))])


@pytest.mark.parametrize("end", [b"\r", b"\r\n"])
def test_streams_with_other_line_ends(end: bytes) -> None:
    for stream in STREAMS.values():
        assert_same(stream.replace(b"\n", end))


def test_every_cut_of_a_run() -> None:
    stream = begun(*(delta(0, "text_delta", raw, 2) for raw in ("a", "\\u00e9", "🙂"))) + stop()
    for size in range(len(stream)):
        assert_same(stream[:size])


def test_a_run_is_what_lies_between_other_events() -> None:
    stream = begun(delta(0, "text_delta", "a", 3), delta(0, "text_delta", "b\\n"), delta(1, "text_delta", "c"))
    first, second = runs(stream)
    assert (first.block, first.change, first.member, first.texts) == (0, "text_delta", "text", ["a", "b\n"])
    assert (second.block, second.texts) == (1, ["c"])
    assert stream[first.start : first.end] == delta(0, "text_delta", "a", 3) + delta(0, "text_delta", "b\\n")
    assert (first.end, second.end) == (second.start, len(stream))


def test_nearly_all_deltas_of_real_shape_lie_in_runs() -> None:
    whole = text(0, *(f"word {number} " for number in range(1000)))
    assert [len(run.texts) for run in runs(start() + whole)] == [256, 256, 256, 232]
    assert_same(start() + whole + stop())


@pytest.mark.parametrize("unit", [b"\\n", b"a", b"\\", b" ", b"\n\nevent: content_block_delta\n"])
def test_hostile_bodies_take_no_more_than_they_weigh(unit: bytes) -> None:
    opened = begun(delta(0, "text_delta", "a"))[:-4]
    assert_same(opened + unit * 200_000)
    assert_same((opened + unit * 50) * 50)

"""Event streams and chunk times survive their columns; whatever would not is left as it is."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import chunks
from store.columns import pack_stream, pack_times, unpack_stream, unpack_times
from store.errors import Damaged

DELTAS = st.lists(st.text(max_size=12), min_size=4, max_size=12)


def stream_of(texts: list[str], padding: int = 0) -> bytes:
    events = [
        b"event: content_block_delta\ndata: "
        + json.dumps({"type": "d", "index": n % 2, "delta": {"type": "text_delta", "text": text}}).encode()[:-1]
        + b" " * ((n * padding) % 17)
        + b"}\n\n"
        for n, text in enumerate(texts)
    ]
    return b"".join(events)


@settings(deadline=None)
@given(DELTAS, st.integers(0, 9), st.binary(max_size=20))
def test_a_stream_comes_back(texts: list[str], padding: int, tail: bytes) -> None:
    stream = stream_of(texts, padding) + tail
    packed = pack_stream(stream)
    assert packed is None or unpack_stream(packed) == stream
    if not tail:
        assert packed is not None


FRAGMENTS = st.sampled_from([b"data: ", b"\n\n", b'"text":"', b"\\", b'"', b" }\n", b" }\n\n", b"\xff", b"x"])


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=300) | st.lists(FRAGMENTS).map(b"".join))
def test_anything_else_comes_back_or_is_refused(stream: bytes) -> None:
    packed = pack_stream(stream)
    assert packed is None or unpack_stream(packed) == stream


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_a_decoder_only_ever_says_damaged(data: bytes) -> None:
    for read in (unpack_stream, lambda data: unpack_times(data, b"a\n\nb\n\n"), lambda data: list(chunks.decode(data))):
        try:
            read(data)
        except Damaged:
            continue


@settings(deadline=None)
@given(DELTAS, st.lists(st.tuples(st.integers(0, 500), st.integers(0, 4)), max_size=8))
def test_chunk_times_count_in_events_where_they_can(texts: list[str], pieces: list[tuple[int, int]]) -> None:
    stream = stream_of(texts)
    ends = [0]
    while (found := stream.find(b"\n\n", ends[-1])) >= 0:
        ends.append(found + 2)
    at, event, times = 0, 0, []
    for wait, count in pieces:
        at, stop = at + wait, min(event + count, len(ends) - 1)
        times.append((at, ends[stop] - ends[event]))
        event = stop
    blob = chunks.encode(times)
    assert list(chunks.decode(blob)) == times
    packed = pack_times(blob, stream)
    assert packed is not None
    assert unpack_times(packed, stream) == blob


def test_chunks_that_split_events_are_not_packed() -> None:
    stream = stream_of(["a", "b", "c", "d"])
    assert pack_times(chunks.encode([(5, 10), (9, len(stream) - 10)]), stream) is None


def test_a_clock_that_runs_backward_keeps_the_order() -> None:
    assert list(chunks.decode(chunks.encode([(10, 1), (4, 2), (12, 3)]))) == [(10, 1), (10, 2), (12, 3)]


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_cut_packing_is_damaged_or_something_else(cut: int) -> None:
    stream = stream_of(["ab", "cd", "ef", "gh", "ij"])
    packed = pack_stream(stream)
    assert packed is not None
    with pytest.raises(Damaged):
        unpack_stream(packed[:-cut])

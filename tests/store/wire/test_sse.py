"""Event streams: the standard's rules, the same events for every way of cutting, offsets that fit."""

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from store.wire.sse import Event, Parser, parse

LINES = st.sampled_from(
    [b"data: a", b"data:", b"data", b"data:  b", b"event: x", b"event", b": c", b"id: 1", b"", b"", b"da", b"\xff:"]
)
ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])
STREAMS = st.lists(st.tuples(LINES, ENDS)).map(lambda pairs: b"".join(itertools.chain(*pairs))) | st.binary()


def found(stream: bytes) -> list[tuple[str, bytes]]:
    return [(event.name, event.data) for event in parse(stream)]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: a\n\n", [("message", b"a")]),
        (b"event: x\r\ndata:a\r\n\r\n", [("x", b"a")]),
        (b"data: a\r\r", [("message", b"a")]),
        (b"data: a\ndata: b\n\n", [("message", b"a\nb")]),
        (b"data\n\n", [("message", b"")]),
        (b"data:\ndata:\n\n", [("message", b"\n")]),
        (b"data:   two\n\n", [("message", b"  two")]),
        (b": only a comment\n\n", []),
        (b"event: x\n\ndata: a\n\n", [("message", b"a")]),
        (b"\xef\xbb\xbfdata: a\n\n", [("message", b"a")]),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", []),
        (b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [("message", b"a")]),
        (b"data: a\nid: 7\nretry: 3\nother: z\n\n", [("message", b"a")]),
        (b"data: a:b\n\n", [("message", b"a:b")]),
        (b"data: whole\n\ndata: cut\n", [("message", b"whole")]),
        (b"data: whole\n\ndata: cut", [("message", b"whole")]),
    ],
)
def test_the_standard(stream: bytes, events: list[tuple[str, bytes]]) -> None:
    assert found(stream) == events


@settings(deadline=None)
@given(stream=STREAMS, cuts=st.lists(st.integers(0, 200), max_size=10))
@example(stream=b"data: a\r\n\r\n", cuts=[8, 10])
def test_every_chunking_gives_the_same_events(stream: bytes, cuts: list[int]) -> None:
    parser = Parser()
    events: list[Event] = []
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    for a, b in itertools.pairwise(edges):
        events += parser.feed(stream[a:b])
    assert events + parser.flush() == parse(stream)


@settings(deadline=None)
@given(stream=STREAMS)
def test_offsets_follow_each_other_and_cut_out_the_event(stream: bytes) -> None:
    last = 0
    for event in parse(stream):
        assert last <= event.start < event.end <= len(stream)
        last = event.end
        if event.start:  # at 0 a byte order mark may decide how the line reads
            again = parse(stream[event.start : event.end])
            assert [(e.name, e.data) for e in again] == [(event.name, event.data)]


@settings(deadline=None)
@given(stream=STREAMS, cut=st.integers(0, 200))
def test_a_cut_stream_has_the_first_events(stream: bytes, cut: int) -> None:
    some = [(e.name, e.data) for e in parse(stream[:cut])]
    assert some == found(stream)[: len(some)]


def test_pending_tells_a_cut_inside_an_event() -> None:
    parser = Parser()
    parser.feed(b"data: a\n\n")
    assert not parser.pending
    parser.feed(b"data: b\n")
    assert parser.pending
    parser.feed(b"\n")
    assert not parser.pending

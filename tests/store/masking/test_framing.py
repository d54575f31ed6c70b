"""What a stream's beginning tells, and how it is cut, whatever chunks it comes in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.masking.framing import Elements, Framing, Kind, Lines, Opening, kind_of

KINDS = {
    b"data: x\n\n": Kind.LINES,
    b"\xef\xbb\xbfdata: x\n\n": Kind.LINES,
    b": ping\n": Kind.LINES,
    b"> {}\n": Kind.LINES,
    b'{"a": 1}\n{"a": 2}\n': Kind.LINES,
    b'{"a": 1}\n': Kind.LINES,
    b'{"a": 1}': None,
    b'{\n "a": 1}': Kind.DOCUMENT,
    b'[1,\n 2]': Kind.DOCUMENT,
    b'[{"a": 1}': Kind.ELEMENTS,
    b'\xef\xbb\xbf [\n {': Kind.ELEMENTS,
    b"[": None,
    b"": None,
    b" " * 9000 + b"{": Kind.LINES,
}  # fmt: skip


@pytest.mark.parametrize(("beginning", "kind"), KINDS.items())
def test_kind_of(beginning: bytes, kind: Kind | None) -> None:
    assert kind_of(beginning) is kind


@given(
    st.lists(
        st.sampled_from([b"\xef", b"\xbb", b"\xbf", b" ", b"\n", b"[", b"{", b"}", b'"', b"x", b" " * 4096]), max_size=9
    )
)
def test_what_a_beginning_has_told_stays_true(pieces: list[bytes]) -> None:
    opening = Opening()
    whole = kind_of(b"".join(pieces))
    for at, piece in enumerate(pieces):
        told = opening.told(piece)
        if told is not None:
            assert told[0].kind is whole
            assert told[1] == b"".join(pieces[: at + 1])
            return
    assert whole is None
    assert opening.rest() == b"".join(pieces)


def _events(framing: Framing, stream: bytes, size: int) -> list[bytes]:
    found = [event for at in range(0, len(stream), size) for event in framing.events(stream[at : at + size])]
    return [*found, framing.rest()]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_elements(size: int) -> None:
    stream = rb'[{"a": "]},{\"", "b": [{}, {}]}' + b"\n,\r\n" + rb'{"c": "\\"}' + b"\n]"
    assert _events(Elements(), stream, size) == [
        rb'[{"a": "]},{\"", "b": [{}, {}]}',
        b"\n,\r\n" + rb'{"c": "\\"}',
        b"\n]",
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_lines_keep_every_byte(size: int) -> None:
    stream = b"event: a\ndata: {}\n\n\n: x\r\ndata: 1\n\nrest"
    events = _events(Lines(), stream, size)
    assert b"".join(events) == stream
    lines = [line for event in events for line in Lines().lines(event)]
    assert lines == stream.splitlines(keepends=True)

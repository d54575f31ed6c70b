"""The messages of a WebSocket as one body: every byte of them comes back."""

from hypothesis import given
from hypothesis import strategies as st

from store import columns
from store.socket_body import Message, parse, piece, split

JSON = st.recursive(st.none() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=5)
DATA = st.sampled_from([b"", b"{}", b"\n", b"a\nb", b"< ", b"> x"]) | JSON.map(lambda value: repr(value).encode())


@given(st.lists(st.tuples(DATA, st.booleans(), st.booleans()), max_size=6))
def test_what_is_put_in_comes_back(sent: list[tuple[bytes, bool, bool]]) -> None:
    pieces = [piece(data, from_client=client, is_text=text) for data, client, text in sent]
    found = parse(b"".join(pieces))
    assert [(each.data, each.from_client, each.is_text) for each in found] == sent
    assert [each.end - each.start for each in found] == [len(each) for each in pieces]


@given(st.lists(st.tuples(st.binary(max_size=9), st.booleans(), st.booleans()), max_size=6))
def test_the_sizes_of_chunks_tell_messages_apart_whatever_is_in_them(sent: list[tuple[bytes, bool, bool]]) -> None:
    pieces = [piece(data, from_client=client, is_text=text) for data, client, text in sent]
    found = split(b"".join(pieces), map(len, pieces))
    assert [(each.data, each.from_client, each.is_text) for each in found] == sent
    assert [each.end - each.start for each in found] == [len(each) for each in pieces]


@given(st.binary(max_size=20) | st.just(b"< {}\n\n> {}\n\n"), st.lists(st.integers(0, 9), max_size=4))
def test_other_sizes_leave_it_to_the_marks(body: bytes, sizes: list[int]) -> None:
    found = split(body, sizes)
    assert found == parse(body) or [each.end - each.start for each in found] == sizes


def test_the_marks() -> None:
    assert piece(b"{}", from_client=False, is_text=True) == b"< {}\n\n"
    assert piece(b"\x00", from_client=True, is_text=False) == b">#\x00\n\n"
    assert parse(b"< {}\n\n>#\x00\n\n") == [Message(b"{}", False, True, 0, 6), Message(b"\x00", True, False, 6, 11)]


@given(st.binary(max_size=40))
def test_anything_can_be_parsed(body: bytes) -> None:
    found = parse(body)
    assert all(0 <= each.start < each.end <= len(body) for each in found)


def test_a_cut_body_is_the_start_of_the_whole() -> None:
    body = piece(b'{"a": 1}', from_client=False, is_text=True) + piece(b'{"b": 2}', from_client=True, is_text=True)
    for size in range(len(body)):
        found = parse(body[:size])
        assert [each.data for each in found[:-1]] == [each.data for each in parse(body)][: max(0, len(found) - 1)]


def test_it_takes_the_columns_of_an_event_stream() -> None:
    body = b"".join(piece(b'{"delta":"%d"}' % n, from_client=False, is_text=True) for n in range(50))
    packed = columns.pack_stream(body)
    assert packed is not None
    assert len(packed) < len(body) / 4
    assert columns.unpack_stream(packed) == body

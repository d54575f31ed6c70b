"""The content of a frame, as far as it was read."""

import pytest

from store.errors import Damaged
from store.pack import Frame, joined
from store.records import Tag

TWO = joined([(Tag.RAW, b"one"), (Tag.MESSAGE, b"two" * 99)])
ONE = joined([(Tag.TURN, b"")])


def frame(*blocks: tuple[int, bytes]) -> Frame:
    found = Frame(7)
    for first, content in blocks:
        found.extend(first, content)
    return found


def test_records_of_several_blocks() -> None:
    whole = frame((7, TWO), (9, ONE), (10, b""), (10, TWO))
    records = [whole.record(place) for place in range(whole.count)]
    assert records == [(Tag.RAW, b"one"), (Tag.MESSAGE, b"two" * 99), (Tag.TURN, b""), *map(whole.record, (0, 1))]
    for place in (-1, 5):
        with pytest.raises(Damaged, match="no record"):
            whole.record(place)
    assert frame().count == 0


@pytest.mark.parametrize("content", [b"\xff\x00", b"\x01\x05abc", b"\x01\x80"])
def test_what_is_no_row_of_records_costs_its_own_block_only(content: bytes) -> None:
    partly = frame((7, TWO), (9, content), (10, ONE))
    assert partly.record(1)[0] == Tag.MESSAGE
    assert partly.record(3)[0] == Tag.TURN
    with pytest.raises(Damaged):
        partly.record(2)


@pytest.mark.parametrize("next_first", [8, 10])
def test_blocks_have_as_many_records_as_their_numbers_say(next_first: int) -> None:
    with pytest.raises(Damaged, match="more or fewer"):
        frame((7, TWO), (next_first, ONE)).record(0)


@pytest.mark.parametrize("blocks", [[(6, TWO)], [(7, TWO), (9, TWO), (8, ONE)]])
def test_numbers_of_blocks_do_not_run_backward(blocks: list[tuple[int, bytes]]) -> None:
    with pytest.raises(Damaged, match="backward"):
        frame(*blocks)

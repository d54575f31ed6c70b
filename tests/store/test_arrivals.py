"""Times of a stream whose lines have other lengths now."""

from hypothesis import given
from hypothesis import strategies as st

from store.arrivals import Arrivals

LINES = st.lists(st.binary(max_size=6).map(lambda text: text.replace(b"\n", b"") + b"\n"), max_size=6)


def sizes(before: bytes, after: bytes, *cuts: int) -> list[int]:
    arrivals = Arrivals()
    for at_ms, size in enumerate(cuts):
        arrivals.add(at_ms, before[:size])
        before = before[size:]
    return [chunk.size for chunk in arrivals.chunks_in(after)]


def test_an_end_stays_in_its_line() -> None:
    assert sizes(b"ab\ncdef\ng\n", b"ab\nX\ng\n", 3, 5, 2) == [3, 2, 2]  # the ends of lines
    assert sizes(b"ab\ncdef\ng\n", b"ab\nX\ng\n", 4, 1, 5) == [4, 1, 2]  # inside of the second, which is shorter now
    assert sizes(b"ab\nc\n", b"ab\nLONGER\n", 4, 1) == [4, 6]
    assert sizes(b"ab\ncd", b"ab\n", 3, 1, 1) == [3, 0, 0]


@given(LINES, LINES, st.lists(st.integers(0, 9), max_size=8))
def test_sizes_add_up(before: list[bytes], after: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(before)
    left, fitting = len(whole), []
    for cut in cuts:
        fitting.append(min(cut, left))
        left -= fitting[-1]
    found = sizes(whole, b"".join(after), *fitting, left)
    assert sum(found) == sum(map(len, after))
    assert all(size >= 0 for size in found)


@given(LINES, st.lists(st.integers(0, 9), max_size=8))
def test_what_did_not_change_keeps_its_sizes(lines: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(lines)
    cuts = [*cuts, max(len(whole) - sum(cuts), 0)] if sum(cuts) <= len(whole) else [len(whole)]
    assert sizes(whole, whole, *cuts) == cuts

"""Lines and positions with idle lines between them."""

from hypothesis import given
from hypothesis import strategies as st

from deck.tui.gaps import Gap, Gaps


@given(st.sets(st.integers(1, 60)))
def test_every_line_is_a_step_or_a_gap_and_both_ways_agree(before: set[int]) -> None:
    gaps = Gaps()
    for position in sorted(before):
        gaps.add(position, Gap(60_000 + position, "tool"))
    lines: list[tuple[str, int]] = []
    for position in range(70):
        if position in before:
            lines.append(("gap", position))
        lines.append(("step", position))
    for line, (kind, position) in enumerate(lines):
        assert gaps.place_at(line) == position
        if kind == "gap":
            assert gaps.at(line) == (60_000 + position, "tool")
        else:
            assert gaps.at(line) is None
            assert gaps.line_of(position) == line


def test_a_copy_does_not_grow_with_its_original() -> None:
    gaps = Gaps()
    gaps.add(3, Gap(60_000, "idle"))
    copy = gaps.copy()
    gaps.add(5, Gap(60_000, "idle"))
    assert (len(copy), len(gaps)) == (1, 2)

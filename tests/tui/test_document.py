"""Documents: several styles in a line, and no text lost at the ends of rows and lines."""

from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from deck.tui import palette
from deck.tui.border import LONGEST_LINE
from deck.tui.document import Writer

STYLES = st.sampled_from([palette.PLAIN, palette.TOOL, palette.ERROR])


@given(st.lists(st.tuples(st.text("ab\x1b\n", max_size=9), STYLES), max_size=6), st.integers(0, 50), st.integers(0, 50))
def test_a_part_of_a_line_has_the_styles_of_the_whole(runs: list[tuple[str, Style]], start: int, end: int) -> None:
    out = Writer()
    out.runs(runs)
    (line,) = out.lines
    end = max(start, min(end, len(line.text)))
    whole = [style for text, style in line.spans(0, len(line.text)) for _ in text]
    part = [style for text, style in line.spans(start, end) for _ in text]
    assert part == whole[start:end]
    assert "".join(text for text, _ in line.spans(start, end)) == line.text[start:end]
    assert "\x1b" not in line.text and "\n" not in line.text


def test_a_very_long_line_of_runs_goes_on_in_the_next() -> None:
    out = Writer()
    out.runs([("a" * (LONGEST_LINE - 1), palette.TOOL), ("b" * (LONGEST_LINE + 2), palette.ERROR)])
    assert [len(line.text) for line in out.lines] == [LONGEST_LINE, LONGEST_LINE, 1]
    assert [style for _, style in out.lines[0].spans(0, LONGEST_LINE)] == [palette.TOOL, palette.ERROR]

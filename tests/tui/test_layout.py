"""Breaking lines: nothing is lost, nothing is too wide, and slices add up."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from deck.tui.border import clean
from deck.tui.document import Document, Line, Writer
from deck.tui.layout import Layout, wrap

WORDS = st.text(alphabet="ab  cdé漢🙂-", max_size=200)


def texts(line: Line, width: int) -> list[str]:
    return [row.text for row in wrap(line, width)]


@given(WORDS, st.integers(10, 60), st.integers(0, 14), st.integers(0, 16))
def test_rows_hold_the_whole_text_and_fit(text: str, width: int, indent: int, hang: int) -> None:
    line = Line(clean(text), indent=indent, hang=hang)
    rows = wrap(line, width)
    assert all(row.indent + cell_len(row.text) <= width for row in rows)
    assert "".join(row.text for row in rows).replace(" ", "") == text.replace(" ", "")


def test_words_stay_whole_where_there_is_room() -> None:
    assert texts(Line(clean("one two three four")), 10) == ["one two", "three four"]
    assert texts(Line(clean("één två tréé vier")), 10) == ["één två", "tréé vier"]


def test_a_word_that_must_be_cut_begins_where_there_is_room() -> None:
    assert texts(Line(clean("data: " + "x" * 12)), 10) == ["data: xxxx", "x" * 8]
    assert texts(Line(clean("dätä: " + "x" * 12)), 10) == ["dätä: xxxx", "x" * 8]
    assert texts(Line(clean("some data " + "x" * 12)), 10) == ["some data", "x" * 10, "xx"]
    assert texts(Line(clean("söme dätä " + "x" * 12)), 10) == ["söme dätä", "x" * 10, "xx"]


def test_rows_after_the_first_hang() -> None:
    rows = wrap(Line(clean("- one two three four"), indent=1, hang=2), 12)
    assert [(row.indent, row.text) for row in rows] == [(1, "- one two"), (3, "three"), (3, "four")]


def test_a_long_document_is_measured_in_slices() -> None:
    out = Writer()
    out.text("\n".join("word " * 30 for _ in range(1000)))
    ticks = count()
    layout = Layout(out.done(), 40, clock=lambda: float(next(ticks)))
    slices = 0
    while not layout.measure(0.5):
        slices += 1
    assert slices > 3
    whole = Layout(out.done(), 40)
    assert whole.measure(3600)
    assert layout.height == whole.height == 4000


def test_rows_and_lines_find_each_other() -> None:
    out = Writer()
    out.line("short")
    out.text("word " * 20, indent=2)
    out.line("last")
    layout = Layout(out.done(), 30)
    layout.measure(3600)
    for line in range(3):
        assert layout.line_at(layout.top_of(line)) == line
    found = layout.row(layout.height - 1)
    assert found is not None and found.text == "last"
    assert layout.row(layout.height) is None
    assert layout.row(-1) is None


def test_an_empty_document_has_no_rows() -> None:
    layout = Layout(Document(()), 40)
    assert layout.measure(0)
    assert layout.height == 0

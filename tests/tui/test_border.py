"""Nothing captured reaches the screen with power over it."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from deck.tui.border import LONGEST_LINE, around, clean, clean_lines, cut, fit, strip

HOSTILE = "\x1b[2J\x1b]52;c;aGk=\x07[bold red]markup[/] \u202egnp.exe \x9b31m \r\nnext"
ANY = st.text(max_size=300)


def harmless(shown: str) -> bool:
    return not any(
        unicodedata.category(character) in ("Cc", "Cs") or character in "\u202e\u200b" for character in shown
    )


@given(ANY)
def test_clean_text_is_one_harmless_line_and_stays_as_it_is(captured: str) -> None:
    shown = clean(captured)
    assert harmless(shown)
    assert clean(shown) == shown


@given(ANY)
def test_clean_lines_are_harmless(captured: str) -> None:
    assert all(harmless(line) for line in clean_lines(captured))


@given(ANY, st.integers(0, 80))
def test_fitted_text_has_its_width(captured: str, width: int) -> None:
    assert cell_len(fit(clean(captured), width)) == width
    assert cell_len(cut(clean(captured), width)) <= width


def test_a_very_long_line_goes_on_in_the_next() -> None:
    lines = list(clean_lines("x" * (2 * LONGEST_LINE + 1)))
    assert [len(line) for line in lines] == [LONGEST_LINE, LONGEST_LINE, 1]


def test_markup_and_escapes_are_drawn_as_text() -> None:
    line = strip([(clean(HOSTILE), Style())], 120, Style())
    assert "\\x1b[2J" in line.text and "[bold red]markup[/]" in line.text
    assert "\x1b" not in line.text


@given(ANY, st.text(min_size=1, max_size=5), ANY, st.integers(12, 80))
def test_what_is_cut_around_something_holds_it(before: str, wanted: str, after: str, width: int) -> None:
    lead, needle = clean(before), clean(wanted)[:5]
    text = clean(lead + needle + after)
    shown = around(text, len(lead), len(lead) + len(needle), width)
    assert cell_len(shown) <= width and needle in shown

"""The filter behind all widgets: it lets nothing through that the border would not, and shifts nothing."""

import pytest
from hostile import PAYLOADS
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from deck.tui.border import clean
from deck.tui.wall import Wall

BLACK = Color(0, 0, 0)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_slipped_by_the_border_is_harmless_and_as_wide_as_before(payload: str) -> None:
    text = payload[:200]
    (found,) = Wall().apply([Segment(text)], BLACK)
    assert clean(found.text) == found.text
    assert cell_len(found.text) == cell_len(text)


def test_links_are_taken_off() -> None:
    style = Style(color="red", link="https://evil.example", bold=True)
    (found,) = Wall().apply([Segment("text", style)], BLACK)
    assert found.text == "text" and found.style == Style(color="red", bold=True)


def test_harmless_lines_stay_the_very_same() -> None:
    segments = [Segment("plain", Style(bold=True)), Segment(" 漢字 ")]
    assert Wall().apply(segments, BLACK) is segments

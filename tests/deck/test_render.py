"""The border to the terminal, and the small forms of text output."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from deck.render import (
    _NARROW,
    Style,
    count,
    cut,
    duration,
    json_block,
    offset,
    padded,
    percent,
    plural,
    safe,
    short,
    wall_time,
    width_of,
)

ANY_TEXT = st.text(st.characters(codec=None), max_size=200) | st.text("\x1b\x9b[]\r\n\t\x00\u202e\ud800ab;m\x07")
NEVER = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(ANY_TEXT)
def test_nothing_that_drives_or_deceives_a_terminal_gets_through(text: str) -> None:
    shown = safe(text)
    assert not [c for c in shown if c != "\n" and unicodedata.category(c) in NEVER]
    shown.encode("utf-8")


@given(ANY_TEXT)
def test_one_line_stays_one_line(text: str) -> None:
    assert len(safe(text, newlines=False).splitlines()) <= 1


@given(ANY_TEXT)
def test_a_second_pass_changes_nothing(text: str) -> None:
    assert safe(safe(text)) == safe(text)


def test_every_control_and_format_character_of_unicode_is_shown() -> None:
    every = (chr(code) for code in range(0x110000))
    risky = [c for c in every if unicodedata.category(c) in NEVER and c not in "\n\t"]
    assert not [hex(ord(c)) for c in risky if c in safe(f"a{c}b")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [bold] text \\x1b", "plain [bold] text \\x1b"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\tb\r\nc\rd", "a    b\nc\\x0dd"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("\U000e0041", "\\U000e0041"),
        ("żółw 猫 🐢", "żółw 猫 🐢"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_style_without_colour_leaves_text_alone() -> None:
    plain, colour = Style(False), Style(True)
    assert plain.strong("x") == plain.id("x") == plain.kind("error", "x") == "x"
    assert colour.kind("error", "x").startswith("\x1b[") and colour.strong("") == ""


def test_numbers_for_people() -> None:
    assert [count(n) for n in (0, 999, 1_500, 41_000, 1_900_000)] == ["0", "999", "1.5k", "41k", "1.9M"]
    assert [plural(n, "turn") for n in (0, 1, 2_000)] == ["0 turns", "1 turn", "2,000 turns"]
    assert [duration(ms) for ms in (None, 240, 3_200, 250_000, 7_500_000, 270_000_000)] == [
        *("", "240 ms", "3.2 s", "4m 10s", "2h 5m", "3d 3h")
    ]
    assert [offset(ms) for ms in (-5, 12_000, 3_723_000)] == ["[0:00]", "[0:12]", "[1:02:03]"]
    assert (short("abcdef", 4), short("abc", 3)) == ("abc…", "abc")


def test_a_share_is_never_rounded_up() -> None:
    assert [percent(*share) for share in ((0, 3), (2, 3), (999_999, 1_000_000), (57, 100), (3, 3))] == [
        *("0%", "66%", "99%", "57%", "100%")
    ]
    assert [percent(part, 1) for part in (0.899, 0.57, 0.29996)] == ["89%", "57%", "29%"]


def test_a_painted_line_is_cut_by_what_is_seen() -> None:
    colour = Style(True)
    line = f"{colour.id('abcdef')} {colour.faint('and more')}"
    assert cut(line, 100) == line and cut("plain", 5) == "plain"
    for width in range(20):
        for painted in (line, "abcdef and more"):
            found = cut(painted, width)
            seen = re.sub("\x1b.*?m", "", found)
            assert len(seen) == min(width, 15) and "abcdef and more".startswith(seen.rstrip("…"))
            assert found.count("\x1b") == painted.count("\x1b")


def test_widths_are_those_of_a_terminal() -> None:
    assert [width_of(text) for text in ("plain …", "猫 🐢", "e\u0301", "█▏")] == [7, 5, 1, 2]
    assert [short("結果は良い", width) for width in (10, 9, 8, 1)] == ["結果は良い", "結果は良…", "結果は …", "…"]
    assert [padded(text, 4) for text in ("猫", "cats!", "…")] == ["猫  ", "cats!", "…   "]
    assert cut(f"{Style(True).id('猫猫')} 猫", 6) == f"{Style(True).id('猫猫')} …"


def test_what_is_taken_for_narrow_is_narrow() -> None:
    """`width_of` counts characters where it needs no tables."""
    assert all(cell_len(chr(code)) == 1 for code in range(0x110000) if _NARROW.fullmatch(chr(code)))


@given(ANY_TEXT, st.integers(1, 40))
def test_what_is_cut_fits(text: str, width: int) -> None:
    line = safe(text, newlines=False)
    assert width_of(short(line, width)) <= width and width_of(padded(short(line, width), width)) == width


def test_any_recorded_time_can_be_shown() -> None:
    assert wall_time(10**30) == f"{10**30} ms"


def test_deep_json_is_no_accident() -> None:
    deep: object = []
    for _ in range(600):
        deep = [deep]
    assert json_block(deep).startswith("[")
    for _ in range(200_000):
        deep = [deep]
    assert "too deeply" in json_block(deep)

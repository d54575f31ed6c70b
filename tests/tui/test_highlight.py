"""Code in colours: nothing is lost, long and slow texts stay plain."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deck.tui import palette
from deck.tui.highlight import LONGEST, code_lines, language_of

CODE = st.text(alphabet="ab1 \n\"'`#/*(){}\\=:\t\x1b\ré", max_size=200)


@given(CODE, st.sampled_from(["python", "bash", "javascript", "json", "c", "yaml", "html", ""]))
def test_no_character_is_lost(text: str, language: str) -> None:
    lines = ["".join(part for part, _ in line) for line in code_lines(text, language)]
    assert "\n".join(lines) == text


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("src/producer.ts", "typescript"),
        ("/a.b/Makefile", ""),
        ("py", "python"),
        ("Python", "python"),
        ("x.PY", "python"),
        ("", ""),
        ("../etc/passwd", ""),
    ],
)
def test_a_language_is_known_by_its_name_or_by_the_ending_of_a_file(name: str, language: str) -> None:
    assert language_of(name) == language


def styles(text: str, language: str, **given: object) -> list[object]:
    return [style for line in code_lines(text, language, **given) for _, style in line]  # type: ignore[arg-type]


def test_words_of_the_language_have_colours() -> None:
    assert len(set(styles("def f(x):\n    return 'a'  # b", "python"))) > 3
    assert set(styles("def f(x): return 1", "")) == {palette.PLAIN}


def test_a_long_text_is_plain_from_some_place_on() -> None:
    text = "def f(): pass\n" * (LONGEST // 14 + 50)
    *_, last = code_lines(text.rstrip("\n"), "python")
    assert last == [("def f(): pass", palette.PLAIN)]


def test_a_text_that_takes_too_long_is_plain_from_there_on() -> None:
    ticks = count()
    lines = list(code_lines("def f(): pass\n" * 50, "python", clock=lambda: 0.01 * next(ticks)))
    assert len(lines[0]) > 1 and lines[40] == [("def f(): pass", palette.PLAIN)]

"""Markdown as lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deck.tui import palette
from deck.tui.document import Writer
from deck.tui.markdown import LONGEST, write_markdown

PIECES = st.lists(
    st.sampled_from(
        [
            "word ",
            "**",
            "*",
            "`",
            "# ",
            "- ",
            "1. ",
            "> ",
            "\n",
            "\n\n",
            "```\n",
            "|",
            "|-|\n",
            "[",
            "](",
            ")",
            "<b>",
            "&",
        ]
    ),
    max_size=40,
).map("".join)


def shown(text: str, indent: int = 0) -> str:
    out = Writer()
    write_markdown(out, text, indent)
    return "\n".join(" " * line.indent + line.text.rstrip() for line in out.lines)


@given(PIECES)
def test_every_word_is_shown(text: str) -> None:
    assert shown(text).count("word") == text.count("word")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("# Title\n\ntext", "Title\n\ntext"),
        ("one\ntwo", "one\ntwo"),
        ("- a\n- b\n  - c\n    d\n\nend", "• a\n• b\n  • c\n    d\n\nend"),
        ("2. a\n\n   b\n3. c", "2. a\n\n   b\n\n3. c"),
        ("x\n\n> a\n> - b", "x\n\n│ a\n│\n│ • b"),
        ("```py\nx = 1\n\ny\n```", "  x = 1\n\n  y"),
        ("|a|b|\n|-|-|\n|one|`2`|", "a    b\n───  ─\none  2"),
        ("[text](http://x.test/a)", "text (http://x.test/a)"),
        ("![alt](http://x.test/a.png)", "alt (http://x.test/a.png)"),
        ("[name]: http://x.test", "[name]: http://x.test"),
        ("a <b onclick=x>c</b> &amp;", "a <b onclick=x>c</b> &"),
        ("a\x1b[2Jb &#27;[2J", "a\\x1b[2Jb \\ufffd[2J"),
        ("a\n\n---", "a\n\n───"),
    ],
)
def test_what_it_looks_like(text: str, lines: str) -> None:
    assert [line.rstrip() for line in shown(text).split("\n")] == lines.split("\n")


def test_bullets_hang_and_emphasis_is_drawn() -> None:
    out = Writer()
    write_markdown(out, "- some **bold** text", indent=2)
    (line,) = out.lines
    assert (line.indent, line.hang) == (2, 2)
    assert ("bold", palette.STRONG) in list(line.spans(0, len(line.text)))


@pytest.mark.parametrize("text", ["> " * 40 + "deep", "**a**-" * (LONGEST // 6 + 1)], ids=["deep", "long"])
def test_what_is_nested_too_deeply_or_too_long_is_shown_as_it_is(text: str) -> None:
    assert shown(text).replace("\n", "") == text.rstrip()

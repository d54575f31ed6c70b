"""The list of sessions, fitted to a terminal."""

import re

import pytest

from deck.render import Style
from deck.render_sessions import SessionTold, session_lines
from deck.views import Beside, SessionView

TITLE = "Find out why the topic has no partition and mend it"
VIEW = SessionView(
    *("5a0f0000-1111", TITLE, "claude-code", "2", ("claude-sonnet-4-6",), 17, 1, 1, 5, 0, 565_000, 505_000, 3_800),
    *(0, 99_000, "complete", "ab" * 32, False),
)
TOLD = {VIEW.key: SessionTold("gaps 2", "$0.525", Beside(("v1",)))}
PAINT = re.compile("\x1b.*?m")


def test_elsewhere_than_on_a_terminal_all_columns_are_there_and_no_head() -> None:
    assert session_lines([VIEW], TOLD, 600_000, Style(False), None) == [
        f"5a0f0000  {TITLE[:47]}… (1 agent) (tag: v1)  claude-code  claude-sonnet-4-6  17 turns  565k in, 89% cached"
        "  3.8k out  $0.525  1m 39s  complete, 1 error, 5 failures  ledger gaps 2  8m 21s ago"
    ]


def test_tokens_that_were_not_reported_are_a_question_mark() -> None:
    view = VIEW._replace(input_tokens=None, cached_tokens=0, output_tokens=None)
    assert "  17 turns  ? in  ? out  " in session_lines([view], TOLD, 600_000, Style(False), None)[0]


@pytest.mark.parametrize(
    ("outcome", "interrupted", "told"),
    [
        ("interrupted", 1, "interrupted, 1 error"),
        ("interrupted", 3, "interrupted (3 turns), 1 error"),
        ("complete", 1, "complete, 1 interrupted, 1 error"),
    ],
)
def test_an_interrupted_turn_is_told_once(outcome: str, interrupted: int, told: str) -> None:
    view = VIEW._replace(outcome=outcome, interrupted=interrupted, failures=0)
    assert f"  {told}  ledger" in session_lines([view], TOLD, 600_000, Style(False), None)[0]


@pytest.mark.parametrize("width", range(1, 260, 3))
@pytest.mark.parametrize("colour", [False, True])
def test_on_a_terminal_lines_fit_below_a_head(width: int, colour: bool) -> None:
    head, line = (PAINT.sub("", text) for text in session_lines([VIEW], TOLD, 600_000, Style(colour), width))
    least = len("5a0f0000  …")
    assert len(head) <= max(width, least) and len(line) <= max(width, least)
    assert line.startswith("5a0f0000  ") and head.startswith("SESSION ")
    if width >= 80:
        assert line.index("17 turns") == head.index("TURNS")
        assert line.startswith(f"5a0f0000  {TITLE[:23]}") and "5 failures" in line


def test_no_session_gives_no_line() -> None:
    assert session_lines([], {}, 0, Style(False), 80) == []

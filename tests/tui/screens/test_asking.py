"""What all screens that ask have in common."""

import sys
from pathlib import Path

import kafka_session
import pytest
from terminal import Screen, deck_words, on_terminal
from tui_pilot import SMALL, record


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
def test_a_terminal_that_gives_no_size_is_drawn_once_and_takes_keys(tmp_path: Path) -> None:
    archive = record(tmp_path / "archive", kafka_session.exchanges())
    with on_terminal(deck_words(archive), (0, 0)) as terminal:
        terminal.screen = Screen(*SMALL)
        terminal.see("14 turns", "Fix the Kafka topic bug")
        terminal.settle()
        assert terminal.screen.painted < 10 * SMALL[0] * SMALL[1]
        terminal.press("q")
        assert terminal.end() == 0

"""Ctrl-Z gives the shell its terminal back, and fg the timeline."""

import os
import shlex
import sys
from pathlib import Path

import kafka_session
import pytest
from terminal import Screen, deck_words, on_terminal
from tui_pilot import record

SHELL = "/bin/sh"
SIZE = (100, 30)


@pytest.mark.skipif(sys.platform == "win32" or not os.access(SHELL, os.X_OK), reason="no job control there")
def test_into_the_background_and_back(tmp_path: Path) -> None:
    archive = record(tmp_path / "archive", kafka_session.exchanges())
    with on_terminal([SHELL, "-i"], SIZE, {"PS1": "shell> ", "ENV": ""}) as terminal:
        terminal.see("shell>")
        terminal.press(f"{shlex.join(deck_words(archive, kafka_session.SESSION))}\n")
        terminal.see("turn 14 of 14", "q back")
        terminal.settle(0.2)
        terminal.press("\x1a")
        terminal.see("topped")  # how each shell says it
        terminal.press("echo again $((40 + 2))\n")
        terminal.see("again 42")
        terminal.press("fg\n")
        terminal.settle(0.2)
        terminal.press("K")
        terminal.see("turn 13 of 14", "q back")
        terminal.screen = Screen(*SIZE)  # so that the prompt on it is the one after deck
        terminal.press("\x11")
        terminal.see("shell>")
        terminal.press("exit\n")
        assert terminal.end() == 0

"""On a real terminal: whatever was recorded, only Textual's own sequences come out, and nothing makes the app fall."""

import sys
from pathlib import Path

import hostile
import pytest
from terminal import Terminal, deck_words, on_terminal
from tui_pilot import record

from deck.tui.pages import PAGES

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
DOWN = "\x1b[6~"  # page down
TABS = "".join(str(number) for number in range(1, len(PAGES) + 1))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("hostile") / "archive", hostile.exchanges())


def press(terminal: Terminal, *keys: str) -> None:
    for key in keys:
        terminal.press(key)
        terminal.settle(0.02)


def answer(terminal: Terminal, key: str, question: str, text: str) -> None:
    """Type into the prompt that a key opens on the last line, until that has its figures again."""
    terminal.press(key)
    terminal.see(question)
    terminal.press(text)
    terminal.until(lambda screen: "· step " in screen.lines[-1] or " of " in screen.lines[-1])


def look_at_a_session(terminal: Terminal, steps: int) -> None:
    """Every page of some of its steps, folded and not, as JSON and not, to its end; every list, prompt and message."""
    for _ in range(steps):
        for tab in TABS:
            press(terminal, tab, DOWN)
        press(terminal, "f", "r", "j", DOWN)
    press(terminal, "\r", "G", "\r", "\t", "\t", "e", "t", "u", "D", "m", "D", "]", "c")
    answer(terminal, "/", "search in this", "x\r")
    press(terminal, "n")
    answer(terminal, "s", "a note", "a note \u202e\r")
    press(terminal, "*", "S")
    answer(terminal, ":", "hash, HEAD", "nothing\x7f\r")
    terminal.press("?")
    terminal.see("next turn")  # what closes the help would close the session before it is there
    press(terminal, "G", "q", " ", " ")


def test_there_are_enough_payloads() -> None:
    assert len(set(hostile.PAYLOADS)) >= 40


def assert_nothing_got_through(terminal: Terminal) -> None:
    assert terminal.screen.foreign == []
    assert terminal.screen.clipboard == []


def leave(terminal: Terminal) -> None:
    terminal.press("\x11")  # Ctrl-Q
    assert terminal.end() == 0


@pytest.mark.parametrize(
    "colours",
    [pytest.param({}, id="colour"), pytest.param({"NO_COLOR": "1"}, id="no colour", marks=pytest.mark.prove)],
)
def test_only_textuals_own_sequences_come_out(archive: Path, colours: dict[str, str]) -> None:
    with on_terminal(deck_words(archive), (100, 30), colours) as terminal:
        terminal.see(f"{len(hostile.PAYLOADS) + 1} of")
        press(terminal, " ", "s", "p", "m", DOWN, DOWN, "D")
        press(terminal, "q")
        answer(terminal, "/", "words in title", "lone\r")
        press(terminal, "\x1b", "?", "q", "p", "s", "g", "\r")
        leave(terminal)
        assert_nothing_got_through(terminal)
    with on_terminal(deck_words(archive, f"sessions/{hostile.EVERYTHING}"), (100, 30), colours) as terminal:
        terminal.see("turn 3 of 3")
        press(terminal, "g")
        look_at_a_session(terminal, 2)
        assert_nothing_got_through(terminal)
        press(terminal, "y")
        terminal.until(lambda screen: len(screen.clipboard) == 1)
        leave(terminal)
        assert terminal.screen.foreign == []


@pytest.mark.prove
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("size", [(80, 24), (200, 60), (30, 8)], ids=["80x24", "200x60", "30x8"])
def test_every_payload_on_every_page(archive: Path, size: tuple[int, int]) -> None:
    for number in range(len(hostile.PAYLOADS)):
        with on_terminal(deck_words(archive, hostile.session_of(number)), size) as terminal:
            terminal.see("[1")
            look_at_a_session(terminal, 2)
            leave(terminal)
            assert_nothing_got_through(terminal)

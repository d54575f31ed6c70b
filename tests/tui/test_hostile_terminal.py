"""On a real terminal: whatever was recorded, only Textual's own sequences come out, and nothing makes the app fall.

Every screen is waited for by something that only it has, so that each is known to have been drawn.
"""

import sys
from pathlib import Path

import hostile
import pytest
from terminal import Terminal, deck_words, on_terminal
from tui_pilot import record

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
DOWN = "\x1b[6~"  # page down
ESCAPE = "\x1b"
PALETTE = "\x10"  # Ctrl-P
SESSIONS = len(hostile.PAYLOADS) + 1
PROMPT = "🔎"
HELP = "╭──"
FIGURES = "· step "
SIZE = (100, 30)
SMALL = (30, 8)
"""So small that a page can have its sign below the last line."""

PAGES = {
    "1": (", step ",),
    "2": (" messages", "1 message"),
    "3": (" · 200 · ", " · 400 · "),
    "4": (" tokens", "no tokens"),
    "5": (" against ", "the first of its session"),
    "6": (" bytes",),
    "7": ("user-agent: ",),
}
"""Tab -> what its page begins with."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = record(tmp_path_factory.mktemp("hostile") / "archive", hostile.exchanges())
    hostile.put_beside(path)
    return path


def press(terminal: Terminal, *keys: str) -> None:
    for key in keys:
        terminal.press(key)
        terminal.settle(0.2 if key == ESCAPE else 0.02)  # what follows an Escape at once is a key with Alt


def open_by(terminal: Terminal, key: str, *signs: str) -> None:
    """Press a key and wait until one of these stands there."""
    terminal.press(key)
    if (terminal.screen.columns, terminal.screen.rows) == SMALL:
        terminal.settle(0.1)
        return
    try:
        terminal.until(lambda screen: any(sign in screen.text for sign in signs))
    except AssertionError as error:
        raise AssertionError(f"after {key!r}, {signs}: {error}") from None
    terminal.settle(0.02)


def look_at_the_help(terminal: Terminal, sign: str) -> None:
    """Open it, go to its end and close it; what would close it comes to the screen below while it is not there."""
    open_by(terminal, "?", sign)
    terminal.see(HELP)
    press(terminal, "G")
    close_by(terminal, "q", HELP)


def close_by(terminal: Terminal, key: str, sign: str) -> None:
    """Press a key and wait until this is gone."""
    terminal.press(key)
    terminal.until(lambda screen: sign not in screen.text)
    terminal.settle(0.2 if key == ESCAPE else 0.02)


def type_at_the_palette(terminal: Terminal, text: str) -> None:
    open_by(terminal, PALETTE, "Search for commands")
    terminal.see(PROMPT)
    press(terminal, text)
    close_by(terminal, ESCAPE, PROMPT)


def answer(terminal: Terminal, key: str, *texts: str) -> None:
    """Type into the prompt that a key opens on the last line of the timeline, until that has its figures again."""
    terminal.press(key)
    terminal.until(lambda screen: FIGURES not in screen.lines[-1])
    press(terminal, *texts)
    terminal.until(lambda screen: FIGURES in screen.lines[-1])


def look_at_the_sessions(terminal: Terminal) -> None:
    """The list folded, unfolded, grouped, sorted and filtered; two sessions compared; help, prompt and commands."""
    press(terminal, "j")
    open_by(terminal, " ", "↳ agent")
    open_by(terminal, "p", "by project")
    press(terminal, DOWN, DOWN, "g")
    open_by(terminal, "s", "sort: oldest")
    open_by(terminal, "m", "marked: D compares")
    press(terminal, DOWN)
    open_by(terminal, "D", "+++ session")
    press(terminal, DOWN, "G")
    look_at_the_help(terminal, "sessions compared")
    close_by(terminal, "q", "? help  q back")
    open_by(terminal, "/", "words in title")
    open_by(terminal, "lone\r", "filter: lone")
    open_by(terminal, ESCAPE, f"{SESSIONS} of {SESSIONS}")
    look_at_the_help(terminal, "group by project")
    type_at_the_palette(terminal, "sort")
    open_by(terminal, "*", "starred the last turn", "its last turn has a star already")  # the archive is all walks' own


def look_at_a_session(terminal: Terminal, turns: str) -> None:
    """Every page of some of its turns, folded and not, as JSON and not, to its end; every list, prompt and message.

    ``turns`` are the keys that lead from one to the next.
    """
    for to_turn in turns:
        press(terminal, to_turn)
        for tab, signs in PAGES.items():
            open_by(terminal, tab, *signs)
            press(terminal, "f", DOWN, "f", DOWN)
        press(terminal, "1", "r", DOWN, "j", "j", "r")
    press(terminal, "\r", "\x04", "\r", "\t", "\t", "\t", "\t", "e", "t", "u", "a", "c", "]", "D", "m", "K", "D", "d")
    answer(terminal, "/", "x\r")
    press(terminal, "n", "N")
    answer(terminal, ":", "5e\t", ESCAPE)
    answer(terminal, ":", "nothing\x7f\r")
    answer(terminal, "s", "\r")  # the note of a star that is there
    answer(terminal, "s", "a note \u202e\r")
    press(terminal, "*", "S")
    look_at_the_help(terminal, "next turn")
    type_at_the_palette(terminal, "play")
    press(terminal, "1", "g", " ", " ")


def test_there_are_enough_payloads() -> None:
    assert len(set(hostile.PAYLOADS)) >= 40


def assert_nothing_got_through(terminal: Terminal) -> None:
    assert terminal.screen.foreign == []
    assert terminal.screen.clipboard == []


def is_grey(colour: str) -> bool:
    """Whether this has red, green and blue alike; what NO_COLOR leaves of colours in any app of Textual."""
    kind, *parts = colour.split(";")[1:] or [""]
    return kind == "2" and len(set(parts)) == 1


def leave(terminal: Terminal) -> None:
    terminal.press("\x11")  # Ctrl-Q
    assert terminal.end() == 0


@pytest.mark.parametrize(
    ("size", "colours"),
    [
        pytest.param(SIZE, {}, id="colour"),
        pytest.param(SIZE, {"NO_COLOR": "1"}, id="no colour", marks=pytest.mark.prove),
        pytest.param((80, 24), {}, id="80x24", marks=pytest.mark.prove),
        pytest.param((200, 60), {}, id="200x60", marks=pytest.mark.prove),
        pytest.param(SMALL, {}, id="30x8", marks=pytest.mark.prove),
    ],
)
def test_only_textuals_own_sequences_come_out(archive: Path, size: tuple[int, int], colours: dict[str, str]) -> None:
    with on_terminal(deck_words(archive), size, colours) as terminal:
        terminal.see(f"of {SESSIONS}")
        look_at_the_sessions(terminal)
        leave(terminal)
        assert_nothing_got_through(terminal)
    with on_terminal(deck_words(archive, f"sessions/{hostile.EVERYTHING}"), size, colours) as terminal:
        terminal.see("turn 3")
        look_at_a_session(terminal, "gG")
        assert_nothing_got_through(terminal)
        press(terminal, "y")
        terminal.until(lambda screen: len(screen.clipboard) == 1)
        leave(terminal)
        assert terminal.screen.foreign == []
        assert any(not is_grey(colour) for colour in terminal.screen.colours) is not bool(colours)


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("size", [(80, 24), (200, 60), SMALL], ids=["80x24", "200x60", "30x8"])
def test_every_payload_on_every_page(archive: Path, size: tuple[int, int]) -> None:
    for number in range(len(hostile.PAYLOADS)):
        with on_terminal(deck_words(archive, hostile.session_of(number)), size) as terminal:
            terminal.see("turn ")
            look_at_a_session(terminal, "gJG")
            leave(terminal)
            assert_nothing_got_through(terminal)

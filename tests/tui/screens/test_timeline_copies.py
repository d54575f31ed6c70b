"""Texts for the clipboard and for the pager: whole, as they were recorded, and nothing in them drives a terminal."""

import shlex
import sys
from pathlib import Path

import kafka_session
import pytest
from terminal import Screen, deck_words, on_terminal
from tui_pilot import record, running

from deck.tui.questions import Place

START = Place(kafka_session.SESSION, 0)
COMMAND = "npm test --\n\t--all"
LONG = "x" * 9_000
PRINTED = f"\x1b[31m1 failed\x1b]0;mine\x07\n{LONG}\n\tdone\n"
SHOWN = f"\\x1b[31m1 failed\\x1b]0;mine\\x07\n{LONG}\n\tdone\n"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    talk = kafka_session.Thread(kafka_session.Clock())
    edit = {"file_path": "a.py", "new_string": "1"}
    calls = [kafka_session.call(1, "Bash", command=COMMAND), kafka_session.call(2, "Edit", **edit)]
    asked = talk.send([kafka_session.text("Mend it.")], calls)
    told = [kafka_session.result(1, PRINTED, failed=True), kafka_session.result(2, "")]
    return record(
        tmp_path_factory.mktemp("copies") / "archive", [asked, talk.send(told, [kafka_session.text("y" * 800_000)])]
    )


async def test_the_text_of_a_step_is_copied_in_full(archive: Path) -> None:
    async with running(archive, place=START) as deck:
        await deck.see("turn 1 · step 1/3")
        copied = []
        for said in (
            "8 bytes in 1 line",
            "18 bytes in 2 lines",
            "46 bytes in 4 lines",
            f"{len(SHOWN):,} bytes in 3 lines",
        ):
            await deck.press("w")
            await deck.see(f"copied the text: {said}")
            copied.append(deck.app.clipboard)
            await deck.press("j")
        assert copied == ["Mend it.", COMMAND, '{\n  "file_path": "a.py",\n  "new_string": "1"\n}', SHOWN]
        await deck.press("w")
        await deck.see("there is no text here")
        await deck.press("j", "w")
        await deck.see("800,000 bytes are too many to copy")
        assert deck.app.clipboard == SHOWN


async def test_the_text_of_a_tab_is_copied_with_its_long_lines_whole(archive: Path) -> None:
    async with running(archive, place=Place(kafka_session.SESSION, 3)) as deck:
        await deck.see("turn 2 · step 1/3")
        await deck.press("2", "w")
        await deck.see("[2 request]", "copied the text")
        first = deck.app.clipboard
        assert first.startswith("turn 2 · ") and LONG in first
        await deck.press("7", "w")
        await deck.until(lambda text: deck.app.clipboard != first, "another text")
        assert "\nrequest\n" in deck.app.clipboard


def test_the_pager_has_the_text_and_the_app_comes_back(archive: Path) -> None:
    script = "import sys; print('read:', sys.stdin.read()[:18]); open('/dev/tty').readline()"
    pager = shlex.join([sys.executable, "-c", script])
    with on_terminal(deck_words(archive, "HEAD:1"), environment={"DECK_PAGER": pager}) as terminal:
        terminal.see("turn 2 · step 1")
        terminal.settle(0.1)
        terminal.press("p")
        terminal.see("read: \\x1b[31m1 failed")
        terminal.screen = Screen(80, 24)  # so that what is on it is drawn after the pager
        terminal.press("\n")
        terminal.see("q back")
        terminal.press("k")
        terminal.see("turn 1 · step 3")
        terminal.press("\x11")
        assert terminal.end() == 0
        assert not [one for one in terminal.screen.foreign if "31m" in one or "mine" in one]

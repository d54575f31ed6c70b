"""What the first picture of a session waits for, and what comes right after it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import kafka_session
import pytest
from terminal import deck_words, on_terminal
from tui_pilot import record, running

from deck.timeline import Timeline
from deck.tui.app import first_picture
from deck.tui.document import Writer
from deck.tui.pages import PAGES
from deck.tui.pages.blocks import write_content
from deck.tui.pages.viewing import Viewing
from deck.tui.questions import Detail, Opening, detail
from store.reading import Block

ROOT = Path(__file__).parents[2]
LATER = (
    *("markdown_it", "pygments", "pkgutil", "deck.cost", "deck.stats", "store.spool"),
    *("deck.tui.screens.sessions", "deck.tui.shape", "deck.tui.pages.tools", "deck.pictures", "deck.to_json"),
)
TEXT, CALL, RESULT = "HEAD~1:1", "HEAD~1:2", "HEAD:1"
COMMAND = "npm test"
PRINTED = "1 failed, 41 passed"
FORMATTED = "Mend **this** first:\n\n- the `producer`\n- the topic"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    talk = kafka_session.Thread(kafka_session.Clock())
    asked = talk.send([kafka_session.text(FORMATTED)], [kafka_session.call(1, "Bash", command=COMMAND)])
    told = talk.send([kafka_session.result(1, PRINTED)], [kafka_session.text("Done.")])
    return record(tmp_path_factory.mktemp("opening") / "archive", [asked, told])


@pytest.mark.parametrize("rev", [TEXT, CALL, RESULT])
def test_the_first_picture_waits_for_nothing_that_it_does_not_show(archive: Path, rev: str) -> None:
    script = (
        "import sys; from pathlib import Path; from deck.timeline import Timeline; from deck.tui import app\n"
        "import deck.tui.screens.timeline\n"
        "with Timeline.open(Path(sys.argv[1])) as timeline: app.first_picture(sys.argv[2])(timeline)\n"
        f"print(sorted(set({LATER}) & set(sys.modules)))"
    )
    words = [sys.executable, "-c", script, str(archive), rev]
    done = subprocess.run(words, capture_output=True, cwd=ROOT, timeout=60)
    assert (done.returncode, done.stderr.decode(), done.stdout.decode()) == (0, "", "[]\n")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"command": ["npm", "test"], "timeout": 9, "why": "To see"}, "command: npm test\nwhy: To see"),
        ("*** Begin Patch", "*** Begin Patch"),
        (None, ""),
    ],
)
def test_of_a_call_it_says_the_texts_and_the_command(data: Any, said: str) -> None:
    out = Writer()
    write_content(out, Block("assistant", "tool-call", data=data), Viewing(plain=True))
    assert "\n".join(line.text for line in out.done().lines) == said


async def test_its_text_is_as_it_was_sent_and_then_rendered(archive: Path) -> None:
    opening, first, then = _first_and_then(archive, TEXT)
    assert first[-len(FORMATTED.splitlines()) :] == FORMATTED.splitlines()
    assert then[-4:] == ["Mend this first:", "", "• the producer", "• the topic"]
    async with running(archive, place=opening) as deck:
        await deck.see("Mend this first:", "• the producer")


@pytest.mark.parametrize("rev", [CALL, RESULT])
async def test_its_call_and_result_are_as_they_were_sent_and_then_as_the_tool_sees_them(
    archive: Path, rev: str
) -> None:
    opening, first, then = _first_and_then(archive, rev)
    assert any(line.strip() == f"command: {COMMAND}" for line in first)
    assert any(line.strip() == f"$ {COMMAND}" for line in then)
    assert PRINTED in first[-1] and PRINTED in then[-1]
    async with running(archive, place=opening) as deck:
        await deck.see(f"$ {COMMAND}", PRINTED)


def _first_and_then(archive: Path, rev: str) -> tuple[Opening, list[str], list[str]]:
    """What the app opens with at a rev, the lines of its detail, and those that take their place."""
    with Timeline.open(archive) as timeline:
        opening = first_picture(rev)(timeline)
        rendered = detail(opening.session, opening.position, PAGES[0], Viewing())(timeline)
    assert isinstance(opening.detail, Detail) and isinstance(rendered, Detail)
    first, then = ([line.text for line in shown.document.lines] for shown in (opening.detail, rendered))
    return opening, first, then


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
def test_the_first_picture_is_whole_wherever_the_session_is_opened(tmp_path: Path) -> None:
    clock = kafka_session.Clock()
    one = kafka_session.Thread(clock)
    turns = (one.send([kafka_session.text(f"Question {n}")], [kafka_session.text(f"Answer {n}")]) for n in range(70))
    archive = record(tmp_path / "archive", turns)
    words = deck_words(archive, f"{kafka_session.SESSION}~4")  # its step is the third of a page of rows
    with on_terminal(words, (120, 40)) as terminal:
        terminal.until(lambda screen: "turn 66 of 70" in screen.lines[0] and screen.lines[-1].endswith("step 1"))
        shown = terminal.screen.text
    assert "Question 50" in shown and "···" not in shown
    assert "user · text · 11 characters" in shown and "q back" in shown

"""What the first picture of a session waits for, and what comes right after it."""

import subprocess
import sys
from pathlib import Path

import kafka_session
import pytest
from tui_pilot import record, running

from deck.timeline import Timeline
from deck.tui.app import first_picture
from deck.tui.pages import PAGES
from deck.tui.pages.viewing import Viewing
from deck.tui.questions import detail

ROOT = Path(__file__).parents[2]
LATER = (
    *("markdown_it", "pygments", "pkgutil", "deck.cost", "deck.stats", "store.spool"),
    *("deck.tui.screens.sessions", "deck.tui.shape", "deck.tui.pages.tools", "deck.pictures", "deck.to_json"),
)
FORMATTED = "Mend **this** first:\n\n- the `producer`\n- the topic"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    talk = kafka_session.Thread(kafka_session.Clock())
    asked = talk.send([kafka_session.text(FORMATTED)], [kafka_session.text("Done.")])
    return record(tmp_path_factory.mktemp("opening") / "archive", [asked])


def test_the_first_picture_waits_for_nothing_that_it_does_not_show(archive: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from deck.timeline import Timeline; from deck.tui import app\n"
        "import deck.tui.screens.timeline\n"
        "with Timeline.open(Path(sys.argv[1])) as timeline: app.first_picture('HEAD')(timeline)\n"
        f"print(sorted(set({LATER}) & set(sys.modules)))"
    )
    words = [sys.executable, "-c", script, str(archive)]
    done = subprocess.run(words, capture_output=True, cwd=ROOT, timeout=60)
    assert (done.returncode, done.stderr.decode(), done.stdout.decode()) == (0, "", "[]\n")


async def test_its_text_is_as_it_was_sent_and_then_rendered(archive: Path) -> None:
    with Timeline.open(archive) as timeline:
        opening = first_picture("HEAD")(timeline)
        rendered = detail(opening.session, 0, PAGES[0], Viewing())(timeline)
    assert opening.detail is not None and rendered is not None
    first, then = ([line.text for line in shown.document.lines] for shown in (opening.detail, rendered))
    assert first[-len(FORMATTED.splitlines()) :] == FORMATTED.splitlines()
    assert then[-4:] == ["Mend this first:", "", "• the producer", "• the topic"]
    async with running(archive, place=opening) as deck:
        await deck.see("Mend this first:", "• the producer")

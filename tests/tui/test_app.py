"""The app as a whole: what stops it before it draws, and where it opens."""

from pathlib import Path

import kafka_session
import pytest
from tall_model import TallModel
from tui_pilot import record, running

from deck.timeline import Timeline
from deck.tui.app import run
from deck.tui.questions import place_of_rev
from store.errors import NotAnArchive, NotFound


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("app") / "archive", kafka_session.exchanges())


def test_a_folder_that_is_no_archive_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(NotAnArchive):
        run(tmp_path)


def test_a_rev_that_names_no_turn_is_refused_before_anything_is_drawn(archive: Path) -> None:
    with pytest.raises(NotFound):
        run(archive, "nonsense")
    with Timeline.open(archive) as timeline:
        message = timeline.turn(timeline.resolve("HEAD").id).new[0].id
    with pytest.raises(NotFound, match="no turn with steps"):
        run(archive, message)


async def test_opened_at_a_rev_the_way_back_leads_to_the_sessions(archive: Path) -> None:
    with Timeline.open(archive) as timeline:
        place = place_of_rev("HEAD~1:2")(timeline)
    async with running(archive, place=place) as deck:
        await deck.see("turn 13 · step 2/2", "Done: the producer")
        await deck.press("q")
        await deck.see("1 session", "14 turns")
        await deck.press("enter")
        await deck.see("turn 1 of 14")
        await deck.press("q")
        await deck.see("1 session")
        await deck.press("q")
    assert deck.app.return_code == 0


class Growing(TallModel):
    """A session that has grown at every look."""

    def refresh(self) -> bool:
        self.count += 1
        return True


async def test_a_session_that_grows_can_be_left_at_any_moment() -> None:
    async with running(lambda: Growing(1_000)) as deck:
        for look in range(3):
            await deck.see("1 session")
            await deck.press("enter")
            await deck.see("turn 1 of")
            await deck.pilot.pause(look * 0.02)  # so that it is left at different moments of a look at the archive
            await deck.press("G", "q")
        await deck.see("1 session")
        await deck.press("q")
    assert deck.app.return_code == 0


async def test_commands_are_found_by_what_they_do(archive: Path) -> None:
    async with running(archive) as deck:
        await deck.see("1 session")
        await deck.press("ctrl+p")
        await deck.see("group by project", "find a command by what it does")
        await deck.type("sort")
        await deck.until(lambda text: "group by project" not in text, "what was found only")
        await deck.press("enter")
        await deck.see("sort: oldest")
        await deck.press("enter")
        await deck.see("turn 1 of 14")
        await deck.press("ctrl+p")
        await deck.type("fork before")
        await deck.see("fork before", "  [")
        await deck.press("enter")
        await deck.see("no fork before this")
        await deck.press("ctrl+p")
        await deck.type("quit from")
        await deck.see("quit from anywhere", "Ctrl-Q")
        await deck.press("enter")
        await deck.until(lambda _text: not deck.app.is_running, "nothing: the app has ended")
    assert deck.app.return_code == 0


async def test_keys_of_every_screen(archive: Path) -> None:
    async with running(archive) as deck:
        await deck.see("1 session")
        await deck.press("ctrl+c")
        await deck.see("Ctrl-Q quits, q leads back")
        await deck.press("enter")
        await deck.see("turn 1 of 14")
        await deck.press("ctrl+c")
        await deck.see("Ctrl-Q quits, q leads back")
        await deck.press("ctrl+q")
    assert deck.app.return_code == 0

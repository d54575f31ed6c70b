"""The sessions screen: rows, filter, sort, opening and coming back."""

import shutil
from pathlib import Path

import kafka_session
import pytest
from tui_pilot import LARGE, record, running

from deck.timeline import Timeline
from deck.tui.stars import stars_of
from store.archive import Archive
from store.record import Recorder

OTHER = "5e551011-0000-4000-8000-000000000002"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sessions") / "archive"
    record(path, kafka_session.exchanges())
    return record(path, list(kafka_session.exchanges(session=OTHER))[1:5])


async def test_a_row_says_what_a_session_was(archive: Path) -> None:
    async with running(archive, LARGE) as deck:
        text = await deck.see("2 sessions", "18 turns")
        row = next(line for line in text.split("\n") if "14 turns" in line)
        for part in ("ok", "Fix the Kafka topic bug", "1 agent", "claude-code", "claude-sonnet-4-6", "1 fail ✗"):
            assert part in row


async def test_the_filter_acts_as_one_types_and_goes_with_escape(archive: Path) -> None:
    async with running(archive) as deck:
        await deck.see("2 of 2")
        await deck.press("slash")
        await deck.type("000000000002")
        await deck.see("1 of 2", "filter: 000000000002")
        await deck.press("enter")
        await deck.see("4 turns")
        await deck.press("escape")
        await deck.see("2 of 2")


async def test_a_filter_that_nothing_fits_says_so(archive: Path) -> None:
    async with running(archive) as deck:
        await deck.see("2 of 2")
        await deck.press("slash")
        await deck.type("nowhere")
        await deck.see("0 of 2", "no session matches; Esc shows all")
        await deck.press("enter", "enter", "j", "space", "escape")
        text = await deck.see("2 of 2")
        assert "no session matches" not in text


async def test_sorting_goes_through_all_orders(archive: Path) -> None:
    async with running(archive) as deck:
        await deck.see("sort: newest")
        await deck.press("s", "s")
        text = await deck.see("sort: most turns")
        lines = text.split("\n")
        assert "14 turns" in lines[1] and "4 turns" in lines[2]


async def test_a_second_star_on_a_turn_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    path = record(tmp_path / "archive", kafka_session.exchanges())
    async with running(path) as deck:
        await deck.see("1 of 1")
        await deck.press("asterisk")
        await deck.see("starred the last turn of the session")
        await deck.press("asterisk")
        await deck.see("its last turn has a star already; S in the timeline takes it off")
    with Timeline.open(path) as timeline:
        assert len(stars_of(kafka_session.SESSION)(timeline)) == 1


async def test_opening_and_coming_back(archive: Path) -> None:
    async with running(archive) as deck:
        await deck.see("2 of 2")
        await deck.press("s", "s")
        await deck.see("sort: most turns")
        await deck.press("G", "enter")
        await deck.see("turn 1 of 4")
        await deck.press("q")
        await deck.see("2 of 2", "sort: most turns")
        await deck.press("q")
    assert deck.app.return_code == 0


async def test_an_archive_that_was_removed_is_told_and_the_list_stays(tmp_path: Path) -> None:
    path = record(tmp_path / "archive", kafka_session.exchanges())
    async with running(path, LARGE) as deck:
        await deck.see("1 of 1")
        await deck.press("space")
        await deck.see("↳ agent")
        shutil.rmtree(path)
        await deck.see(f"the archive is gone from {path}")
        for line in ("session", "agent"):
            await deck.press("enter")
            text = await deck.see(f"the archive is gone from {path}")
            assert "Fix the Kafka topic bug" in text and "1 step" not in text, line
            await deck.press("j")
            await deck.until(lambda text: "gone" not in text, "the keys again")


async def test_an_empty_archive_says_what_to_do(tmp_path: Path) -> None:
    async with running(record(tmp_path / "archive", [])) as deck:
        await deck.see("no turn is recorded here yet", "deck run")
        await deck.press("enter", "G", "j", "slash", "x", "enter", "s", "question_mark")
        await deck.see("show sessions with these words in title")


async def test_a_session_being_recorded_is_live_on_top_and_opens_at_its_end(tmp_path: Path) -> None:
    exchanges = list(kafka_session.exchanges())
    path = record(tmp_path / "archive", kafka_session.exchanges(session=OTHER))
    with Archive.open(path) as archive, Recorder(archive) as recorder:
        for exchange in exchanges[:3]:
            recorder.record(exchange)
        async with running(path) as deck:
            text = await deck.see("● live")
            assert "● live" in text.split("\n")[1]
            await deck.press("enter")
            await deck.see("turn 3 of 3", "● live")
            recorder.record(exchanges[3])
            await deck.see("turn 4 of 4", "● live")

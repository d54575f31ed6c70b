"""The timeline screen, key by key, on a small archive."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import kafka_session
import pytest
from tui_pilot import LARGE, SMALL, Driver, record, running

from deck.timeline import Timeline
from deck.tui.questions import Place, place_of_rev
from deck.tui.widgets.scrubber import Scrubber
from deck.tui.widgets.step_list import StepList
from deck.tui.widgets.text_view import TextView
from store import status
from store.archive import Archive
from store.clean import Cleaner
from store.files import FILES
from store.spool import Spool


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("timeline") / "archive"
    record(path, kafka_session.exchanges())
    return record(path, kafka_session.exchanges(session="5e551011-0000-4000-8000-000000000002"))


def place(archive: Path, rev: str) -> Place:
    with Timeline.open(archive) as timeline:
        return place_of_rev(rev)(timeline)


START = Place(kafka_session.SESSION, 0)


def on(deck: Driver, turn: int, step: int) -> str:
    return f"turn {turn} · step {step}/"


async def test_steps_and_turns_forward_and_back(archive: Path) -> None:
    async with running(archive, place=START) as deck:
        await deck.see("turn 1 of 14", on(deck, 1, 1))
        await deck.press("j", "down")
        await deck.see(on(deck, 2, 1), "Fix the Kafka topic bug.")
        await deck.press("k")
        await deck.see(on(deck, 1, 2))
        await deck.press("J", "J", "j")
        await deck.see(on(deck, 3, 2))
        await deck.press("K")
        await deck.see(on(deck, 3, 1))
        await deck.press("K")
        await deck.see(on(deck, 2, 1))
        await deck.press("G")
        await deck.see("turn 14 of 14", on(deck, 14, 2))
        await deck.press("J")
        await deck.see("no turn after this")
        await deck.press("home")
        await deck.see("turn 1 of 14")


async def test_a_long_wait_is_a_line_of_its_own_that_the_cursor_passes(archive: Path) -> None:
    async with running(archive, place=place(archive, f"{kafka_session.SESSION}~4")) as deck:
        await deck.see("·· 2m 1s tool ··")
        at = await deck.see("turn 8 of 14")
        assert "·· 2m 1s tool ··" in at
        await deck.press("k")
        await deck.see(on(deck, 7, 3))
        await deck.press("j")
        await deck.see(on(deck, 8, 1))


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_every_tab_shows_its_page(archive: Path, size: tuple[int, int]) -> None:
    async with running(archive, size, place(archive, f"{kafka_session.SESSION}~4")) as deck:
        await deck.see("[1 step]", "→ Bash", "$ npm test", "↳ error", "1 failed, 41 passed")
        await deck.press("2")
        await deck.see("[2 request]", "13 messages, 4 tools", "= 12 earlier messages (f unfolds)", "new: 1 message")
        await deck.press("3")
        await deck.see("[3 response]", "A test still names orders-v2.", "→ Read")
        await deck.press("4")
        await deck.see("[4 context]", "tokens · as reported", "4 tools, 3 used so far", "tool results")
        await deck.press("5")
        await deck.see("[5 diff]", "turn 8 against turn 7", "= 11 messages unchanged", "+ message 13 · user")
        await deck.press("6")
        await deck.see("[6 raw]", '{"id": "msg_1"')
        await deck.press("7")
        await deck.see("[7 headers]", "continues", "user-agent: claude-cli/2.1.219")


async def test_search_goes_from_place_to_place_and_marks_them(archive: Path) -> None:
    async with running(archive, place=START) as deck:
        await deck.see("turn 1 of 14")
        await deck.press("slash")
        await deck.type("orders-v2")
        await deck.press("enter")
        await deck.see("1 of 6 for “orders-v2”", "turn 4 of 14")
        await deck.press("n", "n")
        await deck.see("3 of 6", "turn 6 of 14")
        await deck.press("N")
        await deck.see("2 of 6")
        await deck.press("slash")
        await deck.type("nowhere")
        await deck.press("enter")
        await deck.see("nothing found for “nowhere”")


async def test_going_to_a_rev_also_in_another_session(archive: Path) -> None:
    target = place(archive, "HEAD~1")
    async with running(archive, place=START) as deck:
        await deck.see("turn 1 of 14")
        await deck.press("colon")
        await deck.type(f"{kafka_session.SESSION}~2")
        await deck.press("enter")
        await deck.see("turn 12 of 14")
        await deck.press("colon")
        await deck.type("HEAD~1:2")
        await deck.press("enter")
        await deck.see(on(deck, 13, 2), "Done: the producer")
        assert target.session != kafka_session.SESSION
        await deck.press("q")
        await deck.see("turn 12 of 14")


async def test_a_rev_that_names_nothing_says_so_and_moves_nothing(archive: Path) -> None:
    async with running(archive, place=START) as deck:
        await deck.see("turn 1 of 14")
        await deck.press("colon")
        await deck.type("nonsense")
        await deck.press("enter")
        await deck.see("nothing in this archive is named 'nonsense'", "turn 1 of 14")
        await deck.press("colon", "escape", "j")
        await deck.see(on(deck, 1, 2))


async def test_copying_gives_the_clipboard_the_address_and_says_which(archive: Path) -> None:
    async with running(archive, LARGE, START) as deck:
        await deck.see("turn 1 of 14")
        with Timeline.open(archive) as timeline:
            first, second = (row.turn for row in timeline.steps(kafka_session.SESSION, 1, 3))
        await deck.press("y")
        await deck.see(f"copied {first[:9]}…, with all its digits")
        assert deck.app.clipboard == first
        await deck.press("j", "j")
        await deck.see("turn 2 of 14")
        await deck.press("Y")
        await deck.see(f"copied {second[:9]}…:1, with all its digits")
        assert deck.app.clipboard == f"{second}:1"


async def test_what_was_said_goes_with_the_next_key_that_does_something(archive: Path) -> None:
    async with running(archive, place=START) as deck:
        await deck.see("turn 1 of 14")
        await deck.press("y")
        await deck.see("with all its digits")
        await deck.press("z")  # is no key of deck
        assert "with all its digits" in deck.text()
        await deck.press("2")
        await deck.until(lambda text: "digits" not in text and "j k move" in text, "the keys again")
        await deck.press("slash")
        await deck.type("topic bug")
        await deck.press("enter")
        await deck.see("1 of ")
        await deck.press("K", "f")
        await deck.until(lambda text: "for “topic bug”" not in text, "nothing of the search")


async def test_playing_goes_to_the_end_and_stops_there(archive: Path) -> None:
    async with running(archive, place=place(archive, kafka_session.SESSION)) as deck:
        await deck.see("turn 14 of 14", "■ 1×")
        await deck.press("K", "K", *["plus"] * 6, "space")
        await deck.see("turn 14 of 14", "step 2/2", "■ 64×")


async def test_a_key_that_moves_stops_playing(archive: Path) -> None:
    async with running(archive, place=START) as deck:
        await deck.see("turn 1 of 14")
        await deck.press("minus", "minus", "space")
        await deck.see("▶ 0.25×")
        await deck.press("G")
        await deck.see("turn 14 of 14", "■ 0.25×")


async def test_the_detail_scrolls_in_its_own_pane_and_on_the_whole_screen(archive: Path) -> None:
    async with running(archive, place=place(archive, f"{kafka_session.SESSION}~4")) as deck:
        await deck.see("turn 8 of 14")
        await deck.press("2", "f")
        await deck.see("system", "You are a coding agent.")
        await deck.press("l", "G")
        await deck.see("1 failed, 41 passed")
        assert deck.app.screen.query_one(TextView).scroll_y > 0
        await deck.press("enter")
        text = await deck.until(lambda text: "[0:" not in text, "the detail alone")
        assert "[2 request]" in text
        await deck.press("escape")
        await deck.see("[0:", "[2 request]")


async def test_pointing_at_the_scrubber_goes_there(archive: Path) -> None:
    async with running(archive, LARGE, START) as deck:
        await deck.see("turn 1 of 14", "·   ·")
        await deck.pilot.click(Scrubber, offset=(1 + 4 * 7, 0))
        await deck.see("turn 8 of 14")
        await deck.pilot.mouse_down(Scrubber, offset=(1 + 4 * 2, 0))
        await deck.see("turn 3 of 14")
        await deck.pilot.hover(Scrubber, offset=(1 + 4 * 11, 1))
        await deck.see("turn 12 of 14")
        await deck.pilot.mouse_up(Scrubber, offset=(1 + 4 * 11, 1))
        await deck.pilot.hover(Scrubber, offset=(1 + 4 * 4, 1))
        await deck.press("y")
        await deck.see("copied", "turn 12 of 14")


async def test_clicking_a_step_goes_there(archive: Path) -> None:
    async with running(archive, place=START) as deck:
        text = await deck.see("turn 1 of 14", "I look at the topics first.")
        row = next(n for n, line in enumerate(text.split("\n")) if "I look at the topics first." in line)
        await deck.pilot.click(offset=(20, row))
        await deck.see(on(deck, 2, 2))


async def test_help_is_made_from_the_keys(archive: Path) -> None:
    async with running(archive, LARGE, START) as deck:
        await deck.see("turn 1 of 14")
        await deck.press("question_mark")
        await deck.see("next turn", "play in recorded time", "copy the turn's hash")
        await deck.press("G")
        await deck.see("one page on", "context over 90 % full")
        await deck.press("q")
        await deck.see("turn 1 of 14")


async def test_a_session_that_grows_is_followed_until_one_steps_back(tmp_path: Path) -> None:
    exchanges = list(kafka_session.exchanges())
    path = record(tmp_path / "archive", exchanges[:5])
    grows = asyncio.to_thread
    async with running(path, place=START) as deck:
        await deck.see("turn 1 of 5")
        await deck.press("G")
        await deck.see("turn 5 of 5")
        await grows(record, path, exchanges[5:6])
        await deck.see("turn 6 of 6")
        await deck.press("k")
        await deck.see("step 1/")
        await grows(record, path, exchanges[6:8])
        await deck.see("● pinned  +2 new", "turn 6 of 8")
        await deck.press("escape")
        await deck.see("turn 8 of 8")
        await deck.until(lambda text: "pinned" not in text, "no pin")


async def test_a_recorder_that_cannot_record_is_told_above(tmp_path: Path) -> None:
    path = record(tmp_path / "archive", list(kafka_session.exchanges())[:2])
    with Archive.open(path) as opened:
        spool = Spool.create(path, Cleaner(opened.key))
    status.write(spool.folder, FILES, {"pid": 1, "trouble": "\x1b[31mdisk full", "waiting": 2})
    async with running(path, LARGE, START) as deck:
        await deck.see("✗ cannot record: \\x1b[31mdisk full; 2 exchanges waiting for the disk")
        status.write(spool.folder, FILES, {"pid": 1, "trouble": "", "waiting": 0})
        await deck.until(lambda text: "✗" not in text, "recording again")
    spool.close()


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (20, 6), (200, 50)])
async def test_no_screen_is_too_small(archive: Path, size: tuple[int, int]) -> None:
    async with running(archive, size, START) as deck:
        await deck.see("turn 1")
        await deck.press("G", "4", "tab", "l", "enter", "enter", "question_mark", "q")
        await deck.see("turn 14")


async def test_escape_leads_nowhere_in_a_recording_that_has_ended(archive: Path) -> None:
    async with running(archive, place=START) as deck:
        await deck.see("turn 1 of 14")
        await deck.press("j", "escape")
        await deck.see("this recording has ended: G goes to its end", on(deck, 1, 2))


async def test_a_rev_is_completed_as_far_as_it_is_the_only_one(archive: Path) -> None:
    async with running(archive, LARGE, START) as deck:
        await deck.see("turn 1 of 14")
        with Timeline.open(archive) as timeline:
            last = timeline.resolve("HEAD").id
        await deck.press("colon")
        await deck.type(last[:6])
        await deck.press("tab")
        await deck.see(last)
        await deck.press("tab")
        await deck.see(f"{last[:15]}…")
        await deck.press("enter")
        await deck.see("turn 14 of 14")
        await deck.press("colon", "x", "y", "z", "tab")
        await deck.see("nothing begins so")


async def test_the_context_is_told_with_its_window_wherever_one_was_before(archive: Path) -> None:
    async with running(archive, LARGE, START) as deck:
        await deck.see("turn 1 of 14", " of 200k (")


@pytest.mark.parametrize("width", [40, 60])
async def test_help_fits_into_a_narrow_terminal(archive: Path, width: int) -> None:
    async with running(archive, (width, 24), START) as deck:
        await deck.see("turn 1")
        await deck.press("question_mark")
        text = await deck.see("next turn")
        assert "╮" in text and "╯" in text


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_the_bottom_line_always_says_how_to_get_help_and_back(archive: Path, size: tuple[int, int]) -> None:
    async with running(archive, size, START) as deck:
        await deck.see("? help  q back", on(deck, 1, 1))


async def test_a_lane_is_called_what_its_subagent_was_asked_for(archive: Path) -> None:
    async with running(archive, LARGE, START) as deck:
        await deck.see("turn 1 of 14", "[all] main  sub 1: find uses")


async def test_through_the_lanes_and_back_leads_to_the_step_that_one_left(archive: Path) -> None:
    async with running(archive, LARGE, place(archive, f"{kafka_session.SESSION}~1")) as deck:
        await deck.see("[all] main  sub 1: find uses", on(deck, 13, 1))
        await deck.press("tab", "tab", "tab")
        await deck.see("[side calls]", on(deck, 1, 2))
        await deck.press("tab")
        await deck.see("[all] main", on(deck, 13, 1))
        await deck.press("shift+tab", "k", "tab")
        await deck.see("[all] main", on(deck, 1, 1))


async def test_after_a_jump_one_sees_what_came_before_and_what_followed(archive: Path) -> None:
    async with running(archive, (80, 24), START) as deck:
        await deck.see("turn 1 of 14", "[all] main")
        steps = deck.app.screen.query_one(StepList)
        third = steps.size.height // 3
        assert third > 1
        for keys, there in ((("J",) * 6, "turn 7 of 14"), (("K",) * 3, "turn 4 of 14")):
            await deck.press(*keys)
            await deck.see(there)
            before = steps.cursor - round(steps.scroll_y)
            assert before >= third and steps.size.height - 1 - before >= third
        await deck.press("k")
        assert steps.cursor - round(steps.scroll_y) == before - 1


async def test_a_turn_that_was_tried_again_is_told_to_be_no_fork(tmp_path: Path) -> None:
    """`deck log --graph` draws the two ways of a retry; a fork is what the key looks for."""
    thread = kafka_session.Thread(kafka_session.Clock())
    first, second = (thread.send([kafka_session.text(said)], [kafka_session.text("Yes.")]) for said in ("One.", "Two."))
    busy = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    refused = replace(second, started_ms=second.started_ms - 2_500, status=529, response_body=json.dumps(busy).encode())
    async with running(record(tmp_path / "archive", [first, refused, second]), SMALL, START) as deck:
        await deck.see("turn 1 of 3")
        await deck.press("right_square_bracket")
        await deck.see("no fork after this; turn 3 is a retry, which is none")
        await deck.press("left_square_bracket")
        await deck.until(lambda text: "no fork before this  " in text, "nothing of a retry")


async def test_what_was_searched_for_is_in_sight_on_the_bottom_line_and_in_the_detail(tmp_path: Path) -> None:
    thread = kafka_session.Thread(kafka_session.Clock())
    long = " ".join(["what stands before it"] * 20) + " the widget " + " ".join(["and after it"] * 20)
    exchange = thread.send([kafka_session.text("Begin.")], [kafka_session.text(long)])
    async with running(record(tmp_path / "archive", [exchange]), (40, 14), START) as deck:
        await deck.see("turn 1 of 1")
        await deck.press("slash")
        await deck.type("widget")
        await deck.press("enter")
        await deck.until(in_sight, "the hit in both places")
        await deck.press("ctrl+u", "ctrl+u")
        await deck.until(lambda text: not in_sight(text), "the detail scrolled away")
        await deck.press("n")  # to the only hit there is
        await deck.until(in_sight, "the hit in both places")


def in_sight(text: str) -> bool:
    """Whether ``widget`` stands in the detail, and on the bottom line beside the place."""
    lines = text.split("\n")
    return "step 2/2" in lines[-1] and "widget" in lines[-1] and any("widget" in line for line in lines[-6:-1])

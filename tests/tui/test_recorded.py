"""Questions that a person has about a recorded session, each answered in at most ten keys.

Asked of the recorded session of Claude Code where it is at hand, and always of a made-up one.
"""

from pathlib import Path

import kafka_session
import pytest
from claude_17 import RECORDED, exchanges
from tui_pilot import LARGE, SMALL, record, running

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "200x50"])
NEEDS_RECORDING = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded session is not at hand")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("recorded") / "archive", exchanges())


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("kafka") / "archive", kafka_session.exchanges())


@SIZES
@NEEDS_RECORDING
async def test_which_tool_failed_first_and_what_it_printed(recorded: Path, size: tuple[int, int]) -> None:
    async with running(recorded, size) as deck:
        await deck.see("17 turns")
        await deck.press("enter")
        await deck.see("turn 1 of 17")
        await deck.press("e")
        await deck.see("turn 13 of 17", "→ Bash", "flibbertigibbet --help", "flibbertigibbet: command")
        assert deck.keys <= 10


@SIZES
@NEEDS_RECORDING
async def test_what_the_subagent_was_told(recorded: Path, size: tuple[int, int]) -> None:
    async with running(recorded, size) as deck:
        await deck.see("17 turns")
        await deck.press("enter")
        await deck.see("turn 1 of 17")
        await deck.press("a")
        await deck.see(
            "turn 10 of 17", "Look only inside the directory /tmp/tapes-fixture/", "Tell me which of the three files"
        )
        assert deck.keys <= 10


@SIZES
@NEEDS_RECORDING
async def test_what_the_ninth_request_sent_that_the_eighth_did_not(recorded: Path, size: tuple[int, int]) -> None:
    async with running(recorded, size) as deck:
        await deck.see("17 turns")
        await deck.press("enter")
        await deck.see("turn 1 of 17")
        await deck.press(*"JJJJJJJJ", "d")
        await deck.see(
            "request of turn 9 against turn 8", "13 messages unchanged", "+ message 15 · user", "Updated task #1 status"
        )
        assert deck.keys <= 10


@SIZES
@NEEDS_RECORDING
async def test_what_the_third_request_cost_and_why(recorded: Path, size: tuple[int, int]) -> None:
    async with running(recorded, size) as deck:
        await deck.see("17 turns", "$0.525")
        await deck.press("enter")
        await deck.see("turn 1 of 17")
        await deck.press("J", "J", "3", "enter", "G")
        await deck.see(
            *(
                "turn 3 of 17",
                "cost: $0.028",
                "read from cache: 33,153 · $0.0099",
                "written to cache, 1 h: 2,005 · $0.012",
            )
        )
        assert deck.keys <= 10


@SIZES
async def test_the_first_failure_of_the_made_up_session(kafka: Path, size: tuple[int, int]) -> None:
    async with running(kafka, size) as deck:
        await deck.see("14 turns")
        await deck.press("enter")
        await deck.see("turn 1 of 14")
        await deck.press("e")
        await deck.see("turn 8 of 14", "$ npm test", "1 failed, 41 passed", "topic orders-v2 does not exist")
        assert deck.keys <= 10


@SIZES
async def test_what_the_made_up_subagent_was_told(kafka: Path, size: tuple[int, int]) -> None:
    async with running(kafka, size) as deck:
        await deck.see("14 turns")
        await deck.press("enter")
        await deck.see("turn 1 of 14")
        await deck.press("a")
        await deck.see("turn 10 of 14", "thread a1b2c3d4e5f60718a", "Find every place in src/ that names")
        assert deck.keys <= 10


@SIZES
async def test_what_the_ninth_request_of_the_made_up_session_sent(kafka: Path, size: tuple[int, int]) -> None:
    async with running(kafka, size) as deck:
        await deck.see("14 turns")
        await deck.press("enter")
        await deck.see("turn 1 of 14")
        await deck.press(*"JJJJJJJJ", "d")
        await deck.see("request of turn 9 against turn 8", "13 messages unchanged", 'expect(topic).toBe("orders-v2")')
        assert deck.keys <= 10

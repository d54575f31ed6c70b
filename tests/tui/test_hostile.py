"""A recorded session that tries to drive the terminal is drawn, on every tab, as harmless text."""

import unicodedata
from pathlib import Path

import pytest
from kafka_session import Clock, Thread, call, result, text
from tui_pilot import LARGE, SMALL, record, running

ATTACK = "\x1b]52;c;aGFja2Vk\x07\x1b[2J\x1b[31m[bold]\\[/]\u202etxt.exe\u200b\x9b5n\x00\u2066 $$ [link=x]y[/link]"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tools = [{"name": ATTACK, "description": ATTACK, "input_schema": {ATTACK: ATTACK}}]
    thread = Thread(Clock(), tools=tools)
    exchanges = [
        thread.send([text(ATTACK)], [text(ATTACK), call(1, ATTACK, **{ATTACK: ATTACK, "command": ATTACK})]),
        thread.send([result(1, ATTACK, failed=True)], [{"type": ATTACK, "text": ATTACK}, text(ATTACK)]),
    ]
    return record(tmp_path_factory.mktemp("hostile") / "archive", exchanges)


def assert_harmless(shown: str) -> None:
    for character in shown:
        assert character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co"), repr(character)


@pytest.mark.parametrize("size", [SMALL, pytest.param(LARGE, marks=pytest.mark.prove)], ids=["small", "large"])
async def test_nothing_captured_reaches_the_terminal_as_a_command(archive: Path, size: tuple[int, int]) -> None:
    async with running(archive, size) as deck:
        assert_harmless(await deck.see("\\x1b]52", "2 turns"))
        await deck.press("enter")
        await deck.see("turn 1 of 2", "\\x1b]52")
        for _ in range(6):
            for tab in "1234567":
                await deck.press(tab)
                assert_harmless(await deck.see(f"[{tab} "))
            await deck.press("f", "j", "1", "r")
            assert_harmless(await deck.see("[1 ", '"kind":'))
            await deck.press("r")
        await deck.press("slash")
        await deck.type("txt")
        await deck.press("enter")
        assert_harmless(await deck.see("for “txt”"))
        assert deck.app.clipboard == ""

"""Keys that come faster than the focus moves to the prompt and away from it."""

from pathlib import Path

import kafka_session
import pytest
from textual import events
from tui_pilot import Driver, record, running

from deck.tui.questions import Place


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("prompt") / "archive", kafka_session.exchanges())


def type_at_once(deck: Driver, *keys: str) -> None:
    """Keys as a terminal gives them when they were typed before the app looked: one after the other, without a wait."""
    for key in keys:
        deck.app.post_message(events.Key(key, key if len(key) == 1 else None))


START = Place(kafka_session.SESSION, 0)


async def test_what_is_typed_behind_a_slash_is_searched_for(archive: Path) -> None:
    async with running(archive, place=START) as deck:
        await deck.see("turn 1 of 14")
        type_at_once(deck, "slash", *"quicker", "enter")
        await deck.see("nothing found for “quicker”")


async def test_what_is_typed_behind_enter_and_escape_is_for_the_list(archive: Path) -> None:
    async with running(archive, place=START) as deck:
        await deck.see("turn 1 of 14")
        type_at_once(deck, "G", "slash", *"quicker", "escape", "k", "k", "question_mark")
        await deck.see("next turn")
        await deck.press("q")
        await deck.see("turn 13 of 14")
        type_at_once(deck, "colon", *"HEAD", "enter", "question_mark")
        await deck.see("next turn")
        await deck.press("q")
        await deck.see("turn 14 of 14")


async def test_the_filter_has_all_that_was_typed(archive: Path) -> None:
    async with running(archive) as deck:
        await deck.see("1 of 1")
        type_at_once(deck, "slash", *"spqr", "enter", "s")
        await deck.see("filter: spqr", "sort: oldest", "0 of 1")
        type_at_once(deck, "slash", "escape", "slash", *"kaf")
        await deck.see("filter: kaf", "1 of 1")

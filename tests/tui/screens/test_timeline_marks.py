"""Keys act on the step under the cursor, also where what the detail shows lags behind it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import kafka_session
import pytest
from textual import events
from tui_pilot import record, running

from deck.starring import star
from deck.timeline import Timeline
from deck.tui.questions import Place
from deck.tui.stars import stars_of
from deck.views import Step, StepRow
from store import annotate, notes
from store.archive import Archive
from store.ids import from_hex

START = Place(kafka_session.SESSION, 0)


class Lagging(Timeline):
    """Pages of steps wait until they are let through."""

    gate = threading.Event()

    def step(self, row: StepRow) -> Step:
        self.gate.wait()
        return super().step(row)


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    Lagging.gate.set()
    yield Lagging.gate
    Lagging.gate.set()


async def test_a_burst_of_keys_acts_on_the_step_that_it_ends_on(tmp_path: Path, gate: threading.Event) -> None:
    archive = record(tmp_path / "archive", kafka_session.exchanges())
    async with running(lambda: Lagging.open(archive), place=START) as deck:
        await deck.see("turn 1 of 14")
        gate.clear()
        await deck.press("J", "J", "J", "Y")
        await deck.see("…:1, with all its digits")
        await deck.press("m")
        await deck.see("turn 4 is marked")
        await deck.press("s")
        await deck.type("here")
        await deck.press("enter")
        assert "turn 1 of 14" in deck.text()  # the title tells of what is shown
        gate.set()
        await deck.see("starred: here", "turn 4 of 14")
        with Timeline.open(archive) as timeline:
            fourth = next(row for row in timeline.steps(kafka_session.SESSION, 0, 20) if row.turn_number == 4)
            (star,) = stars_of(kafka_session.SESSION)(timeline)
        assert deck.app.clipboard == f"{fourth.turn}:1"
        assert star.place == (fourth.turn, 1)
        await deck.press("j", "S")
        await deck.see("this step has no star")


async def test_what_a_key_says_is_not_lost_to_the_move_before_it(tmp_path: Path) -> None:
    archive = record(tmp_path / "archive", kafka_session.exchanges())
    async with running(archive, place=START) as deck:
        await deck.see("turn 1 of 14")
        for key in ("J", "J", "Y"):  # without a pause between them
            deck.app.post_message(events.Key(key, key))
        await deck.see("turn 3 of 14")
        await deck.see("…:1, with all its digits")
        await deck.pilot.click(offset=(20, 6))
        await deck.until(lambda text: "digits" not in text, "the keys again")


def head(path: Path) -> str:
    """The id of the last turn."""
    with Timeline.open(path) as timeline:
        return timeline.session(kafka_session.SESSION).head


def stars(path: Path) -> list[notes.Note]:
    with Timeline.open(path) as timeline:
        return [star.note for star in stars_of(kafka_session.SESSION)(timeline)]


async def test_one_key_takes_all_stars_of_a_step_off(tmp_path: Path) -> None:
    path = record(tmp_path / "archive", kafka_session.exchanges())
    with Archive.open(path) as archive:
        for step in (0, 1, 2):
            star(archive, head(path), step, "", None)
    async with running(path, place=START) as deck:
        await deck.see("turn 1 of 14", "·  *")
        await deck.press("asterisk")
        await deck.see("turn 14 · step 1/2")
        await deck.press("S")
        await deck.see("2 stars are off")
        assert [note.step for note in stars(path)] == [2]
        await deck.press("S")
        await deck.see("this step has no star; the star is on step 2 of this turn")


async def test_what_another_deck_puts_beside_a_turn_appears(tmp_path: Path) -> None:
    path = record(tmp_path / "archive", kafka_session.exchanges())
    async with running(path, place=START) as deck:
        await deck.see("turn 1 of 14")
        await deck.press("G", "K")
        await deck.see("turn 14 · step 1/2")
        with Archive.open(path) as archive:
            star(archive, head(path), 1, "by another", None)
        await deck.see("by another", "  14*")
        with Archive.open(path) as archive:
            annotate.add(archive, from_hex(head(path)), "me <me@example.org>", "and this too", step=1)
        await deck.see("and this too")
        with Archive.open(path) as archive:
            annotate.remove(archive, stars(path)[0], "me")
        await deck.until(lambda text: "14*" not in text and "by another" not in text, "the star is off")

"""Turns by number, share and distance; everything else is a rev."""

from collections.abc import Iterator

import kafka_session
import pytest
from tui_pilot import record

from deck.timeline import Timeline
from deck.tui.places import place_of
from deck.tui.questions import Place
from store import annotate
from store.errors import NotFound

SESSION = kafka_session.SESSION
OTHER = "5e551011-0000-4000-8000-000000000002"


@pytest.fixture(scope="module")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timeline]:
    path = tmp_path_factory.mktemp("places") / "archive"
    record(path, kafka_session.exchanges())
    record(path, list(kafka_session.exchanges(session=OTHER))[1:5])
    with Timeline.open(path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("typed", "turn", "step"),
    [
        *[("5", 5, 1), ("014", 14, 1), ("2.2", 2, 2), ("0%", 1, 1), ("50%", 7, 1), ("51%", 8, 1), ("999%", 14, 1)],
        *[("+2", 5, 1), ("-1", 2, 1), ("+100", 14, 1), ("-100", 1, 1), ("+0", 3, 1)],
    ],
)
def test_turns_of_the_session(timeline: Timeline, typed: str, turn: int, step: int) -> None:
    rows = timeline.steps(SESSION, 0, 100)
    third = next(row.position for row in rows if row.turn_number == 3)
    place = place_of(typed, SESSION, third + 1)(timeline)
    there = rows[place.position]
    assert (place.session, there.turn_number, there.number) == (SESSION, turn, step)


def test_a_number_that_no_turn_has_is_a_rev(timeline: Timeline) -> None:
    head = timeline.resolve("HEAD").id
    assert place_of(head[:12], SESSION, 0)(timeline) == Place(OTHER, timeline.turn_steps(head)[0].position)
    for typed, said in (("15", "has 14 turns"), ("0", "has 14 turns"), ("2.9", "turn 2 has 3 steps"), ("2.0", "2.0")):
        with pytest.raises(NotFound, match=said):
            place_of(typed, SESSION, 0)(timeline)


def test_where_both_fit_the_turn_wins_and_the_tag_has_its_own_name(timeline: Timeline) -> None:
    head = timeline.resolve("HEAD").id
    annotate.set_tag(timeline.archive, "7", bytes.fromhex(head), "a <a@localhost>")
    rows = timeline.steps(SESSION, 0, 100)
    assert rows[place_of("7", SESSION, 0)(timeline).position].turn_number == 7
    assert place_of("tags/7", SESSION, 0)(timeline).session == OTHER

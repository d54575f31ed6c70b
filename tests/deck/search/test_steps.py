"""Searching one session: with an index, without one and with half of one the same is found, in the same order."""

from collections.abc import Iterator
from pathlib import Path

import exchanges
import kafka_session
import pytest
from tui_pilot import record

from deck.search.passages import text_of
from deck.search.steps import search_steps
from deck.timeline import Timeline
from deck.timeline_turns import Turns
from deck.views import StepRow
from store.exchange import Exchange
from store.reading import Block

SESSION = kafka_session.SESSION
QUERIES = (
    *(
        "orders-v2",
        "ORDERS-V2",
        "rders-v",
        "s-v2",
        "orders",
        "e",
        "test",
        "npm test",
        " npm",
        "npm ",
        "pm te",
        "✗",
        "…",
    ),
    *("é", "src/", "/consumer.ts", "consumer.ts:4", "ts:", "[", "Fix the Kafka", "x the Ka", "nowhere", "command: npm"),
)


def history() -> Iterator[Exchange]:
    """A session, asked once more by somebody who sends the same words, and one beside it."""
    yield from kafka_session.exchanges()
    yield from exchanges.conversation(3, "another", 200)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("steps") / "archive", history())


def by_hand(timeline: Timeline, query: str, position: int) -> list[int]:
    """Positions of the steps that hold a query, each read."""
    rows = timeline.steps(SESSION, 0, timeline.step_count(SESSION))
    turns = Turns(timeline.archive, timeline.rows)
    found = [row.position for row in rows if query.lower() in text_of(turns.block(row)).lower()]
    return [place for place in found if place >= position] + [place for place in found if place < position]


def found(timeline: Timeline, query: str, position: int) -> list[int]:
    return [hit.position for hit in timeline.search(SESSION, query, position) if hit]


@pytest.mark.parametrize("near", [0, 128], ids=["by the index", "what is near first"])
def test_what_is_found_does_not_depend_on_the_index(
    archive: Path, tmp_path: Path, near: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deck.search.steps._NEAR", near)
    half = record(tmp_path / "archive", list(kafka_session.exchanges())[:9])
    with Timeline.open(half) as timeline:
        assert timeline.index_for_search(60)
    record(half, list(kafka_session.exchanges())[9:])
    with Timeline.open(archive) as bare, Timeline.open(half) as halfway, Timeline.open(archive) as whole:
        expected = {(query, at): by_hand(bare, query, at) for query in QUERIES for at in (0, 7, 25)}
        assert sum(map(bool, expected.values())) > len(QUERIES)
        assert {asked: found(bare, *asked) for asked in expected} == expected
        assert {asked: found(halfway, *asked) for asked in expected} == expected
        assert whole.index_for_search(60)
        assert {asked: found(whole, *asked) for asked in expected} == expected
    (archive / "index" / "search.sqlite").unlink()


def test_a_message_that_is_new_twice_is_found_twice(tmp_path: Path) -> None:
    """A side call sends what the main line did: the index has it once."""
    main = kafka_session.Thread(kafka_session.Clock())
    aside = kafka_session.Thread(main.clock, members=kafka_session.TITLE_ONLY, tools=[])
    said = [
        thread.send([kafka_session.text("Name it")], [kafka_session.text(name)])
        for thread, name in ((main, "one"), (aside, "two"))
    ]
    with Timeline.open(record(tmp_path / "archive", said)) as timeline:
        expected = by_hand(timeline, "name it", 0)
        assert timeline.index_for_search(60)
        assert len(expected) == 2
        assert found(timeline, "name it", 0) == expected


class Counting(Turns):
    """Counts the blocks that are read."""

    read = 0

    def block(self, row: StepRow) -> Block:
        self.read += 1
        return super().block(row)


def test_with_an_index_only_what_can_hold_the_query_is_read(tmp_path: Path) -> None:
    path = record(tmp_path / "archive", exchanges.conversation(200, SESSION, 20))
    with Timeline.open(path) as timeline, timeline.searcher() as searcher:
        searcher.catch_up()
        turns = Counting(timeline.archive, timeline.rows)
        looking = search_steps(timeline.archive, timeline.rows, turns, searcher._database, SESSION, "199 ", 0)
        assert [hit.position for hit in looking if hit] == by_hand(timeline, "199 ", 0) == [398]
        assert turns.read == 128 + 1

"""The index over many tables of words."""

import sqlite3
from collections.abc import Iterator

import pytest

from deck.search.database import Database, Entry, TurnEntry
from deck.search.passages import Place

TURNS, EACH = 3_400, 10


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """34,000 passages: two tables. Passage n has the words of n's digits, and every hundredth another session."""
    made = Database(None, "0" * 32)
    turns = [
        TurnEntry(turn.to_bytes(32, "big"), turn * 600_000, [_entry(turn, at) for at in range(EACH)])
        for turn in range(TURNS)
    ]
    assert made.add(turns, {}, made.changes())
    yield made
    made.close()


def _entry(turn: int, at: int) -> Entry:
    number = turn * EACH + at
    session = "rare" if number % 100 == 7 else "usual"
    return Entry(
        Place(at + 1), f"word {'even' if number % 2 == 0 else 'odd'} n{number}", (("session", session),), number
    )


def numbers(database: Database, expression: str, first: int = 0, last: int = TURNS * EACH - 1) -> list[int]:
    return [found.number for found in database.newest(expression, first, last)]


def test_tables_are_asked_from_the_newest_on(database: Database) -> None:
    assert numbers(database, "text : (even)") == list(range(33_998, -1, -2))
    assert numbers(database, 'text : ("n3276"*)') == [*range(32_769, 32_759, -1), 3_276]
    assert numbers(database, "") == list(range(33_999, -1, -1))
    assert numbers(database, "text : (nowhere)") == []


def test_bounds_and_filters_narrow(database: Database) -> None:
    (rare,) = (word for word, name in database.names("session") if name == "rare")
    assert numbers(database, f"text : (odd) AND facets : ({rare})") == list(range(33_907, 6, -100))
    assert numbers(database, f"text : (even) AND facets : ({rare})") == []
    assert numbers(database, "text : (word)", 32_765, 32_770) == [32_770, 32_769, 32_768, 32_767, 32_766, 32_765]
    first, last = database.between(3_600_000, 7_199_999)
    assert (first, last) == (60, 119)
    assert database.between(None, None) == (0, 33_999)
    assert database.between(1 << 60, None) == (0, -1) and numbers(database, "", 0, -1) == []


def test_a_text_of_the_same_name_is_taken_in_once(database: Database) -> None:
    before = numbers(database, "text : (word)", 33_990)
    assert database.add([TurnEntry(bytes(32), 5, [_entry(3, 3), _entry(3_399, 9)])], {}, database.changes())
    assert numbers(database, "text : (word)", 33_990) == before


def test_a_batch_that_fails_leaves_nothing_behind(database: Database) -> None:
    new = Entry(Place(1), "plover", (("session", "new"),), None)
    batch = [TurnEntry(bytes(32), 5, [new]), TurnEntry(bytes(32), 1 << 90, [new])]
    with pytest.raises(OverflowError):
        database.add(batch, {}, database.changes())
    assert numbers(database, "text : (plover)") == [] and "new" not in dict(database.names("session")).values()
    assert database.between(None, None) == (0, 33_999)


def test_places_come_back(database: Database) -> None:
    found = next(database.newest("", 0, 33_999))
    assert (found.number, int(found.turn, 16), found.place) == (33_999, 3_399, Place(10))


def test_a_full_disk_is_told_as_one_and_what_comes_later_is_taken_in() -> None:
    made = Database(None, "0" * 32)
    made.db.execute("PRAGMA max_page_count = 40")

    def add(turn: int) -> bool:
        texts = [Entry(Place(at), " ".join(f"w{turn}x{at}x{n}" for n in range(50)), (), None) for at in range(20)]
        return made.add([TurnEntry(turn.to_bytes(32, "big"), turn, texts)], {}, made.changes())

    with pytest.raises(sqlite3.OperationalError) as full:
        for turn in range(100):
            add(turn)
    assert full.value.sqlite_errorname == "SQLITE_FULL"
    made.db.execute("PRAGMA max_page_count = 4000")
    assert add(100) and len(numbers(made, "text : (w100x3x7)", 0, 999)) == 1
    made.close()


def test_a_clearing_that_fails_is_undone(database: Database) -> None:
    before = numbers(database, "text : (odd)")
    reader = database.db.execute("SELECT * FROM passages")  # a table that is read cannot be dropped
    reader.fetchone()
    with pytest.raises(sqlite3.OperationalError):
        database.clear()
    reader.close()
    assert not database.db.in_transaction and numbers(database, "text : (odd)") == before

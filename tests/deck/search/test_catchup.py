"""However the search index came to be, it holds the same; and it is made again where it cannot be used."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import kafka_session
import pytest
from archives import recorded
from exchanges import conversation
from kafka_session import Clock
from search_by_hand import addresses, contents, searched

from deck.diagnostics import Problem
from deck.search.database import FILE
from deck.timeline import Timeline
from store.archive import Archive
from store.exchange import Exchange
from store.gc import collect
from store.record import Recorder
from store.repair import repair

ROOT = Path(__file__).parents[3]
KAFKA = list(kafka_session.exchanges())
OTHER = list(kafka_session.exchanges(Clock(1_790_000_001_000), "0ther000-0000-4000-8000-000000000001"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def made_anew(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What an index that is made from nothing holds."""
    (path / "index" / FILE).unlink()
    searched(path, "topic")
    return contents(path)


def test_bit_by_bit_is_the_same_as_at_once(path: Path) -> None:
    """Two writers at a time, and an index that is asked after each turn."""
    with Archive.create(path) as archive, Recorder(archive) as one, Archive.open(path) as again, Recorder(again) as two:
        for mine, yours in zip(KAFKA, OTHER, strict=True):
            one.record(mine)
            searched(path, "topic")
            two.record(yours)
    hits = searched(path, "topic")
    held = contents(path)
    assert len(held["passages"]) > 60 and len(held["journals"]) == 2
    assert made_anew(path) == held and searched(path, "topic") == hits


def test_a_new_index_of_the_archive_changes_nothing(path: Path) -> None:
    """It numbers the turns of two writers in another order."""
    with Archive.create(path) as archive, Recorder(archive) as one, Archive.open(path) as again, Recorder(again) as two:
        for mine, yours in zip(KAFKA[:6], OTHER[:6], strict=True):
            one.record(mine)
            two.record(yours)
    hits = searched(path, "topic")
    held = contents(path)
    for file in (path / "index").glob("index.sqlite*"):
        file.unlink()
    assert searched(path, "topic") == hits and contents(path) == held
    (new,) = recorded(path, KAFKA[6:7])
    assert searched(path, "orders now tests") == [] and searched(path, '"now the tests"') == [f"{new}:2"]


def test_gc_and_repair_change_nothing(path: Path) -> None:
    recorded(path, KAFKA)
    hits = searched(path, "topic")
    with Archive.open(path) as archive:
        collect(archive)
    held = contents(path)
    assert searched(path, "topic") == hits and contents(path) == held
    repair(path)
    assert searched(path, "topic") == hits


def test_two_at_once_take_nothing_in_twice(path: Path) -> None:
    """The second one comes between the batches of the first."""
    recorded(path, conversation(70, "s", 10))
    with Timeline.open(path) as mine, mine.searcher() as one, Timeline.open(path) as yours, yours.searcher() as two:
        told: list[int] = []

        def between(_what: str, done: int, of: int) -> None:
            told.append(done)
            assert done <= of == 70
            recorded(path, KAFKA[len(told) - 1 : len(told)])
            yours.refresh()
            two.catch_up()

        one.catch_up(between)
        assert told == [64]
        mine.refresh()
        one.catch_up()
        assert addresses(one.words("topic")) == addresses(two.words("topic")) != []
    held = contents(path)
    assert made_anew(path) == held


def test_processes_at_once_beside_a_capture(path: Path) -> None:
    recorded(path, conversation(150, "s", 10))
    line = [sys.executable, "-m", "deck.cli", "search", "topic", "--archive", str(path)]
    running = [subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    recorded(path, KAFKA)
    for process in running:
        _out, err = process.communicate(timeout=60)
        assert process.returncode in (0, 1) and b"Traceback" not in err and b"locked" not in err, err
    searched(path, "topic")
    held = contents(path)
    assert made_anew(path) == held


def test_what_a_power_cut_took_back_is_forgotten(path: Path) -> None:
    """Other turns stand in the journal where those stood that the index knew."""
    recorded(path, KAFKA[:1])
    with Archive.open(path) as archive, Recorder(archive) as recorder:
        recorder.record(KAFKA[1])
        before = {
            file: file.read_bytes() for folder in ("journal", "objects/pack") for file in (path / folder).iterdir()
        }
        recorder.record(KAFKA[2])
    assert len(searched(path, "producer")) == 1
    for file, data in before.items():
        file.write_bytes(data)
    assert searched(path, "producer") == [] and len(searched(path, "topics")) == 2
    recorded(path, OTHER[3:7])
    assert len(searched(path, '"producer writes"')) == 1
    held = contents(path)
    assert made_anew(path) == held


def _garbage(file: Path) -> None:
    file.write_bytes(b"no database" * 1000)


def _half(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])


def _of_another_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("UPDATE meta SET value = '0 x'")
        db.execute("DELETE FROM passages")
        db.commit()


def _without_a_table(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("DROP TABLE passages")


@pytest.mark.parametrize("harm", [_garbage, _half, _of_another_version, _without_a_table])
def test_an_index_that_cannot_be_used_is_made_again(path: Path, harm: object) -> None:
    recorded(path, KAFKA[:6])
    hits = searched(path, "topic")
    harm(path / "index" / FILE)  # type: ignore[operator]
    recorded(path, KAFKA[6:7])
    assert [each for each in searched(path, "topic") if each in hits] == hits


def test_an_index_that_turns_out_to_be_damaged_is_removed(path: Path) -> None:
    recorded(path, KAFKA[:6])
    hits = searched(path, "topic")
    with closing(sqlite3.connect(path / "index" / FILE)) as db:
        db.execute("UPDATE words_0_data SET block = x'00' WHERE id > 10")
        db.commit()
    with Timeline.open(path) as timeline, timeline.searcher() as searcher:
        searcher.catch_up()
        with pytest.raises(Problem, match="damaged"):
            list(searcher.words("topic"))
        searcher.catch_up()
        assert addresses(searcher.words("topic")) == hits


def test_where_no_file_can_be_made_it_is_indexed_for_once(path: Path) -> None:
    recorded(path, KAFKA)
    hits = searched(path, "topic")
    with Timeline.open(path) as timeline:
        shutil.rmtree(path / "index")  # so that nothing can be made in it
        searcher = timeline.searcher()
        assert not searcher.is_kept
        searcher.catch_up()
        assert addresses(searcher.words("topic")) == hits


def test_turns_of_any_time_and_shape_are_taken_in(path: Path) -> None:
    def odd(n: int, body: bytes, started_ms: int) -> Exchange:
        return replace(KAFKA[n], request_body=body, response_body=b"\x1b\xff", status=500, started_ms=started_ms)

    bodies = (b"", b"not json plover", b"[1]", b'{"messages":"x plover"}', b'{"model":"m","messages":[1],"system":8}')
    times = (0, -(1 << 40), 1 << 52, 5, 7)
    recorded(path, [odd(n, body, at) for n, (body, at) in enumerate(zip(bodies, times, strict=True))])
    found = searched(path, "plover")
    assert len(found) == 2 and all(each.endswith((":1", ":request")) for each in found)

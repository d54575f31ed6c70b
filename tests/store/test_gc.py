"""`store.gc`: everything is there afterwards, under its id, in less space; nothing else was touched."""

import errno
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, count, islice
from pathlib import Path

import claude_17
import pytest
from exchanges import conversation
from sessions import growing_session

from store import pack
from store.archive import Archive
from store.errors import Busy
from store.exchange import Exchange
from store.files import Files
from store.fsck import check
from store.gc import alone, collect
from store.pack import BLOCK_HEADER, HEADER_BYTES, REPACKED
from store.record import Recorder
from store.records import Tag

Objects = dict[bytes, tuple[str, bytes]]


def record(path: Path, exchanges: Iterator[Exchange]) -> None:
    """Record with a writer of its own, which closes its pack."""
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        for exchange in exchanges:
            recorder.record(exchange)


def content(archive: Archive) -> Objects:
    """Every object of the archive, read back."""
    archive.objects.forget()
    ids = [bytes(row[0]) for row in archive.index.db.execute("SELECT DISTINCT id FROM objects")]
    return {wanted: tuple(archive.get(wanted)) for wanted in ids}


def view(archive: Archive) -> list[tuple[object, ...]]:
    """What the index has derived from the objects."""
    tables = {"turns": "number", "sessions": "session", "steps": "session, position", "records": "journal, position"}
    return [
        (table, *row)
        for table, order in tables.items()
        for row in archive.index.db.execute(f"SELECT * FROM {table} ORDER BY {order}")
    ]


def packs(archive: Archive) -> list[str]:
    return archive.files.names(archive.packs)


def weight(archive: Archive) -> int:
    return sum(path.stat().st_size for path in archive.packs.iterdir())


@pytest.fixture
def three_packs(tmp_path: Path) -> Path:
    """Two sessions in three packs, one of them gone on with by another writer."""
    path = tmp_path / "a"
    first = list(conversation(9, "first", 600))
    record(path, iter(first[:5]))
    record(path, conversation(4, "second", 600))
    record(path, iter(first[5:]))
    return path


def test_every_object_is_there_afterwards_in_less_space(three_packs: Path) -> None:
    with Archive.open(three_packs) as archive:
        before, told, size = content(archive), view(archive), weight(archive)
        journals = [path.read_bytes() for path in sorted(archive.journals.iterdir())]
        report = collect(archive)
        assert content(archive) == before
        assert view(archive) == told
        assert [path.read_bytes() for path in sorted(archive.journals.iterdir())] == journals
        assert [f"{name}.pack" for name in report.written] == packs(archive)
        assert (report.before, report.after, report.objects) == (size, weight(archive), len(before))
        assert report.after < 0.8 * size
        assert check(archive).findings == []


def test_the_index_can_be_made_again_afterwards(three_packs: Path) -> None:
    with Archive.open(three_packs) as archive:
        collect(archive)
        record(three_packs, conversation(2, "third"))
        archive.refresh()
        before, told = content(archive), view(archive)
    for file in (three_packs / "index").iterdir():
        file.unlink()
    with Archive.open(three_packs) as archive:
        assert content(archive) == before
        assert view(archive) == told


def test_a_second_gc_has_nothing_to_do(three_packs: Path) -> None:
    with Archive.open(three_packs) as archive:
        collect(archive)
        files = {path: path.read_bytes() for path in archive.packs.iterdir()}
        report = collect(archive)
        assert (report.replaced, report.written, report.left) == ([], [], [])
        assert {path: path.read_bytes() for path in archive.packs.iterdir()} == files


def test_a_dry_run_tells_what_gc_then_does(three_packs: Path) -> None:
    with Archive.open(three_packs) as archive:
        files = {path: path.read_bytes() for path in archive.packs.iterdir()}
        told = collect(archive, dry_run=True)
        assert {path: path.read_bytes() for path in archive.packs.iterdir()} == files
        done = collect(archive)
        assert told.written == []
        assert (told.replaced, told.objects, told.before, told.after) == (
            done.replaced,
            done.objects,
            done.before,
            done.after,
        )


def test_recording_and_reading_go_on_after_gc(three_packs: Path) -> None:
    with Archive.open(three_packs) as archive:
        collect(archive)
    with Archive.open(three_packs) as archive, Recorder(archive) as recorder:
        known = recorder.record(next(conversation(1, "first", 600)))
        more = [recorder.record(exchange) for exchange in islice(conversation(12, "first", 600), 9, 12)]
        assert known.known
        assert [each.known for each in more] == [False] * 3
        assert check(archive).findings == []
    (new,) = (name for name in packs(archive) if not name.startswith(REPACKED))
    assert archive.files.size(archive.packs / new) < 6000  # three turns: what gc packed is shared, not stored again


def test_small_packs_of_gc_grow_together_and_large_ones_stay(tmp_path: Path) -> None:
    path = tmp_path / "a"
    record(path, conversation(40, "large"))
    names = []
    for number in range(4):
        with Archive.open(path) as archive:
            names.append(set(collect(archive).written))
        record(path, conversation(2 + number, f"small {number}"))
    with Archive.open(path) as archive:
        names.append(set(collect(archive).written))
        left = {name.removesuffix(".pack") for name in packs(archive)}
    assert names[0] <= left  # the large one was packed once
    assert len(left) <= 3  # of the four small ones, some were packed together


def test_second_copies_go_and_what_is_in_two_packs_stays_once(three_packs: Path) -> None:
    with Archive.open(three_packs) as archive:
        old = {path: path.read_bytes() for path in archive.packs.iterdir()}
        before = content(archive)
        written = collect(archive).written
        for path, data in old.items():  # as after a crash between writing the new packs and removing the old ones
            path.write_bytes(data)
        (archive.packs / f".{REPACKED}00000009-00000000.pack.tmp").write_bytes(b"half")
        report = collect(archive)
        assert (report.written, report.objects) == ([], 0)
        assert packs(archive) == [f"{name}.pack" for name in written]
        assert content(archive) == before


def repeated(session: str) -> Iterator[Exchange]:
    """Exchanges whose answers and questions repeat each other, at another pace."""
    for number, exchange in enumerate(conversation(4, session, system_words=9)):
        answer = next(conversation(1, "said again", system_words=9))
        slower = tuple(chunk._replace(at_ms=chunk.at_ms * (number + 2)) for chunk in answer.chunks)
        yield replace(exchange, response_body=answer.response_body, chunks=slower)


def test_what_repeats_an_object_of_another_frame_is_told_in_full(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with Archive.create(path) as archive, Archive.create(path) as other:
        with Recorder(archive) as first, Recorder(other) as second:
            # neither shares what the other, who is alive, has stored
            for exchange in chain(repeated("one"), conversation(30, "much")):
                first.record(exchange)
            first.close()
            collect(archive)
            for exchange in repeated("two"):
                second.record(replace(exchange, started_ms=exchange.started_ms + 1))
        before = content(archive)
        collect(archive)
        assert len(packs(archive)) == 2  # the large one stayed
        assert content(archive) == before
        assert check(archive).findings == []


def test_packs_of_writers_that_live_are_left(three_packs: Path) -> None:
    with Archive.open(three_packs) as writing, Archive.open(three_packs) as archive:
        recorder = Recorder(writing)
        talk = conversation(6, "live")
        turns = [recorder.record(next(talk)).turn]
        report = collect(archive)
        assert [(each.why, f"{each.pack}.pack" in packs(archive)) for each in report.left] == [("live", True)]
        turns += [recorder.record(exchange).turn for exchange in talk]
        recorder.close()
        assert collect(archive).left == []
        assert [archive.get(turn).kind for turn in turns] == ["turn"] * 6
        assert check(archive).findings == []


def test_what_a_dead_writer_left_is_packed_too(three_packs: Path, tmp_path: Path) -> None:
    writer = Recorder(Archive.open(three_packs))
    for exchange in conversation(2, "dead"):
        writer.record(exchange)
    copy = tmp_path / "copy"  # the locks stay behind with the writer
    for file in three_packs.rglob("*"):
        if file.is_dir():
            (copy / file.relative_to(three_packs)).mkdir(parents=True, mode=0o700)
    copy.chmod(0o700)
    for file in three_packs.rglob("*"):
        if file.is_file():
            (copy / file.relative_to(three_packs)).write_bytes(file.read_bytes())
    with Archive.open(copy) as archive:
        report = collect(archive)
        assert (len(report.replaced), report.left) == (4, [])
    writer.close()


def test_a_damaged_pack_is_left_as_it_is(three_packs: Path) -> None:
    with Archive.open(three_packs) as archive:
        path = sorted(archive.packs.iterdir())[1]
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        for _again in range(2):
            report = collect(archive)
            assert [(each.pack, each.why) for each in report.damaged] == [(path.stem, "damaged")]
            assert path.read_bytes() == data
            assert path.stem not in report.replaced
        assert len(packs(archive)) == 2
        (archive.path / "index" / "index.sqlite").unlink()
    with Archive.open(three_packs) as archive:  # the index tells the same where it has never seen the sound bytes
        assert [each.pack for each in collect(archive).damaged] == [path.stem]


@pytest.mark.parametrize("which", ["max", "min"])
def test_an_index_that_lacks_an_object_costs_nothing(three_packs: Path, which: str) -> None:
    with Archive.open(three_packs) as archive:
        before = content(archive)
        place = f"(SELECT {which}(place) FROM objects WHERE pack = 1)"
        archive.index.db.execute(f"DELETE FROM objects WHERE pack = 1 AND place = {place}")
        assert collect(archive).damaged
        for file in (three_packs / "index").iterdir():
            file.unlink()
    with Archive.open(three_packs) as archive:
        assert content(archive) == before


def test_only_one_at_a_time(three_packs: Path) -> None:
    with Archive.open(three_packs) as archive, Archive.open(three_packs) as other:
        with alone(archive), pytest.raises(Busy):
            collect(other)
        assert collect(other).replaced


def reader_with_its_own_index(archive: Archive) -> Archive:
    fresh = archive.with_fresh_index()
    fresh.refresh()
    return fresh


def reader_of_the_same_index(archive: Archive) -> Archive:
    return Archive.open(archive.path)


@pytest.mark.parametrize("reader_of", [reader_with_its_own_index, reader_of_the_same_index])
@pytest.mark.parametrize("warm", [True, False])
def test_a_reader_finds_what_moved_under_it(
    three_packs: Path, reader_of: Callable[[Archive], Archive], warm: bool
) -> None:
    with Archive.open(three_packs) as archive:
        before = content(archive)
        with reader_of(archive) as reader:
            for wanted in list(before)[:20] if warm else ():
                reader.get(wanted)
            collect(archive)
            assert {wanted: tuple(reader.get(wanted)) for wanted in before} == before
            reader.refresh()
            assert content(reader) == before


def test_a_transaction_is_no_hindrance_to_finding_what_moved(three_packs: Path) -> None:
    with Archive.open(three_packs) as archive, reader_with_its_own_index(archive) as reader:
        before = content(archive)
        collect(archive)
        reader.index.db.execute("BEGIN IMMEDIATE")
        assert {wanted: tuple(reader.get(wanted)) for wanted in before} == before
        reader.index.db.execute("ROLLBACK")
        assert {wanted: tuple(reader.get(wanted)) for wanted in before} == before


def test_a_session_becomes_as_small_as_it_should(tmp_path: Path) -> None:
    """A seventh of the session of `make bench`, which is 1/450 at least after gc; so short, it is 1/135."""
    path = tmp_path / "a"
    record(path, growing_session(60))
    wire = sum(len(each.request_body) + len(each.response_body) for each in growing_session(60))
    with Archive.open(path) as archive:
        before = content(archive)
        report = collect(archive)
        assert content(archive) == before
        assert report.after < 0.85 * report.before
        assert wire / report.after > 120


@pytest.mark.skipif(not claude_17.RECORDED.is_dir(), reason="the recorded traffic is not in this checkout")
def test_recorded_turns(tmp_path: Path) -> None:
    path = tmp_path / "a"
    exchanges = list(claude_17.exchanges())
    record(path, iter(exchanges))
    wire = sum(len(each.request_body) + len(each.response_body) for each in exchanges)
    with Archive.open(path) as archive:
        before = content(archive)
        collect(archive)
        assert content(archive) == before
        files = [file for file in path.rglob("*") if file.is_file() and file.parent.name != "index"]
        assert wire / sum(file.stat().st_size for file in files) > 37


def test_dense_frames_are_read_alone(three_packs: Path) -> None:
    """No record of a frame needs another frame for its id, so that the loss of one costs no other one its names."""
    with Archive.open(three_packs) as archive:
        collect(archive)
        (name,) = packs(archive)
        stem = name.removesuffix(".pack")
        (first,) = archive.index.db.execute("SELECT min(first) FROM blocks").fetchone()
        block = archive.index.block_of(stem, first)
        assert block is not None and block.offset == HEADER_BYTES and block.length > BLOCK_HEADER
        frame = archive.objects.open_frame(stem, block)
        tags = [frame.decoder.frame.record(place)[0] for place in range(frame.decoder.frame.count)]
        kinds = [tag for n, tag in enumerate(tags) if not n or tag != tags[n - 1]]
        assert {Tag.STREAM, Tag.TIMES, Tag.TURN, Tag.MESSAGE, Tag.RECIPE} <= set(kinds)
        assert kinds.index(Tag.MESSAGE) < kinds.index(Tag.STREAM) < kinds.index(Tag.TIMES) < kinds.index(Tag.TURN)


def test_a_pack_that_lacks_a_frame_is_packed_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a repair leaves it: sound blocks, with a gap in their record numbers, and bodies that cannot be rebuilt."""
    path = tmp_path / "a"
    monkeypatch.setattr(pack, "FRAME_CONTENT", 1)  # a frame a commit
    for session in ("a", "b", "c"):
        record(path, conversation(1, session, system_words=9))
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        for number in range(3):
            recorder.put_run({"number": number})
    with Archive.open(path) as archive:
        last = sorted(archive.packs.iterdir())[-1]
        data = last.read_bytes()
        _first, two, three = (offset for offset, *_rest in pack.scan(data, HEADER_BYTES))
        last.write_bytes(data[:two] + data[three:])
        for file in (path / "index").iterdir():
            file.unlink()
    with Archive.open(path) as archive:
        before = content(archive)
        assert [kind for kind, _payload in before.values()].count("run") == 2
        report = collect(archive)
        assert (len(report.replaced), report.left) == (4, [])
        assert content(archive) == before


def failing(number: int) -> tuple[Files, list[str]]:
    """Files where one change, the ``number``-th, fails for want of room; and the changes that were asked for."""
    asked: list[str] = []

    def failing_at(name: str) -> Callable[..., object]:
        whole = getattr(Files, name)

        def change(self: Files, *given: object) -> object:
            asked.append(name)
            if len(asked) == number:
                raise OSError(errno.ENOSPC, name)
            return whole(self, *given)

        return change

    changes = ("create", "append", "sync", "sync_folder", "rename", "remove", "open_folder")
    return type("Failing", (Files,), {name: failing_at(name) for name in changes})(), asked


def test_whatever_fails_nothing_is_lost_and_the_next_gc_goes_on(three_packs: Path, tmp_path: Path) -> None:
    with Archive.open(three_packs) as archive:
        before = content(archive)
    failures = 0
    for number in count(1):
        path = tmp_path / f"copy {number}"
        shutil.copytree(three_packs, path)
        files, asked = failing(number)
        with Archive.open(path) as archive:
            archive.files = files
            try:
                collect(archive)
            except OSError:
                failures += 1
            assert {wanted: tuple(archive.get(wanted)) for wanted in before} == before
            assert check(archive).findings == []
        with Archive.open(path) as archive:
            collect(archive)
            assert content(archive) == before
            assert [name.startswith(REPACKED) for name in packs(archive)] == [True]
        if len(asked) < number:
            break
    assert failures > 8

"""What is damaged is found, wherever it is."""

import json
import multiprocessing
from pathlib import Path

import pytest
from damage import make_small, small_exchanges
from exchanges import conversation

from store.archive import Archive
from store.canonical import dumps
from store.errors import Cyclic, Missing, StoreError
from store.fsck import check, examine
from store.ids import object_id
from store.journal import Type
from store.record import Recorder
from store.records import Tag
from store.writer import Writer


@pytest.fixture
def archive(tmp_path: Path):
    with Archive.create(tmp_path / "a") as opened:
        with Recorder(opened) as recorder:
            for exchange in conversation(4, "one"):
                recorder.record(exchange)
        yield opened


def test_a_sound_archive_is_sound(archive: Archive) -> None:
    report = check(archive)
    assert report.sound
    assert (report.packs, report.blocks, report.turns, report.records) == (1, 4, 4, 5)


def kinds(path: Path) -> list[str]:
    return sorted({finding.kind for finding in examine(path).findings})


def test_what_is_lost_with_a_pack_is_told_apart_from_what_was_purged(tmp_path: Path) -> None:
    path = tmp_path / "a"
    make_small(path)
    with Archive.open(path) as archive:
        first = min(archive.packs.iterdir())
        query = "SELECT o.id FROM objects o JOIN packs p ON p.id = o.pack WHERE p.name = ?"
        stored = [bytes(row[0]).hex() for row in archive.index.db.execute(query, (first.stem,))]
    first.unlink()
    assert "missing-object" in kinds(path)
    with Archive.open(path) as archive:
        writer = Writer(archive)
        writer.begin()
        writer.commit(Type.PURGE, writer.blob(dumps({"purged": stored})))
        writer.close()
    (path / "index" / "index.sqlite").unlink()
    report = examine(path)
    assert [finding for finding in report.findings if finding.kind != "bad-ref"] == []
    assert report.purged > 3


def test_an_archive_that_cannot_be_written_can_be_checked_and_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    (turn, *_) = make_small(path)
    before = {each: each.read_bytes() for each in path.rglob("*") if each.is_file()}
    everything = [path, *path.rglob("*")]
    for each in everything:
        each.chmod(0o500 if each.is_dir() else 0o400)
    try:
        assert examine(path).findings == []
        with Archive.open(path) as archive:
            assert archive.get(turn).kind == "turn"
            assert check(archive).findings == []
    finally:
        for each in everything:
            each.chmod(0o700 if each.is_dir() else 0o600)
    assert {each: each.read_bytes() for each in path.rglob("*") if each.is_file()} == before


def test_modes_links_and_strange_files_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a"
    make_small(path)
    (path / "key").chmod(0o644)
    (path / "journal" / "link.log").symlink_to(path / "key")
    (path / "objects" / "mine.txt").write_text("a note")
    (path / ".FORMAT.12345678.tmp").write_text("x")
    report = examine(path)
    assert {(each.kind, each.where) for each in report.findings} >= {
        ("wrong-mode", "key"),
        ("wrong-mode", "journal/link.log"),
    }
    assert {each.kind for each in report.notes} >= {"unknown-file", "left-over"}


def test_a_writer_that_is_alive_or_died_is_no_damage(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "a") as archive:
        recorder = Recorder(archive)
        for exchange in small_exchanges(2, "one"):
            recorder.record(exchange)
        (log,), (pack,) = archive.journals.iterdir(), archive.packs.iterdir()
        whole = log.read_bytes(), pack.read_bytes()
        pack.write_bytes(whole[1] + b"\x9eDk in the middle of an append")
        report = examine(tmp_path / "a")
        assert (report.findings, report.notes, report.turns) == ([], [], 2)
        pack.write_bytes(whole[1])
        recorder.close()
    log.write_bytes(whole[0])  # without the seal: as a writer leaves it that died
    for file in (tmp_path / "a" / "index").iterdir():
        file.unlink()
    report = examine(tmp_path / "a")
    assert (report.findings, [note.kind for note in report.notes]) == ([], ["unsealed"])


def test_an_index_that_says_other_than_the_packs_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a"
    make_small(path)
    with Archive.open(path) as archive:
        archive.index.db.execute("UPDATE steps SET summary = 'something else' WHERE number = 1")
    assert kinds(path) == ["bad-index"]
    file = path / "index" / "index.sqlite"
    data = bytearray(file.read_bytes())
    data[20_000:20_400] = b"x" * 400
    file.write_bytes(data)
    assert kinds(path) == ["bad-index"]
    file.unlink()
    assert kinds(path) == []
    with Archive.open(path) as archive:
        archive.index.db.execute("ALTER TABLE sessions RENAME TO old")
        endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT old.* FROM c, old"
        archive.index.db.execute(f"CREATE VIEW sessions AS {endless}")
    assert kinds(path) == ["bad-index"]
    Archive.open(path).close()
    assert kinds(path) == []


def test_an_index_that_is_behind_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "a"
    make_small(path)
    behind = (path / "index" / "index.sqlite").read_bytes()
    with Archive.open(path) as archive, Recorder(archive) as recorder:
        for exchange in small_exchanges(2, "three"):
            recorder.record(exchange)
    for file in (path / "index").iterdir():
        file.unlink()
    (path / "index" / "index.sqlite").write_bytes(behind)
    assert examine(path).findings == []


def test_a_record_that_a_journal_lost_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a"
    make_small(path, 3)
    log = max((path / "journal").iterdir())
    log.write_bytes(log.read_bytes()[: 64 + 64])
    for file in (path / "index").iterdir():
        file.unlink()
    assert kinds(path) == ["missing-record"]


def test_a_recipe_that_needs_itself_is_a_cycle(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "a") as archive:
        writer = Writer(archive)
        writer.begin()
        loops = object_id("blob", b"no payload gives this")
        writer._stage(Tag.RECIPE, loops, loops + b"\x01\x01\x00" + loops)  # one part: the blob itself
        writer.commit(Type.GAP, loops)
        writer.close()
        assert {finding.kind for finding in check(archive).findings} == {"cycle"}
        archive.refresh()
        with pytest.raises(Cyclic):
            archive.get(loops)


def test_damage_to_one_frame_leaves_every_other_turn_readable(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "a") as archive:
        for session in ("one", "two"):  # a writer each, hence a pack each
            with Recorder(archive) as recorder:
                turns = [recorder.record(exchange).turn for exchange in conversation(3, session)]
    first = min((tmp_path / "a" / "objects" / "pack").iterdir())
    damaged = bytearray(first.read_bytes())
    damaged[60] ^= 1
    first.write_bytes(damaged)
    for file in (tmp_path / "a" / "index").iterdir():
        file.unlink()
    with Archive.open(tmp_path / "a") as archive:
        assert not check(archive).sound
        for turn in turns:  # their bodies share a system prompt that is lost; all that is their own is there
            said = json.loads(archive.get_kind(turn, "turn"))
            archive.get_kind(bytes.fromhex(said["response"]["body"]), "blob")
            assert archive.objects.chain(bytes.fromhex(said["request"]["tip"]))
            with pytest.raises(Missing):
                archive.get(bytes.fromhex(said["request"]["body"]))
        assert len(archive.index.db.execute("SELECT * FROM turns").fetchall()) == 3


def test_a_read_never_returns_what_fails_its_id(archive: Archive) -> None:
    (pack,) = archive.packs.iterdir()
    ids = [bytes(row[0]) for row in archive.index.db.execute("SELECT id FROM objects")]
    before = {each: archive.get(each).payload for each in ids}
    sound = pack.read_bytes()
    for position in range(40, len(sound), 97):
        damaged = bytearray(sound)
        damaged[position] ^= 1
        pack.write_bytes(damaged)
        archive.objects.forget()
        for each in ids:
            try:
                assert archive.get(each).payload == before[each]
            except StoreError:
                continue
    pack.write_bytes(sound)


def record_many(path: Path, session: str) -> None:
    for exchange in small_exchanges(25, session):
        with Archive.open(path) as archive, Recorder(archive) as recorder:  # a writer for each, sealed at once
            recorder.record(exchange)


def test_nothing_is_wrong_with_an_archive_that_others_write(tmp_path: Path) -> None:
    path = tmp_path / "a"
    make_small(path)
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=record_many, args=(path, name)) for name in ("one more", "another")]
    for writer in writers:
        writer.start()
    looks = 0
    while any(writer.is_alive() for writer in writers):
        assert examine(path).findings == []
        looks += 1
    for writer in writers:
        writer.join()
    assert looks > 2
    assert [writer.exitcode for writer in writers] == [0, 0]
    report = examine(path)
    assert (report.findings, report.turns) == ([], 54)

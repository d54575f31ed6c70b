"""What is damaged is found, wherever it is."""

import json
from pathlib import Path

import pytest
from exchanges import conversation

from store.archive import Archive
from store.errors import Missing, StoreError
from store.fsck import check
from store.record import Recorder


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


@pytest.mark.parametrize("folder", ["packs", "journals"])
def test_every_flipped_byte_is_found(archive: Archive, folder: str) -> None:
    (path,) = getattr(archive, folder).iterdir()
    sound = path.read_bytes()
    step = max(1, len(sound) // 120)
    missed = []
    for position in range(0, len(sound), step):
        if folder == "packs" and 24 <= position < 32:
            continue  # zeros of the header, which say nothing
        damaged = bytearray(sound)
        damaged[position] ^= 0x40
        path.write_bytes(damaged)
        if check(archive).sound:
            missed.append(position)
    path.write_bytes(sound)
    assert [position for position in missed if folder == "packs" or position >= 64 or position < 24] == []
    assert check(archive).sound


def test_every_truncation_is_found_but_for_the_last_record_at_the_end(archive: Archive) -> None:
    (pack,), (log,) = archive.packs.iterdir(), archive.journals.iterdir()
    sound = pack.read_bytes()
    for size in range(0, len(sound), max(1, len(sound) // 60)):
        pack.write_bytes(sound[:size])
        assert not check(archive).sound, size
    pack.write_bytes(sound)
    sound = log.read_bytes()
    for size in range(0, len(sound)):
        log.write_bytes(sound[:size])
        assert check(archive).sound == (size in (len(sound) - 64, len(sound) - 128)), size


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

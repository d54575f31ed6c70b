"""`store.relocate`: records say the same wherever they are put."""

from pathlib import Path

import pytest
from exchanges import conversation
from hypothesis import given
from hypothesis import strategies as st

from store.archive import Archive
from store.errors import Damaged
from store.index import Index
from store.pack import Block
from store.record import Recorder
from store.records import Tag
from store.relocate import Named, Pieces, put_together, take_apart


def frames(index: Index) -> list[tuple[str, Block]]:
    """Pack and last block of every frame."""
    rows = index.db.execute(
        "SELECT p.name, b.offset, b.length, max(b.first), b.frame, b.frame_first FROM blocks b"
        " JOIN packs p ON p.id = b.pack GROUP BY p.name, b.frame"
    )
    return [(name, Block(*block)) for name, *block in rows]


def test_every_record_of_an_archive_comes_apart_and_together(tmp_path: Path) -> None:
    seen = set()
    with Archive.create(tmp_path / "a") as archive, Recorder(archive) as recorder:
        recorder.put_run({"command": ["agent"]})
        for exchange in conversation(5, "s", system_words=900):
            recorder.record(exchange)
        for name, block in frames(archive.index):
            frame = archive.objects.open_frame(name, block)
            places = {frame.id_at(place): place for place in range(frame.decoder.frame.count)}
            for here in range(frame.decoder.frame.count):
                tag, data = frame.decoder.frame.record(here)
                pieces = take_apart(tag, data, here, frame.id_at)
                seen.add(tag)
                assert put_together(pieces, here, lambda wanted, known=places: known.get(wanted, -1)) == data
                alone = put_together(pieces, 0, lambda _wanted: -1)  # every object named by its id
                assert take_apart(tag, alone, 0, frame.id_at) == pieces
    assert seen >= {Tag.RAW, Tag.RECIPE, Tag.STREAM, Tag.TIMES, Tag.MESSAGE, Tag.ANSWER, Tag.TURN, Tag.RUN}


def test_numbers_follow_the_record() -> None:
    ids = [bytes((n,)) * 32 for n in range(9)]
    pieces: Pieces = [b"\x01", Named(ids[2]), b"rest"]
    assert put_together(pieces, 5, ids.index) == b"\x01\x03rest"
    assert put_together(pieces, 8, ids.index) == b"\x01\x06rest"
    assert put_together([Named(ids[2], fixed=True)], 8, ids.index) == b"\x03"
    assert put_together([Named(ids[2])], 8, lambda _wanted: -1) == b"\0" + ids[2]


@given(st.sampled_from(Tag), st.binary(max_size=120), st.integers(0, 300))
def test_any_bytes_come_apart_or_are_called_damaged(tag: Tag, data: bytes, here: int) -> None:
    try:
        pieces = take_apart(tag, data, here, lambda place: place.to_bytes(32, "big"))
    except Damaged:
        return
    told = put_together(pieces, here, lambda wanted: int.from_bytes(wanted, "big"))
    assert take_apart(tag, told, here, lambda place: place.to_bytes(32, "big")) == pieces


@pytest.mark.parametrize("tag", [Tag.TIMES, Tag.TURN, Tag.MESSAGE, Tag.RECIPE])
def test_a_number_that_leaves_the_frame_is_damage(tag: Tag) -> None:
    head = {Tag.TIMES: b"", Tag.TURN: b"\1", Tag.MESSAGE: b"\1", Tag.RECIPE: bytes(32) + b"\1\1"}[tag]
    with pytest.raises(Damaged):
        take_apart(tag, head + b"\x09", 8, lambda _place: bytes(32))

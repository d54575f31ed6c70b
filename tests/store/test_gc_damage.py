"""What one flipped byte costs, in a pack as it was recorded and in one that gc made (docs/format.md, Damage)."""

import random
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pytest
from exchanges import conversation
from sessions import growing_session

from store import pack, repack
from store.archive import Archive
from store.errors import Damaged
from store.exchange import Exchange
from store.gc import collect
from store.pack import Block
from store.record import Recorder
from store.records import Tag

REBUILT = {Tag.RECIPE, Tag.OPENING}  # what is made of parts that may lie in other frames


class Frame(NamedTuple):
    """A frame: where it lies, its objects with the bytes that their records have, the longest commit in it."""

    start: int
    stop: int
    objects: dict[bytes, int]
    longest: int


class Cost(NamedTuple):
    """Objects that cannot be named any more and the content they had; others that cannot be rebuilt without them."""

    lost: int
    content: int
    not_rebuilt: int


def record(path: Path, exchanges: Iterable[Exchange]) -> None:
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        for exchange in exchanges:
            recorder.record(exchange)


def frames(archive: Archive, name: str) -> list[Frame]:
    """The frames of a pack."""
    rows = archive.index.db.execute(
        "SELECT b.offset, b.length, b.first, b.frame, b.frame_first FROM blocks b JOIN packs p ON p.id = b.pack"
        " WHERE p.name = ? ORDER BY b.first",
        (name,),
    )
    blocks: dict[int, list[Block]] = {}
    for row in rows:
        block = Block(*row)
        blocks.setdefault(block.frame, []).append(block)
    found = []
    for start, members in blocks.items():
        opened = archive.objects.open_frame(name, members[-1])
        content = opened.decoder.frame
        places = range(content.count)
        sizes = [len(content.record(place)[1]) for place in places]
        firsts = [block.first - block.frame_first for block in members]
        commits = [sum(sizes[a:b]) for a, b in zip(firsts, (*firsts[1:], len(sizes)), strict=True)]
        stop = members[-1].offset + members[-1].length
        found.append(Frame(start, stop, dict(zip(map(opened.id_at, places), sizes, strict=True)), max(commits)))
    return found


def cost(archive: Archive, name: str, offset: int, all_of: list[Frame]) -> Cost:
    """Flip a byte at ``offset``, read everything with a new index, and flip it back."""
    path = archive.packs / f"{name}.pack"
    data = bytearray(path.read_bytes())
    data[offset] ^= 0x10
    path.write_bytes(data)
    struck = next(frame for frame in all_of if frame.start <= offset < frame.stop)
    with archive.with_fresh_index() as reader:
        reader.refresh()
        here = {bytes(row[0]) for row in reader.index.db.execute("SELECT id FROM objects")}
        lost = {wanted: size for frame in all_of for wanted, size in frame.objects.items() if wanted not in here}
        assert set(lost) <= set(struck.objects)
        not_rebuilt = 0
        for wanted in here:
            try:
                reader.get(wanted)
            except Damaged:
                place = reader.index.locate(wanted)
                assert place is not None
                block = reader.index.block_of(name, place.number)
                assert block is not None
                frame = reader.objects.open_frame(name, block)
                assert frame.decoder.frame.record(place.number - block.frame_first)[0] in REBUILT
                not_rebuilt += 1
    data[offset] ^= 0x10
    path.write_bytes(data)
    return Cost(len(lost), sum(lost.values()), not_rebuilt)


def measured(archive: Archive, flips: int, bound: int) -> list[Cost]:
    """What flips at places all over the only pack cost; none more than a frame of ``bound`` bytes and a commit."""
    (file,) = archive.packs.iterdir()
    whole = frames(archive, file.stem)
    assert len(whole) > 2
    dice = random.Random(flips)
    costs = []
    for number in range(flips):
        frame = whole[number % len(whole)]
        found = cost(archive, file.stem, dice.randrange(frame.start, frame.stop), whole)
        assert 0 < found.lost <= len(frame.objects)
        assert found.content <= bound + frame.longest
        costs.append(found)
    return costs


def compared(path: Path, flips: int) -> dict[str, list[Cost]]:
    with Archive.open(path) as archive:
        live = measured(archive, flips, pack.FRAME_CONTENT)
        collect(archive)
        return {"live": live, "after gc": measured(archive, flips, repack.FRAME_CONTENT)}


def test_a_flipped_byte_costs_no_more_than_a_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With frames a thirtieth as long as they are, so that a small archive has several."""
    monkeypatch.setattr(pack, "FRAME_CONTENT", pack.FRAME_CONTENT // 32)
    monkeypatch.setattr(repack, "FRAME_CONTENT", repack.FRAME_CONTENT // 32)
    record(tmp_path / "a", conversation(60, "s", system_words=300))
    for costs in compared(tmp_path / "a", 12).values():
        assert len({each.lost for each in costs}) > 2


@pytest.mark.prove
@pytest.mark.timeout(900)
def test_what_a_flipped_byte_costs(tmp_path: Path) -> None:
    record(tmp_path / "a", chain(growing_session(), growing_session(120, seed=2)))  # gc makes three frames of it
    for what, costs in compared(tmp_path / "a", 60).items():
        for name in Cost._fields:
            values = sorted(getattr(each, name) for each in costs)
            print(f"{what}, {name}: half up to {values[len(values) // 2]:,}, at most {values[-1]:,}")

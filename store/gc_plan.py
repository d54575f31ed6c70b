"""What `deck gc` packs again, and in which order.

A pack can be packed again once its writer has closed it and all of it is sound. What gc wrote itself is taken along
only where it is no more than what is new, so that an object is packed a few times in its life and not at every gc.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from store.archive import Archive
from store.pack import HEADER_BYTES, REPACKED, Block

PACK_BYTES: Final = 16 << 20  # about so much is one pack afterwards, and one step of the work


class Left(NamedTuple):
    """A pack that gc leaves as it is. ``why`` is a stable word: live, open or damaged; ``detail`` says more."""

    pack: str
    why: str
    detail: str


class Closed(NamedTuple):
    """A pack that can be packed again, the bytes of its file, and about how many of them no later gc has packed."""

    pack: str
    size: int
    fresh: int


class Plan(NamedTuple):
    """Packs to pack again, in steps of a bounded size, and those that are left."""

    steps: tuple[tuple[Closed, ...], ...]
    left: tuple[Left, ...]


class Unit(NamedTuple):
    """What stays together: a commit, or a frame that gc made. Records ``block.first`` to ``stop`` (excluded)."""

    pack: str
    block: Block
    stop: int


def plan(archive: Archive) -> Plan:
    """What a gc would do now. The index has to be up to date."""
    closed: list[Closed] = []
    repacked: list[Closed] = []
    left: list[Left] = []
    for name, sealed in archive.index.db.execute("SELECT name, sealed FROM packs ORDER BY name").fetchall():
        size = archive.files.size(archive.packs / f"{name}.pack")
        if archive.files.is_locked(archive.journals / f"{name}.log"):
            left.append(Left(name, "live", "its writer is alive"))
        elif not sealed:
            left.append(Left(name, "open", "its writer has not closed it"))
        elif not _is_whole(archive, name, size):
            left.append(Left(name, "damaged", "some of it is no sound block"))
        else:
            each = Closed(name, size, _fresh(archive, name, size))
            (repacked if name.startswith(REPACKED) and each.fresh else closed).append(each)
    chosen = sorted((*_worth_while(repacked, sum(each.fresh for each in closed)), *closed))
    return Plan(tuple(_steps(chosen)), tuple(left))


def units(archive: Archive, packs: Sequence[str]) -> list[Unit]:
    """The units of the packs, those of a session next to each other, else in the order of their writing."""
    sessions: dict[str, list[Unit]] = {}
    for pack in packs:
        for unit, session in _of_pack(archive, pack):
            sessions.setdefault(session, []).append(unit)
    return [unit for found in sessions.values() for unit in found]


def record_count(archive: Archive, pack: str) -> int:
    """How many records the pack really has: its frames are decoded. Raises `Damaged`."""
    last_of_frames = archive.index.db.execute(
        "SELECT b.offset, b.length, max(b.first), b.frame, b.frame_first FROM blocks b JOIN packs p ON p.id = b.pack"
        " WHERE p.name = ? GROUP BY b.frame",
        (pack,),
    ).fetchall()
    return sum(archive.objects.open_frame(pack, Block(*row)).decoder.frame.count for row in last_of_frames)


def _of_pack(archive: Archive, pack: str) -> Iterator[tuple[Unit, str]]:
    """The units of a pack with their sessions. A commit without a turn (a run, a gap) goes with the turn after it."""
    db = archive.index.db
    number, records = db.execute("SELECT id, records FROM packs WHERE name = ?", (pack,)).fetchone()
    blocks = [
        Block(*row)
        for row in db.execute(
            "SELECT offset, length, first, frame, frame_first FROM blocks WHERE pack = ? ORDER BY first", (number,)
        )
    ]
    turns = db.execute(
        "SELECT o.place, t.session FROM objects o JOIN turns t ON t.id = o.id"
        " WHERE o.pack = ? AND o.kind = 'turn' ORDER BY o.place",
        (number,),
    ).fetchall()
    places = [place for place, _session in turns]
    for block, limit in zip(blocks, (*(block.first for block in blocks[1:]), records), strict=True):
        (last,) = db.execute(  # not the record before the next block: a repaired pack lacks blocks
            "SELECT max(place) FROM objects WHERE pack = ? AND place >= ? AND place < ?", (number, block.first, limit)
        ).fetchone()
        after = min(bisect_left(places, block.first), len(turns) - 1)
        yield Unit(pack, block, last + 1), turns[after][1] if turns else ""


def _is_whole(archive: Archive, pack: str, size: int) -> bool:
    """Whether the index has every byte of the pack as part of a block that decoded."""
    (known,) = archive.index.db.execute(
        "SELECT sum(b.length) FROM blocks b JOIN packs p ON p.id = b.pack WHERE p.name = ?", (pack,)
    ).fetchone()
    return bool(known) and HEADER_BYTES + int(known) == size


def _fresh(archive: Archive, pack: str, size: int) -> int:
    """About how many bytes of the pack are objects that no later pack of gc has: a crash leaves some twice."""
    fresh, records = archive.index.db.execute(
        "SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM objects c JOIN packs q ON q.id = c.pack"
        " WHERE c.id = o.id AND q.name > p.name AND q.name GLOB ?)), count(*)"
        " FROM objects o JOIN packs p ON p.id = o.pack WHERE p.name = ?",
        (f"{REPACKED}*", pack),
    ).fetchone()
    return -(-size * int(fresh) // int(records))


def _worth_while(repacked: Sequence[Closed], new: int) -> list[Closed]:
    """Packs of gc to pack again along with ``new`` bytes: the small ones, as long as they are no more than these."""
    chosen: list[Closed] = []
    for each in sorted(repacked, key=lambda each: each.size):
        if each.size > new or each.size >= PACK_BYTES:
            break
        chosen.append(each)
        new += each.size
    return chosen


def _steps(chosen: Sequence[Closed]) -> Iterator[tuple[Closed, ...]]:
    step: list[Closed] = []
    for each in chosen:
        if step and sum(one.size for one in step) + each.size > PACK_BYTES:
            yield tuple(step)
            step = []
        step.append(each)
    if step:
        yield tuple(step)

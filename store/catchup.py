"""Letting the index catch up with packs and journals: after a crash, after another process committed, or from nothing.

Blocks are decoded in order and every object's id is computed again, so what the index says of a place is what lies
there. A damaged block costs the rest of its frame and nothing else; `store.fsck` speaks of it.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from store import corrections, journal, ledger, notes
from store.derive import add_turn, read_turn
from store.errors import Damaged, StoreError
from store.journal import COMMITS, Record, Type
from store.link_keys import Keys
from store.pack import BLOCK_HEADER, HEADER_BYTES, NEW_FRAME, Block, scan
from store.survey import seeds, survey_records
from store.turn import exchange_key, parse

if TYPE_CHECKING:
    from store.archive import Archive, Behind

_BATCH: Final = 256  # objects taken in at a time
_A_TURN: Final = 8  # what one costs beside an object

Show = Callable[[str, int, int], None]
"""Told how far a long catching up has come: of what, how much is done, of how much. Not told of a short one."""


class TakenIn(NamedTuple):
    """The kind of object that a journal record names, and what puts its payload into the index."""

    kind: str
    put: Callable[["Archive", bytes, int], None]  # called with archive, payload and the record's time (Unix ms)


TAKEN_IN: Final = {
    Type.LINK: TakenIn("blob", corrections.apply),
    Type.CHECKPOINT: TakenIn("blob", ledger.apply),
    Type.NOTE: TakenIn("note", notes.apply),
}


def unseen(_what: str, _done: int, _of: int) -> None:
    """Nobody is told."""


def catch_up(archive: "Archive", behind: "Behind", show: Show = unseen) -> None:
    """Take in what is new in packs and journals. Safe beside other processes that do the same, and beside gc.

    Journals are read as far as they had come before the packs were looked at: a turn is in its pack before it is in a
    journal, and one that is taken in without its objects would never be listed.
    """
    ends = {name: archive.files.size(archive.journals / f"{name}.log") for name in behind.journals}
    take_in_packs(archive, archive.behind(), show)
    keys = Keys(archive.index)
    told = partial(_tell, archive, show, "journals", "sum(size)", archive.journals)
    for name, end in ends.items():
        _in_batches(archive, _read_journal(archive, name, end, keys), told)


def take_in_packs(archive: "Archive", behind: "Behind", show: Show = unseen) -> None:
    """Take in what is new in packs, and forget those that gc has replaced."""
    told = partial(_tell, archive, show, "packs", "sum(scanned)", archive.packs)
    while True:
        try:
            for name in behind.packs:
                _in_batches(archive, _scan_pack(archive, name), told)
            break
        except FileNotFoundError:  # gc was faster: what it wrote instead is there now
            behind = archive.behind()
    for name in behind.gone:
        _in_batches(archive, archive.index.forget_pack(name), told)


def _some(steps: Iterator[int]) -> bool:
    """Take steps until they come to a batch; false where there are no more."""
    weight = 0
    for step in steps:
        weight += step
        if weight >= _BATCH:
            return True
    return False


def _tell(archive: "Archive", show: Show, table: str, known: str, folder: Path) -> None:
    """Tell how much of the files in a folder is taken in."""
    done = archive.index.db.execute(f"SELECT {known} FROM {table}").fetchone()[0] or 0
    of = sum(archive.files.size(folder / name) for name in archive.files.names(folder))
    show(f"indexing KiB of {table}", min(done, of) >> 10, of >> 10)


def _in_batches(archive: "Archive", steps: Iterator[int], between: Callable[[], None]) -> None:
    """Run the steps in short transactions: a writer must never wait long for the index."""
    db = archive.index.db
    if db.in_transaction:  # a pack was replaced under somebody who is in the middle of one
        for _step in steps:
            pass
        return
    done = False
    while not done:
        db.execute("BEGIN IMMEDIATE")
        try:
            done = not _some(steps)
        finally:
            if db.in_transaction:  # a full disk makes SQLite end it, and a second end would look like damage
                db.execute("COMMIT")
        if not done:
            between()


def _scan_pack(archive: "Archive", name: str) -> Iterator[int]:
    db, index, objects = archive.index.db, archive.index, archive.objects
    row = db.execute("SELECT scanned FROM packs WHERE name = ?", (name,)).fetchone()
    start = row[0] if row else HEADER_BYTES
    last = db.execute(
        "SELECT b.frame, b.frame_first FROM blocks b JOIN packs p ON p.id = b.pack WHERE p.name = ?"
        " ORDER BY b.first DESC LIMIT 1",
        (name,),
    ).fetchone()
    frame, frame_first = last or (-1, 0)
    data = archive.files.read_from(archive.packs / f"{name}.pack", start)
    expected = start
    for at, flags, first, body in scan(data, 0):
        offset = start + at
        if flags & NEW_FRAME:
            frame, frame_first = offset, first
        elif offset != expected:
            frame = -1  # a block before this one is damaged, so the frame cannot be read on
        expected = offset + BLOCK_HEADER + len(body)
        if frame < 0:
            continue
        block = Block(offset, BLOCK_HEADER + len(body), first, frame, frame_first)
        try:
            found = objects.identify(name, block)
        except Damaged:
            frame = -1
            continue
        index.add_block(name, block, found)
        yield len(found)
    index.add_pack(name)
    db.execute("UPDATE packs SET scanned = max(scanned, ?) WHERE name = ?", (expected, name))


def _read_journal(archive: "Archive", name: str, end: int, keys: Keys) -> Iterator[int]:
    db = archive.index.db
    path = archive.journals / f"{name}.log"
    row = db.execute("SELECT size, chain FROM journals WHERE name = ?", (name,)).fetchone()
    if row:
        size, chains = row[0], [bytes(row[1])]
    else:
        size = journal.RECORD_BYTES
        chains = seeds(archive.files.read_at(path, 0, size), archive.id)
    data = archive.files.read_at(path, size, max(0, end - size))
    for line in survey_records(data, chains):
        if line.record is None:  # passed over once a sound one follows: the last may not be whole yet
            continue
        position, after = size + line.position, line.position + journal.RECORD_BYTES
        take_in(archive, name, position, line.record, keys)
        note_journal(archive, name, size + after, data[after - journal.CHAIN_BYTES : after])
        yield _A_TURN


def note_journal(archive: "Archive", name: str, size: int, chain: bytes) -> None:
    """The index has taken in the first ``size`` bytes of a journal."""
    archive.index.db.execute("INSERT OR REPLACE INTO journals VALUES(?, ?, ?)", (name, size, chain))


def take_in(archive: "Archive", name: str, position: int, record: Record, keys: Keys) -> None:
    """Put one journal record into the index, with the turn it commits."""
    archive.index.insert("records", (name, position, int(record.type), record.time_ms, record.object_id))
    if record.type == Type.SEAL:
        archive.index.db.execute("UPDATE packs SET sealed = 1 WHERE name = ?", (name,))
    take_in_object(archive, record, keys)


def take_in_object(archive: "Archive", record: Record, keys: Keys) -> None:
    """Put into the index what a journal record says with its object. The caller holds the transaction."""
    db = archive.index.db
    if taken_in := TAKEN_IN.get(record.type):
        with suppress(StoreError):  # fsck names what cannot be read
            taken_in.put(archive, archive.get_kind(record.object_id, taken_in.kind), record.time_ms)
    if record.type not in COMMITS or db.execute("SELECT 1 FROM turns WHERE id = ?", (record.object_id,)).fetchone():
        return
    try:
        payload = parse(archive.get_kind(record.object_id, "turn"))
        reading = read_turn(archive, payload, keys)
        add_turn(
            archive,
            record.object_id,
            payload,
            exchange_key(payload),
            archive.index.committed_ms(record.object_id),
            reading,
        )
    except Damaged:
        return  # a turn that cannot be read whole is not listed as if it were sound; fsck names it

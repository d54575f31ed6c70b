"""Taking over what writers that died left behind: torn tails are cut, journals are sealed.

Only then may other writers refer to their objects. A writer that lives holds the lock of its journal and is left alone.
"""

import contextlib
from pathlib import Path

from store import journal
from store.archive import Archive
from store.errors import Damaged
from store.journal import Record, Type
from store.pack import BLOCK_HEADER, HEADER_BYTES, scan
from store.writer import now_ms


def adopt(archive: Archive) -> None:
    """Cut torn tails of writers that died and seal their journals, so that their objects can be shared."""
    for name in archive.files.names(archive.journals):
        if not name.endswith(".log") or _is_sealed(archive, name.removesuffix(".log")):
            continue
        with contextlib.suppress(OSError, Damaged):  # what cannot be sealed stays readable; fsck speaks of it
            _adopt(archive, archive.journals / name)
    archive.refresh()


def _adopt(archive: Archive, path: Path) -> None:
    files = archive.files
    descriptor = files.open_append(path)
    try:
        if not files.try_lock(descriptor):
            return
        data = files.read(path)
        committed = 0
        chain, size, last = journal.seed(data[: journal.RECORD_BYTES]), journal.RECORD_BYTES, 0
        for record, after in journal.records(data, chain, size):
            chain, last = after, record.time_ms
            committed = max(committed, record.offset)
            size += journal.RECORD_BYTES
            if record.type == Type.SEAL:
                return
        _cut_torn_tail(archive, archive.packs / f"{path.stem}.pack", committed)
        if len(data) != size:
            files.truncate(descriptor, size)
        files.append(descriptor, journal.encode(Record(Type.SEAL, max(last, now_ms())), chain))
        files.sync(descriptor)
    finally:
        files.close(descriptor)


def _cut_torn_tail(archive: Archive, path: Path, committed: int) -> None:
    """Cut what a dying writer left behind its last sound block, unless the journal says that a commit stood there."""
    data = archive.files.read(path)
    end = HEADER_BYTES
    for offset, _flags, _first, body in scan(data, HEADER_BYTES):
        end = offset + BLOCK_HEADER + len(body)
    if committed >= end or len(data) <= end:
        return
    descriptor = archive.files.open_append(path)
    try:
        archive.files.truncate(descriptor, end)
        archive.files.sync(descriptor)
    finally:
        archive.files.close(descriptor)


def _is_sealed(archive: Archive, name: str) -> bool:
    row = archive.index.db.execute("SELECT sealed FROM packs WHERE name = ?", (name,)).fetchone()
    return row is not None and bool(row[0])

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
from store.writer import now_ms, ordinal


def adopt(archive: Archive) -> None:
    """Cut torn tails of writers that died and seal their journals, so that their objects can be shared."""
    for name in archive.files.names(archive.journals):
        path = archive.journals / name
        with contextlib.suppress(OSError, Damaged):  # what cannot be sealed stays readable; fsck speaks of it
            if not archive.files.is_file(path):
                continue
            if path.suffix == ".log" and not archive.index.is_closed(path.stem):
                _adopt(archive, path)
            elif path.suffix == ".new":
                _clear(archive, path)
    for name in archive.files.names(archive.packs):
        with contextlib.suppress(OSError):
            _clear_unborn(archive, archive.packs / name)
    archive.refresh()


def _adopt(archive: Archive, path: Path) -> None:
    files = archive.files
    descriptor = files.open_append(path)
    try:
        if not files.try_lock(descriptor):
            return
        data = files.read(path)
        head = data[: journal.RECORD_BYTES]
        if not head.startswith(journal.MAGIC + archive.id):
            return
        committed = 0
        chain, size, last = journal.seed(head), journal.RECORD_BYTES, 0
        try:
            for record, after in journal.records(data, chain, size):
                chain, last = after, record.time_ms
                committed = max(committed, record.offset)
                size += journal.RECORD_BYTES
                if record.type == Type.SEAL:
                    return
        except Damaged:
            if len(data) > size + journal.RECORD_BYTES:  # a torn append is one record: this is something else
                raise
        _settle_pack(archive, archive.packs / f"{path.stem}.pack", committed)
        if len(data) != size:
            files.truncate(descriptor, size)
        files.append(descriptor, journal.encode(Record(Type.SEAL, max(last, now_ms())), chain))
        files.sync(descriptor)
    finally:
        files.close(descriptor)


def _settle_pack(archive: Archive, path: Path, committed: int) -> None:
    """Make what a dying writer left in its pack fit to be built on.

    What stands behind the last sound block is cut, unless the journal says that a commit stood there. What stays is
    synced: its last block may have been written by a writer that did not live to sync it.
    """
    data = archive.files.read(path)
    end = HEADER_BYTES
    for offset, _flags, _first, body in scan(data, HEADER_BYTES):
        end = offset + BLOCK_HEADER + len(body)
    descriptor = archive.files.open_append(path)
    try:
        if committed < end < len(data):
            archive.files.truncate(descriptor, end)
        archive.files.sync(descriptor)
    finally:
        archive.files.close(descriptor)


def _clear(archive: Archive, path: Path) -> None:
    """Remove a journal that never got its name, unless somebody is just about to give it."""
    descriptor = archive.files.open_append(path)
    try:
        if archive.files.try_lock(descriptor):
            archive.files.remove(path)
    finally:
        archive.files.close(descriptor)


def _clear_unborn(archive: Archive, path: Path) -> None:
    """Remove a pack without a block whose writer died before its journal had a name."""
    files = archive.files
    if path.suffix != ".pack" or not ordinal(path.stem) or files.size(path) > HEADER_BYTES:
        return
    names = [archive.journals / f"{path.stem}{suffix}" for suffix in (".new", ".log")]  # in the order of their lives
    if not any(files.exists(name) for name in names):
        files.remove(path)

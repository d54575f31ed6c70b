"""What was deleted on purpose: tombstones.

A purge record in a journal names a blob of canonical JSON, ``{"purged": ["<id>", …]}``. An object that is named and not
there is *purged* where a tombstone lists it, and *missing* where none does.
"""

from collections.abc import Iterable

from store.archive import Archive
from store.canonical import loads
from store.errors import BadId, Damaged
from store.ids import from_hex
from store.journal import Record, Type


def purged_ids(archive: Archive, records: Iterable[Record]) -> frozenset[bytes]:
    """Ids that the tombstones among ``records`` list; a damaged tombstone lists nothing."""
    found: set[bytes] = set()
    for record in records:
        if record.type == Type.PURGE:
            found |= _listed(archive, record.object_id)
    return frozenset(found)


def purged_by(archive: Archive) -> frozenset[bytes]:
    """Ids that all tombstones list that the index knows of."""
    rows = archive.index.db.execute("SELECT DISTINCT object FROM records WHERE type = ?", (int(Type.PURGE),))
    return frozenset().union(*(_listed(archive, bytes(each)) for (each,) in rows.fetchall()))


def _listed(archive: Archive, tombstone: bytes) -> set[bytes]:
    try:
        listed = loads(archive.get_kind(tombstone, "blob"))
        return {from_hex(each) for each in listed["purged"]}
    except (Damaged, BadId, KeyError, TypeError):
        return set()

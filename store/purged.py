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
        if record.type != Type.PURGE:
            continue
        try:
            listed = loads(archive.get_kind(record.object_id, "blob"))
            found.update(from_hex(each) for each in listed["purged"])
        except (Damaged, BadId, KeyError, TypeError):
            continue
    return frozenset(found)

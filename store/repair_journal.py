"""The journal that says as much as can be known of what a damaged or lost one said.

Records that fit the chain value before them are kept, whatever is damaged around them. A turn that lies whole in the
writer's pack and that no journal commits gets a `recovered` record, in the order of the pack; so do runs and notes, of
their own type. Where gc has replaced the pack, `store.lost_commits` says what the journal lost. The chain is made anew:
what the old one proved, the quarantined file still does.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from store import journal
from store.archive import Archive
from store.journal import COMMITS, RECORD_BYTES, Record, Type
from store.lost_commits import LostCommit
from store.survey import Line, survey_journal
from store.turn import parse

_TYPES: Final = {"turn": Type.RECOVERED, "run": Type.RUN, "note": Type.NOTE}
_COMMITTED: Final = ("turn", "note")  # what a pack never holds without a record, but in its last block


class Rebuilt(NamedTuple):
    """A journal's bytes, how many records of the old one are in it, and how many turns and notes it adds."""

    data: bytes
    kept: int
    turns: int
    notes: int


class _Lost(NamedTuple):
    """A turn, run or note of the writer's pack that no journal speaks of, and where it is."""

    place: int
    offset: int
    object_id: bytes
    kind: str


def rebuilt_journal(
    archive: Archive, name: str, data: bytes, packed_again: Sequence[LostCommit] = ()
) -> Rebuilt | None:
    """The journal of a writer, made again; `None` where the one there is (but for a torn tail) needs none of it.

    ``archive`` has a fresh index of all packs and journals. ``data`` is the journal as it is, empty where it is gone;
    ``packed_again`` is what it lost of the objects in packs of gc.
    """
    lines = list(survey_journal(data, archive.id))
    kept = [line for line in lines if line.record is not None and line.record.type != Type.SEAL]
    lost, last_block = _lost(archive, name), _last_block(archive, name)
    if last_block is None and not data and not packed_again:
        return None
    sound = journal.is_header(data[:RECORD_BYTES], archive.id) and not _is_broken(lines)
    needed = packed_again or any(each.kind in _COMMITTED and each.offset < (last_block or 0) for each in lost)
    if sound and not needed:
        return None
    known = sorted([*kept, *map(_again, packed_again)], key=lambda line: line.position)
    records = [line.record for line in known if line.record is not None]
    anew: list[_Lost | LostCommit] = [*packed_again, *lost]
    started = _started(archive, data, records, [each.object_id for each in anew if each.kind == "turn"])
    out = [journal.header(archive.id, started)]
    chain, last = journal.seed(out[0]), 0
    for record in (*_merged(records, lost), Record(Type.SEAL, 0)):
        last = max(last, record.time_ms, started)
        out.append(journal.encode(record._replace(time_ms=last), chain))
        chain = out[-1][journal.BODY_BYTES :]
    turns, notes = (sum(each.kind == kind for each in anew) for kind in _COMMITTED)
    return Rebuilt(b"".join(out), len(kept), turns, notes)


def _is_broken(lines: list[Line]) -> bool:
    """Whether a record is damaged, follows the seal, or says an earlier time than the one before it."""
    sealed, last = False, 0
    for line in lines:
        if line.record is None or line.why or sealed or line.record.time_ms < last:
            return True
        sealed, last = line.record.type == Type.SEAL, line.record.time_ms
    return False


def _last_block(archive: Archive, name: str) -> int | None:
    """Where the last block of a pack begins; `None` where it has none."""
    query = "SELECT max(b.offset) FROM blocks b JOIN packs p ON p.id = b.pack WHERE p.name = ?"
    found: int | None = archive.index.db.execute(query, (name,)).fetchone()[0]
    return found


def _lost(archive: Archive, name: str) -> list[_Lost]:
    """Turns, runs and notes of a writer's pack that no journal speaks of, in their order."""
    rows = archive.index.db.execute(
        "SELECT o.place, b.offset, o.id, o.kind FROM objects o JOIN packs p ON p.id = o.pack"
        " JOIN blocks b ON b.pack = o.pack"
        " AND b.first = (SELECT max(first) FROM blocks c WHERE c.pack = o.pack AND c.first <= o.place)"
        " WHERE p.name = ? AND o.kind IN ('turn', 'run', 'note')"
        " AND o.id NOT IN (SELECT object FROM records WHERE type IN (?, ?, ?, ?))"
        " ORDER BY o.place",
        (name, *map(int, COMMITS), int(Type.RUN), int(Type.NOTE)),
    )
    return [_Lost(*row) for row in rows]


def _started(archive: Archive, data: bytes, known: list[Record], turns: list[bytes]) -> int:
    """When the writer began, as far as that is known, in Unix ms."""
    if journal.is_header(data[:RECORD_BYTES], archive.id):
        return journal.started_ms(data)
    if known and known[0].time_ms:
        return known[0].time_ms
    return max(0, int(parse(archive.get_kind(turns[0], "turn"))["times"]["start"])) if turns else 0


def _merged(kept: list[Record], lost: list[_Lost]) -> list[Record]:
    """The kept records, with one for each lost object before the first that lies behind it in the pack."""
    merged: list[Record] = []
    left = list(lost)
    for record in kept:
        while left and record.offset and left[0].place < record.place:
            merged.append(_recovered(left.pop(0)))
        merged.append(record)
    return merged + [_recovered(each) for each in left]


def _recovered(lost: _Lost) -> Record:
    return Record(_TYPES[lost.kind], 0, lost.object_id, lost.place, lost.offset)


def _again(lost: LostCommit) -> Line:
    """The record of an object of which only its place in the journal is known."""
    return Line(lost.position, Record(_TYPES[lost.kind], 0, lost.object_id))

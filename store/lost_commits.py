"""Turns, runs and notes in packs of gc whose journal record was lost, told apart from those that never had one.

A gc packs all that a writer left, also the one commit of a writer that died before it wrote the record, and the
journals stay. So where every journal is whole, what has no record was never committed. A damaged record says whose it
was: the id is there, or one fits its chain value. What a record too damaged for that was about cannot be told, nor what
a journal said that is gone: there every object without a record is taken for committed, so that nothing is lost.

That a journal is gone shows by more objects than dead writers leave, or by one that a turn or note names: nobody knows
what was never committed. A number that no writer has proves nothing, as a crash leaves that too. What has no record
beside such a number, or beside fewer damaged records, is not *certain*: it is not told as damage, but a repair commits
it all the same. It passed, and is whole; a turn that nobody was told of does no harm, and one that somebody was told of
must not be lost. Only where its exchange was recorded again, as it is from the spool, there is nothing to bring back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from store import journal
from store.archive import Archive
from store.errors import Damaged
from store.fsck_journals import is_writer, journal_names, missing_writers, pack_names
from store.journal import BODY_BYTES, COMMITS, RECORD_BYTES, Type
from store.named import named_by
from store.pack import REPACKED
from store.survey import survey_journal
from store.turn import exchange_key, parse

_ID: Final = 16  # where the object's id begins in a record


class LostCommit(NamedTuple):
    """An object and the journal that committed it (``""``: it is gone), and where in that file its record stood."""

    object_id: bytes
    kind: str  # turn | run | note
    journal: str
    position: int
    is_certain: bool = True  # else it may be that it never was committed


class _Slot(NamedTuple):
    """The place of a record that cannot be read, the chain value before it, and its bytes."""

    journal: str
    position: int
    chain: bytes
    record: bytes
    is_last: bool  # of its file: a seal stood there, if nothing says otherwise

    @property
    def named(self) -> bytes:
        """The id that stands in the record."""
        return self.record[_ID:BODY_BYTES]

    def is_about(self, wanted: bytes) -> bool:
        """Whether the record was about the object: only its id, or only what stands around it, is damaged."""
        return (
            self.named == wanted or journal.follow(self.chain, self.record[:_ID] + wanted) == self.record[BODY_BYTES:]
        )


@dataclass(slots=True)
class _Journals:
    """Journals of the packs that gc replaced, each of which once ended with a seal."""

    count: int = 0
    slots: list[_Slot] = field(default_factory=list)
    cut: str = ""  # one that lost its end
    cut_at: int = 0


def lost_commits(archive: Archive) -> Sequence[LostCommit]:
    """What journals have lost of what packs of gc hold. ``archive`` has a fresh index of all packs and journals."""
    left = _without_record(archive)
    if not left:
        return ()
    journals = _journals(archive)
    found: list[LostCommit] = []
    unclear: list[_Slot] = []
    for slot in journals.slots:
        about = next((wanted for wanted in left if slot.is_about(wanted)), None)
        if about is not None:
            found.append(LostCommit(about, left.pop(about), *slot[:2]))
        elif not slot.is_last and archive.index.locate(slot.named) is None:
            unclear.append(slot)
    rest = sorted(left.items(), key=lambda each: _ended_ms(archive, *each))
    found += [LostCommit(*each, *slot[:2]) for slot, each in zip(unclear, rest, strict=False)]
    rest = rest[len(unclear) :]
    counting = {wanted for wanted, kind in rest if kind != "run"}
    is_one_too_many = len(counting) > journals.count  # a writer that dies leaves one
    is_certain = bool(journals.cut) or is_one_too_many or _is_any_known(archive, counting, left)
    if not is_certain:
        may_be_lost = bool(unclear) or bool(missing_writers(archive))
        rest = [each for each in rest if may_be_lost and not _is_kept_otherwise(archive, *each)]
    where = unclear[-1][:2] if unclear and not journals.cut else (journals.cut, journals.cut_at)
    return [*found, *(LostCommit(*each, *where, is_certain) for each in rest)]


def _without_record(archive: Archive) -> dict[bytes, str]:
    """Ids and kinds of turns, runs and notes that only packs of gc hold, and that no record names."""
    rows = archive.index.db.execute(
        "SELECT o.id, o.kind FROM objects o JOIN packs p ON p.id = o.pack"
        " WHERE o.kind IN ('turn', 'run', 'note')"
        " AND o.id NOT IN (SELECT object FROM records WHERE type IN (?, ?, ?, ?))"
        f" GROUP BY o.id, o.kind HAVING min(p.name) GLOB '{REPACKED}*'",
        (*map(int, COMMITS), int(Type.RUN), int(Type.NOTE)),
    )
    return {bytes(wanted): kind for wanted, kind in rows}


def _journals(archive: Archive) -> _Journals:
    """Look through the journals that have no pack any more."""
    found, packs = _Journals(), set(pack_names(archive))
    for name in journal_names(archive):
        path = archive.journals / f"{name}.log"
        if not is_writer(name) or name in packs or archive.files.is_locked(path):
            continue
        data = archive.files.read(path)
        lines = list(survey_journal(data, archive.id))
        found.count += 1
        for line in lines:
            if line.record is None:
                at, stop = line.position, line.position + RECORD_BYTES
                chain = data[at - journal.CHAIN_BYTES : at]
                found.slots.append(_Slot(name, at, chain, data[at:stop], line is lines[-1]))
        if not lines or (lines[-1].record is not None and lines[-1].record.type != Type.SEAL):
            found.cut, found.cut_at = name, len(data)
    return found


def _is_any_known(archive: Archive, asked: set[bytes], without_record: dict[bytes, str]) -> bool:
    """Whether a turn goes on from one of these turns and notes, or a note speaks of one."""
    if any(asked.intersection(_names(archive, *each)) for each in without_record.items()):
        return True
    query = (
        "SELECT EXISTS(SELECT 1 FROM parents WHERE parent = :id)"
        " OR EXISTS(SELECT 1 FROM notes WHERE target = :id OR replaces = :id)"
    )
    return any(archive.index.db.execute(query, {"id": wanted}).fetchone()[0] for wanted in asked)


def _names(archive: Archive, wanted: bytes, kind: str) -> list[bytes]:
    """What a turn or note that the index does not have goes on from, or speaks of."""
    turn = _turn(archive, wanted, kind)
    if turn is not None:
        return [bytes.fromhex(parent["turn"]) for parent in turn["parents"]]
    try:
        return [each for _what, each in named_by(kind, archive.get_kind(wanted, kind))]
    except Damaged:
        return []


def _is_kept_otherwise(archive: Archive, wanted: bytes, kind: str) -> bool:
    """Whether another turn, one that is on record, holds the same exchange."""
    turn = _turn(archive, wanted, kind)
    if turn is None:
        return False
    row = archive.index.db.execute("SELECT 1 FROM turns WHERE exchange = ?", (exchange_key(turn),)).fetchone()
    return row is not None


def _ended_ms(archive: Archive, wanted: bytes, kind: str) -> int:
    """When the exchange of a turn ended, in Unix ms: what has no place of its own is put in this order, runs first."""
    turn = _turn(archive, wanted, kind)
    return 0 if turn is None else int(turn["times"]["start"]) + int(turn["times"]["end"])


def _turn(archive: Archive, wanted: bytes, kind: str) -> dict[str, Any] | None:
    """The turn; `None` for what is none, or cannot be read."""
    try:
        return parse(archive.get_kind(wanted, kind)) if kind == "turn" else None
    except Damaged:
        return None

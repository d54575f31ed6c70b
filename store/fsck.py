"""Checking an archive from its packs and journals alone; the index is not asked.

Every block's checksum is checked and every object's id computed again, which rebuilds every body. Then every chain and
every id that a turn, run or note names is followed, and the journals' hash chains are checked. A writer that is alive
may be in the middle of an append: the end of its files is not judged.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store import journal, pack
from store.archive import Archive
from store.canonical import loads
from store.errors import Damaged, Missing
from store.journal import Record, Type

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done and how much there is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``kind`` is a stable word for programs, ``where`` a file and offset or an object."""

    kind: str  # bad-header | damaged-block | torn-tail | broken-journal | missing-object | damaged-object | bad-turn
    where: str
    message: str


@dataclass(slots=True)
class Report:
    """What was checked and what was found."""

    packs: int = 0
    blocks: int = 0
    objects: int = 0
    turns: int = 0
    records: int = 0
    content_bytes: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def add(self, kind: str, where: str, message: str) -> None:
        """Note a finding."""
        self.findings.append(Finding(kind, where, message))


def check(archive: Archive, progress: Progress = lambda _what, _done, _of: None) -> Report:
    """Check everything. Reads only."""
    report = Report()
    fresh = archive.with_fresh_index()
    try:
        names = [name for name in archive.files.names(archive.packs) if name.endswith(".pack")]
        for done, name in enumerate(names):
            progress("packs", done, len(names))
            _check_pack(archive, archive.packs / name, report)
        fresh.refresh()
        journals = [name for name in archive.files.names(archive.journals) if name.endswith(".log")]
        records = [each for name in journals for each in _check_journal(archive, archive.journals / name, report)]
        for done, (where, record) in enumerate(records):
            progress("objects", done, len(records))
            _check_record(fresh, where, record, report)
        _check_decoded(fresh, report)
    finally:
        fresh.close()
    return report


def _check_pack(archive: Archive, path: Path, report: Report) -> None:
    data = archive.files.read(path)
    alive = archive.files.is_locked(archive.journals / f"{path.stem}.log")
    report.packs += 1
    if data[: pack.HEADER_BYTES] != pack.header(archive.id):
        report.add("bad-header", path.name, "the pack's header is not one of this archive")
    expected, expected_first = pack.HEADER_BYTES, 0
    for offset, _flags, first, body in pack.scan(data, pack.HEADER_BYTES):
        if offset != expected:
            report.add(
                "damaged-block", f"{path.name} offset {expected}", f"{offset - expected} bytes are no sound block"
            )
        elif first < expected_first:
            report.add("damaged-block", f"{path.name} offset {offset}", "a block counts its records backward")
        expected, expected_first = offset + pack.BLOCK_HEADER + len(body), first
        report.blocks += 1
    if expected < len(data) and not alive:
        report.add(
            "torn-tail", f"{path.name} offset {expected}", f"{len(data) - expected} bytes at the end are no block"
        )


def _check_journal(archive: Archive, path: Path, report: Report) -> Iterator[tuple[str, Record]]:
    data = archive.files.read(path)
    head = data[: journal.RECORD_BYTES]
    if head[:24] != journal.header(archive.id, 0)[:24]:
        report.add("bad-header", path.name, "the journal's header is not one of this archive")
    found = 0
    sealed = False
    try:
        for record, _chain in journal.records(data, journal.seed(head), journal.RECORD_BYTES):
            where = f"{path.name} record {found}"
            if sealed:
                report.add("broken-journal", where, "a record follows the seal")
            found += 1
            report.records += 1
            sealed = record.type == Type.SEAL
            yield where, record
    except Damaged as error:
        report.add("broken-journal", f"{path.name} {error.where}", str(error))
        return
    rest = len(data) - journal.RECORD_BYTES * (found + 1)
    if rest and not archive.files.is_locked(path):
        report.add("torn-tail", path.name, f"{rest} bytes at the end are no whole record")


def _check_record(archive: Archive, where: str, record: Record, report: Report) -> None:
    if record.object_id == journal.NO_OBJECT:
        return
    try:
        found = archive.get(record.object_id)
        report.content_bytes += len(found.payload)
        if record.type == Type.COMMIT:
            report.turns += 1
            _check_turn(archive, record.object_id, loads(found.payload), report)
    except Missing as error:
        report.add("missing-object", where, str(error))
    except Damaged as error:
        report.add("damaged-object", where, str(error))


def _check_turn(archive: Archive, turn_id: bytes, turn: Any, report: Report) -> None:
    """Follow every id that a turn names; rebuild both bodies and the chain."""
    where = f"turn {turn_id.hex()}"
    try:
        request, response = turn["request"], turn["response"]
        blobs = [request["headers"], request["body"], response["headers"], response["body"], response["chunks"]]
        messages = [request["tip"], response["answer"]]
        turns = [parent["turn"] for parent in turn["parents"]]
        runs = [turn["run"]]
        named = [("blob", blobs), ("message", messages), ("turn", turns), ("run", runs)]
    except (KeyError, TypeError) as error:
        report.add("bad-turn", where, f"the turn lacks what every turn has: {error}")
        return
    for kind, ids in named:
        for each in filter(None, ids):
            try:
                payload = archive.get_kind(bytes.fromhex(each), kind)
                report.content_bytes += len(payload)
            except Missing:
                report.add("missing-object", where, f"names {kind} {each}, which is not in the archive")
            except (Damaged, ValueError) as error:
                report.add("damaged-object", where, f"{kind} {each}: {error}")
    if request["tip"]:
        try:
            if len(archive.objects.chain(bytes.fromhex(request["tip"]))) != request["count"]:
                report.add("bad-turn", where, "its conversation has another length than it says")
        except Damaged as error:
            report.add("missing-object", where, f"its conversation cannot be followed: {error}")


def _check_decoded(archive: Archive, report: Report) -> None:
    """Blocks that are sound on disk and yet did not decode to records."""
    db = archive.index.db
    (report.objects,) = db.execute("SELECT count(*) FROM objects").fetchone()
    (blocks,) = db.execute("SELECT count(*) FROM blocks").fetchone()
    if blocks < report.blocks:
        report.add("damaged-block", "packs", f"{report.blocks - blocks} blocks cannot be decoded without a damaged one")

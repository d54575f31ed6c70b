"""Checking journals: headers, hash chains, seals, and that none is gone."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from store import journal
from store.archive import Archive
from store.fsck_report import Report
from store.journal import RECORD_BYTES, Record, Type
from store.pack import HEADER_BYTES
from store.survey import survey_journal

_WRITER = re.compile(r"([0-9a-f]{8})-[0-9a-f]{8}\Z")
_MOST_GAPS = 100


@dataclass(slots=True)
class JournalCheck:
    """What the journals say: sound records, each with where it stands; names of all journals, and of living writers."""

    records: list[tuple[str, Record]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    alive: set[str] = field(default_factory=set)


def is_writer(name: str) -> bool:
    """Whether a pack or journal of this name (without suffix) belongs to one writer."""
    return _WRITER.match(name) is not None


def journal_names(archive: Archive) -> list[str]:
    """Names of journals, without suffix, oldest writer first."""
    return _names(archive, archive.journals, ".log")


def pack_names(archive: Archive) -> list[str]:
    """Names of packs, without suffix, oldest writer first."""
    return _names(archive, archive.packs, ".pack")


def missing_writers(archive: Archive) -> list[int]:
    """Numbers that no file has though a later writer has one: writers are numbered without gaps."""
    names = (*journal_names(archive), *pack_names(archive))
    numbers = {int(match[1], 16) for name in names if (match := _WRITER.match(name))}
    return sorted(set(range(1, max(numbers, default=0))) - numbers)


def _names(archive: Archive, folder: Path, suffix: str) -> list[str]:
    files = archive.files
    found = [name for name in files.names(folder) if name.endswith(suffix) and files.is_file(folder / name)]
    return [name.removesuffix(suffix) for name in found]


def check_journals(archive: Archive, report: Report) -> JournalCheck:
    """Check every journal."""
    found = JournalCheck()
    for name in journal_names(archive):
        _check_journal(archive, f"{name}.log", found, report)
    files, packs = archive.files, set(pack_names(archive))
    for name in sorted(packs - found.names):
        has_blocks = files.size(archive.packs / f"{name}.pack") > HEADER_BYTES
        if is_writer(name) and has_blocks and not files.exists(archive.journals / f"{name}.log"):
            report.add("missing-journal", f"{name}.pack", "the pack has no journal that says what was committed")
    for number in missing_writers(archive)[:_MOST_GAPS]:
        told = "no file has this writer's number: it died before it had a journal, or its pack and journal are gone"
        report.note("no-writer", f"{number:08x}", told)
    return found


def _check_journal(archive: Archive, file: str, found: JournalCheck, report: Report) -> None:
    path, name = archive.journals / file, file.removesuffix(".log")
    alive = archive.files.is_locked(path)
    data = archive.files.read(path)
    found.names.add(name)
    if alive:
        found.alive.add(name)
    if not journal.is_header(data[:RECORD_BYTES], archive.id) and not (alive and len(data) < RECORD_BYTES):
        report.add("bad-header", file, "the journal's header is damaged or not one of this archive")
    sealed, last = False, 0
    for line in survey_journal(data, archive.id):
        where = f"{file} record {line.position // RECORD_BYTES - 1}"
        if line.why and not (alive and line.position + 2 * RECORD_BYTES > len(data)):
            report.add("broken-journal", where, line.why)
        if line.record is None:
            continue
        if sealed:
            report.add("broken-journal", where, "a record follows the seal")
        if line.record.time_ms < last:
            report.add("broken-journal", where, "its time is before that of the record before it")
        sealed, last = line.record.type == Type.SEAL, line.record.time_ms
        report.records += 1
        found.records.append((where, line.record))
    if alive:
        return
    if rest := len(data) % RECORD_BYTES:
        report.add("torn-tail", file, f"{rest} bytes at the end are no whole record")
    if not sealed:
        report.note("unsealed", file, "its writer died, or its last records were cut; the next recorder seals it")

"""Checking an archive from its packs and journals alone, whatever the index says.

Every block is decoded and every object's id computed again, which rebuilds every body. Then every chain and every id
that an object, a journal or a ref names is followed, the journals' hash chains are checked, and last the index on disk
is compared with what was found. Reads only, also where nothing can be written. A writer that is alive may be in the
middle of an append: the end of its files is not judged.
"""

from collections import Counter
from pathlib import Path

from store import format_file, fsck_files, fsck_index, journal, pack
from store.archive import Archive
from store.errors import NotAnArchive
from store.files import FILES, Files
from store.fsck_journals import JournalCheck, check_journals
from store.fsck_objects import ObjectCheck
from store.fsck_packs import check_packs, check_records
from store.fsck_report import Finding, Progress, Report
from store.index import Index
from store.safety import refuse_other, refuse_unsafe

__all__ = ["Finding", "Progress", "Report", "check", "examine", "open_damaged"]

_ATTEMPTS = 3


def examine(path: Path, progress: Progress = lambda _what, _done, _of: None, files: Files = FILES) -> Report:
    """Check the archive in a folder, also one that cannot be opened. Raises `NotAnArchive` or `Unsafe`."""
    archive = open_damaged(path, files)
    try:
        return check(archive, progress)
    finally:
        archive.close()


def open_damaged(path: Path, files: Files = FILES) -> Archive:
    """An archive with an empty index in memory; where its FORMAT is damaged, packs and journals say its id.

    Raises `NotAnArchive`, also where FORMAT names a newer version, be it by damage: what that keeps is not known here.
    """
    refuse_other(path, files)
    refuse_unsafe(path, files)
    key = files.read(path / "key") if files.exists(path / "key") else b""
    found = files.read(path / "FORMAT") if files.exists(path / "FORMAT") else b""
    try:
        archive_id = format_file.parse(found)
    except NotAnArchive as error:
        if format_file.is_newer(found):
            raise
        heads = [files.read_at(each, 0, 24) for each in _headed(path, files)]
        known = Counter(head[8:] for head in heads if head[:8] in (pack.MAGIC, journal.MAGIC) and len(head) == 24)
        if not known:
            raise NotAnArchive(f"no deck archive in {path}") from error
        archive_id = known.most_common(1)[0][0]
    return Archive(path, archive_id, key, files, Index(None, archive_id.hex()))


def _headed(path: Path, files: Files) -> list[Path]:
    folders = (path / "objects" / "pack", path / "journal")
    found = [folder / name for folder in folders for name in files.names(folder)]
    return [path for path in found if files.is_file(path)]


def check(archive: Archive, progress: Progress = lambda _what, _done, _of: None) -> Report:
    """Check everything."""
    for attempt in range(_ATTEMPTS):
        try:
            return _check(archive, progress)
        except FileNotFoundError:  # a gc has just replaced a pack that was listed: look again
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _check(archive: Archive, progress: Progress) -> Report:
    report = Report()
    fresh = archive.with_fresh_index()
    try:
        fsck_files.check_files(archive, report)
        journals = check_journals(archive, report)  # before the packs: what a journal names is in its pack already
        surveys = check_packs(archive, report, journals.alive, progress)
        progress("index", 0, 1)
        fresh.refresh()
        objects = ObjectCheck(fresh, report, _purged(fresh, journals))
        objects.check(progress)
        objects.check_records(journals.records)
        check_records(fresh, surveys, journals, report)
        fsck_files.check_refs(archive, report, objects.state)
        progress("index", 1, 1)
        if report.sound:  # else an index that still knows what is lost would be called wrong
            fsck_index.check_index(archive, fresh, report, bool(journals.alive))
    finally:
        fresh.close()
    return report


def _purged(fresh: Archive, journals: JournalCheck) -> frozenset[bytes]:
    """Ids that tombstones list."""
    from store.purged import purged_ids

    return purged_ids(fresh, [record for _where, record in journals.records])

"""Checking packs: headers, blocks, frames; and that journals commit the turns and notes that packs hold."""

from store import pack
from store.archive import Archive
from store.files import Files
from store.fsck_journals import JournalCheck, is_writer, pack_names
from store.fsck_report import Progress, Report
from store.journal import COMMITS, Type
from store.lost_commits import lost_commits
from store.survey import PackSurvey, survey_pack


def check_packs(archive: Archive, report: Report, alive: set[str], progress: Progress) -> dict[str, PackSurvey]:
    """Check every pack; its survey by name."""
    names = pack_names(archive)
    found: dict[str, PackSurvey] = {}
    for done, name in enumerate(names):
        progress("packs", done, len(names))
        found[name] = _check_pack(archive.files, archive, name, name in alive, report)
    return found


def _check_pack(files: Files, archive: Archive, name: str, alive: bool, report: Report) -> PackSurvey:
    data, file = files.read(archive.packs / f"{name}.pack"), f"{name}.pack"
    report.packs += 1
    if data[: pack.HEADER_BYTES] != pack.header(archive.id) and not (alive and len(data) < pack.HEADER_BYTES):
        report.add("bad-header", file, "the pack's header is damaged or not one of this archive")
    survey = survey_pack(data)
    report.blocks += len(survey.blocks)
    for start, stop, why in survey.damage:
        report.add("damaged-block", f"{file} offset {start}", f"{stop - start} bytes cannot be read: {why}")
    if survey.tail is not None and not alive:
        start, stop, why = survey.tail
        report.add("torn-tail", f"{file} offset {start}", f"{stop - start} bytes cannot be read: {why}")
    return survey


def check_records(fresh: Archive, surveys: dict[str, PackSurvey], journals: JournalCheck, report: Report) -> None:
    """Find turns and notes that no journal commits. A crash leaves one of a writer: in the last block of its pack."""
    lost = {each.object_id: each.is_certain for each in lost_commits(fresh)}
    committing = {*COMMITS, Type.NOTE}
    committed = {record.object_id for _where, record in journals.records if record.type in committing}
    rows = fresh.index.db.execute(
        "SELECT p.name, o.place, o.id, o.kind FROM objects o JOIN packs p ON p.id = o.pack"
        " WHERE o.kind IN ('turn', 'note') ORDER BY p.name, o.place"
    ).fetchall()
    for name, place, wanted, kind in rows:
        if wanted in committed or name in journals.alive or (is_writer(name) and name not in journals.names):
            continue
        where, blocks = f"{kind} {wanted.hex()}", surveys[name].blocks if name in surveys else []
        if lost.get(wanted) or (is_writer(name) and blocks and place < blocks[-1].first):
            report.add("missing-record", where, f"it is in {name}.pack, and no journal has its commit")
        else:
            told = "its writer died before it committed it"
            if wanted in lost:
                told += ", or a journal that has lost its record, or is gone, did; a repair commits it"
            report.note("uncommitted", where, f"it is in {name}.pack; {told}")

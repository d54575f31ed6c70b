"""`deck fsck --repair`: bringing back what can be brought back, and saying what was done.

Damaged bytes are set aside first; then a file is cut or replaced as a whole, so a crash leaves the old one or the new
one and another repair goes on. Nothing valid is deleted, nothing of a writer that is alive is touched. What a repair
could not bring back is what a check finds afterwards.
"""

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from store import derived, format_file, fsck_files, journal
from store.archive import Archive
from store.errors import Damaged, StoreError
from store.files import FILES, Files
from store.fsck import open_damaged
from store.fsck_index import FILE as INDEX_FILE
from store.fsck_index import check_index
from store.fsck_journals import is_writer, journal_names, missing_writers, pack_names
from store.fsck_report import Progress, Report
from store.gc import alone
from store.lost_commits import LostCommit, lost_commits
from store.orphans import orphans
from store.quarantine import set_aside
from store.repair_journal import rebuilt_journal
from store.repair_pack import salvage
from store.spool_exchange import rebuild
from store.survey import survey_journal, survey_pack
from store.unwritable import writing
from store.writer import ordinal


class Action(NamedTuple):
    """Something that a repair did, or (``skipped``) left alone. ``kind`` is a stable word for programs."""

    kind: str  # format | key | mode | pack | journal | tail | spool | ref | left-over | index | skipped
    where: str
    message: str


Mend = Callable[[Archive, str, list[Action]], None]


def repair(path: Path, progress: Progress = lambda _what, _done, _of: None, files: Files = FILES) -> list[Action]:
    """Repair the archive in a folder. Raises `Busy` beside a gc, `OSError`, and what a check raises."""
    actions: list[Action] = []
    with open_damaged(path, files) as archive, alone(archive), writing(path):
        _mend_format(archive, actions)
        _mend_files(archive, actions)
        names = sorted({*pack_names(archive), *journal_names(archive)})
        _mend_each(archive, names, "packs", _mend_pack, actions, progress)
        archive.refresh()  # what the packs hold now
        lost = lost_commits(archive)
        if any(not each.journal for each in lost):
            names.append(_unused_name(archive))
            lost = [each._replace(journal=each.journal or names[-1]) for each in lost]
        _mend_each(archive, names, "journals", partial(_mend_journal, lost), actions, progress)
        _mend_spool(archive, actions)
        _mend_index(path, files, actions)
    return actions


def _mend_each(
    archive: Archive, names: Sequence[str], what: str, mend: Mend, actions: list[Action], progress: Progress
) -> None:
    for done, name in enumerate(names):
        progress(what, done, len(names))
        with _unless_alive(archive, name, actions) as free:
            if free:
                mend(archive, name, actions)


@contextlib.contextmanager
def _unless_alive(archive: Archive, name: str, actions: list[Action]) -> Iterator[bool]:
    """Hold a writer's lock while its files are repaired; false where the writer is alive."""
    files, path = archive.files, archive.journals / f"{name}.log"
    if not files.exists(path):
        yield True
        return
    descriptor = files.open_append(path)
    try:
        free = files.try_lock(descriptor)
        skipped = Action("skipped", name, "its writer is alive; repair again when it has ended")
        if not free and skipped not in actions:
            actions.append(skipped)
        yield free
    finally:
        files.close(descriptor)


def _mend_format(archive: Archive, actions: list[Action]) -> None:
    files, path = archive.files, archive.path
    found = files.read(path / "FORMAT") if files.exists(path / "FORMAT") else b""
    if len(archive.key) != format_file.KEY_BYTES:
        if archive.key:
            set_aside(files, path, "key", archive.key, "a masking key of another length")
        archive.key = os.urandom(format_file.KEY_BYTES)
        files.replace(path / "key", archive.key)
        told = "a new masking key was made: from now on the same secret gets another token than before"
        actions.append(Action("key", "key", told))
    wanted = format_file.encode(archive.id, archive.key)
    if found != wanted:
        if found:
            set_aside(files, path, "FORMAT", found, "it did not fit the packs' archive id and the masking key")
        files.replace(path / "FORMAT", wanted)
        told = "written anew for the key that is there; if the key was damaged, tokens differ from now on"
        actions.append(Action("format", "FORMAT", told))


def _mend_files(archive: Archive, actions: list[Action]) -> None:
    files, report = archive.files, Report()
    fsck_files.check_files(archive, report)
    fsck_files.check_refs(archive, report, lambda _wanted: "")
    for finding in (*report.findings, *report.notes):
        path = archive.path / finding.where
        if finding.kind == "wrong-mode" and (files.is_file(path) or files.is_folder(path)):
            files.make_private(path)
            actions.append(Action("mode", finding.where, "only its owner may use it now"))
        elif finding.kind in ("left-over", "bad-ref") and files.is_file(path):
            kept = set_aside(files, archive.path, finding.where, files.read(path), finding.message)
            files.remove(path)
            files.sync_folder(path.parent)
            kind = "ref" if finding.kind == "bad-ref" else "left-over"
            actions.append(Action(kind, finding.where, f"set aside as {kept}: {finding.message}"))


def _mend_pack(archive: Archive, name: str, actions: list[Action]) -> None:
    files, path = archive.files, archive.packs / f"{name}.pack"
    if not files.exists(path):
        return
    data = files.read(path)
    survey = survey_pack(data)
    kept = salvage(data, survey, archive.id)
    if kept.data == data:
        return
    if kept.data == data[: len(kept.data)]:
        _cut(archive, path, f"objects/pack/{path.name}", data, len(kept.data), actions)
        return
    why = "; ".join(f"offset {each.start}: {each.why}" for each in survey.damage[:20]) or "its header is damaged"
    copy = set_aside(files, archive.path, path.name, data, why)
    files.replace(path, kept.data)
    lost = len(data) - len(kept.data)
    told = f"{_plural(kept.blocks, 'block')} kept, {kept.mended} of them mended, {_plural(lost, 'byte')} lost"
    told += f"; the old pack is {copy}"
    actions.append(Action("pack", path.name, told))


def _unused_name(archive: Archive) -> str:
    """The name for a journal in the place of one that is gone: the first that is, or the newest."""
    numbers = [*missing_writers(archive), 1 + max(map(ordinal, journal_names(archive)), default=0)]
    return f"{numbers[0]:08x}-{secrets.token_hex(4)}"


def _mend_journal(lost: Sequence[LostCommit], archive: Archive, name: str, actions: list[Action]) -> None:
    files, path = archive.files, archive.journals / f"{name}.log"
    if not is_writer(name):
        return
    data = files.read(path) if files.exists(path) else b""
    own = [each for each in lost if each.journal == name]
    new = rebuilt_journal(archive, name, data, own)
    if new is None:
        end = len(data) - len(data) % journal.RECORD_BYTES
        if end != len(data):
            _cut(archive, path, f"journal/{path.name}", data, end, actions)
        return
    copy = "there was none"
    if data:
        broken = sum(bool(line.why) for line in survey_journal(data, archive.id))
        copy = "the old one is " + set_aside(files, archive.path, path.name, data, f"{broken} records are broken")
    files.replace(path, new.data)
    anew = _plural(new.turns, "turn") + (f" and {_plural(new.notes, 'note')}" if new.notes else "")
    again = "again" if all(each.is_certain for each in own) else "again, or for the first time,"
    told = f"{_plural(new.kept, 'record')} kept, {anew} committed {again} from the packs; {copy}"
    actions.append(Action("journal", path.name, told))


def _mend_spool(archive: Archive, actions: list[Action]) -> None:
    """Set aside what dead recorders left that goes on with a body which is lost: it can never become a turn."""
    archive.refresh()
    for orphan in orphans(archive.path, archive.files):
        try:
            rebuild(orphan.data, partial(archive.get_kind, kind="blob"))
        except Damaged as error:
            name = str(orphan.path.relative_to(archive.path))
            kept = set_aside(archive.files, archive.path, name, orphan.data, f"it cannot be recovered: {error}")
            orphan.dispose()
            actions.append(Action("spool", name, f"an exchange set aside as {kept}: {error}"))


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _cut(archive: Archive, path: Path, name: str, data: bytes, end: int, actions: list[Action]) -> None:
    """Cut a torn tail, under the writer's lock."""
    kept = set_aside(archive.files, archive.path, name, data[end:], f"a torn tail, from offset {end} on")
    descriptor = archive.files.open_append(path)
    try:
        archive.files.truncate(descriptor, end)
        archive.files.sync(descriptor)
    finally:
        archive.files.close(descriptor)
    actions.append(Action("tail", path.name, f"{len(data) - end} bytes cut at offset {end}; they are {kept}"))


def _mend_index(path: Path, files: Files, actions: list[Action]) -> None:
    """Make the index again if files changed under it, or if it does not say what they do."""
    report = Report()
    if not actions:
        with open_damaged(path, files) as fresh, contextlib.suppress(StoreError):
            fresh.refresh()
            check_index(fresh, fresh, report, False)
    if any(action.kind in ("pack", "journal", "tail") for action in actions) or report.findings:
        derived.remove_all(path / "index")
        Archive.open(path, files).close()
        if report.findings:
            actions.append(Action("index", INDEX_FILE, "made again from packs and journals"))

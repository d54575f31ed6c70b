"""The archive: found, private, with room, nothing left over, its index in agreement, and what it lacks.

Everything here is quick; `deck fsck` proves what is only looked at here.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deck.diagnostics import explain
from deck.doctor.finding import Finding, mend, note, ok
from deck.render import count, plural
from deck.search.database import FILE as SEARCH_FILE
from deck.timeline import Timeline
from store import books
from store.archive import Archive
from store.canonical import loads
from store.errors import NotAnArchive, StoreError, Unwritable
from store.files import FILES
from store.fsck_files import check_files
from store.fsck_report import Report
from store.journal import COMMITS, RECORD_BYTES, Type
from store.ledger import Account, Ledger
from store.orphans import numbers
from store.spool import LOCK
from store.unwritable import refuse_unwritable

LEAST_FREE = 256 << 20
_NEWEST_GAPS = 1000
_DAY_MS = 86_400_000


def check(path: Path, is_named: bool, now_ms: int) -> Iterator[Finding]:
    """Findings about the archive in ``path``; ``is_named``: the user named it, so that it has to be there."""
    waiting = _left_over(path)
    try:
        timeline = Timeline.open(path)  # takes in what dead recorders left
    except NotAnArchive as error:
        if is_named or path.exists():
            problem = explain(error)
            yield mend("archive", problem.message, problem.hint)
        else:
            yield note("archive", f"there is none in {path} yet", "The first `deck run` or `deck proxy` makes it.")
        return
    except (StoreError, OSError) as error:
        problem = explain(error)
        yield mend("archive", problem.message, problem.hint or "Look at the folder's owner, mode and disk.")
        return
    with timeline:
        archive = timeline.archive
        turns = archive.index.db.execute("SELECT count(*) FROM turns").fetchone()[0]
        yield ok("archive", f"{path}, {plural(turns, 'turn')}")
        yield from _modes(archive)
        yield from _room(path)
        yield from _spool(path, waiting)
        yield _index(archive)
        yield _gaps(archive, now_ms)
        yield _ledger(timeline.ledger())


def _modes(archive: Archive) -> Iterator[Finding]:
    report = Report()
    check_files(archive, report)
    for each in report.findings:
        yield mend("files", f"{each.where}: {each.message}", "`deck fsck --repair` puts it right.")
    if not report.findings:
        yield ok("files", "all are yours alone")


def _room(path: Path) -> Iterator[Finding]:
    try:
        refuse_unwritable(path)
    except Unwritable as error:
        problem = explain(error)
        yield mend("disk", f"{problem.message}, so nothing is recorded", problem.hint)
        return
    free = shutil.disk_usage(path).free
    if free < LEAST_FREE:
        yield mend("disk", f"{free >> 20:,} MiB are free", "Make room: a recorder on a full disk loses turns.")
    else:
        yield ok("disk", f"{free >> 30:,} GiB are free")


def _left_over(path: Path) -> int:
    """Exchanges in the spool whose recorder is dead."""
    dead = [folder for folder in books.folders(path, FILES) if not FILES.is_locked(folder / LOCK)]
    return sum(len(numbers(folder, FILES)) for folder in dead)


def _spool(path: Path, waiting: int) -> Iterator[Finding]:
    left = _left_over(path)
    if left:
        then = "It is tried again with every `deck` command; free space and `deck fsck` say why it fails."
        yield mend("spool", f"{plural(left, 'exchange')} of a recorder that died could not be taken in", then)
    elif waiting:
        yield note("spool", f"taken in just now: {plural(waiting, 'exchange')} of a recorder that died")
    else:
        yield ok("spool", "nothing is left over")


def _index(archive: Archive) -> Finding:
    """Whether the index has as many journal records, and as many turns, as the journals."""
    db, files = archive.index.db, archive.files
    logs = [archive.journals / name for name in files.names(archive.journals) if name.endswith(".log")]
    written = sum(max(0, files.size(log) // RECORD_BYTES - 1) for log in logs)
    (read,) = db.execute("SELECT count(*) FROM records").fetchone()
    (turns,) = db.execute("SELECT count(*) FROM turns").fetchone()
    marks = ",".join("?" * len(COMMITS))
    (committed,) = db.execute(
        f"SELECT count(DISTINCT object) FROM records WHERE type IN ({marks})", sorted(map(int, COMMITS))
    ).fetchone()
    if read >= written and turns == committed:
        return ok("index", f"agrees with the journals: {plural(read, 'record')}; {_weight(archive)}")
    lacking = plural(max(written - read, committed - turns, 1), "record")
    return mend("index", f"{lacking} of the journals cannot be read or listed", "`deck fsck` says which, and why.")


def _weight(archive: Archive) -> str:
    """What the files weigh that can be made again."""
    told = []
    for name, what in (("index.sqlite", "itself"), (SEARCH_FILE, "that of search")):
        file = archive.path / "index" / name
        if archive.files.exists(file):
            told.append(f"{what} {count(archive.files.size(file))}B")
    return ", ".join(told)


def _gaps(archive: Archive, now_ms: int) -> Finding:
    rows = archive.index.db.execute(
        "SELECT time_ms, object FROM records WHERE type = ? ORDER BY time_ms DESC LIMIT ?",
        (int(Type.GAP), _NEWEST_GAPS),
    ).fetchall()
    if not rows:
        return ok("gaps", "no loss is on record")
    reasons: Counter[str] = Counter()
    words: dict[str, str] = {}
    for _time_ms, wanted in rows:
        detail = _detail(archive, bytes(wanted))
        reason = str(detail.get("reason", "unreadable"))
        reasons[reason] += 1
        words.setdefault(reason, str(detail.get("error", "")))
    told = ", ".join(
        f"{reason} {n:,}" + (f" ({words[reason]})" if words[reason] else "") for reason, n in reasons.items()
    )
    age = max(0, now_ms - rows[0][0])
    if age > _DAY_MS:
        return note("gaps", f"losses on record: {told}; none in the last day")
    then = "Free the disk if it is full; what the spool still holds is taken in by itself. The proxy's log has more."
    return mend("gaps", f"losses on record: {told}; the newest {age // 60_000:,} min ago", then)


def _detail(archive: Archive, wanted: bytes) -> dict[str, Any]:
    """What a gap record says; nothing where it cannot be read, of which fsck speaks."""
    try:
        value = loads(archive.get_kind(wanted, "blob"))
    except StoreError:
        return {}
    return value if isinstance(value, dict) else {}


def _ledger(ledger: Ledger) -> Finding:
    total = ledger.total()
    if not ledger.books:
        return note("ledger", "unknown: no recorder of this archive has kept a book yet")
    told = _in_words(total)
    if not all(book.certain for book in ledger.books):
        return note("ledger", f"{told}; a recorder's book is not certain (its machine stopped, or its disk was full)")
    if without := ledger.unrecorded():
        return note("ledger", f"{told}; {plural(without, 'turn')} beside that were imported, or nobody kept a book of")
    if total.lost:
        return note("ledger", told, "`deck sessions` says whose.")
    return ok("ledger", told)


def _in_words(account: Account) -> str:
    figures = account.as_json()
    words = [f"{plural(account.turns, 'turn')}", f"{figures['known']:,} known before"]
    if figures["truncated"]:
        words[0] += f" ({figures['truncated']:,} cut)"
    for name, reasons in (("skipped", account.skipped), ("lost", account.lost)):
        why = ", ".join(f"{reason} {n:,}" for reason, n in reasons.items())
        words.append(f"{sum(reasons.values()):,} {name}" + (f" ({why})" if why else ""))
    return f"{plural(account.seen, 'request')} seen: {', '.join(words)}, {account.in_flight:,} in flight"

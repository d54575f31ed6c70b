"""Comparing the index on disk with one made anew. It is derived: whatever is wrong with it, it can be made again."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Final

from store.archive import Archive
from store.fsck_report import Report

FILE: Final = "index.sqlite"
_VERSION: Final = "SELECT value FROM {db}.meta WHERE name = 'schema'"
_FOREIGN: Final = "SELECT name FROM {db}.sqlite_master WHERE type IN ('view', 'trigger')"
_HOW_FAR: Final = "SELECT name, scanned FROM {db}.packs UNION ALL SELECT name, size FROM {db}.journals ORDER BY 1, 2"
_ROWS: Final = {
    "blocks": "SELECT p.name, b.first, b.offset, b.length, b.frame, b.frame_first"
    " FROM {db}.blocks b JOIN {db}.packs p ON p.id = b.pack WHERE p.name IN (SELECT name FROM main.packs)",
    "objects": "SELECT p.name, o.place, o.id, o.kind FROM {db}.objects o JOIN {db}.packs p ON p.id = o.pack"
    " WHERE p.name IN (SELECT name FROM main.packs)",
    "records": "SELECT journal, position, type, time_ms, object FROM {db}.records",
    "turns": "SELECT id, exchange, session, thread, role, client, version, run, started_ms, first_byte_ms, end_ms,"
    " committed_ms, outcome, status, wire, model, stop, error, input, output, cache_read, cache_write_5m,"
    " cache_write_1h, reasoning, request_body, request_key, answer_key, summary, asked, host, cwd FROM {db}.turns",
    "parents": "SELECT turn, n, parent, kind, confidence, call FROM {db}.parents",
    "steps": "SELECT session, turn, number, role, kind, name, summary, call_id, is_error, thread, message"
    " FROM {db}.steps",
    "threads": "SELECT session, thread FROM {db}.threads",
    "books": "SELECT book, run, started_ms, certain, refused_ca FROM {db}.books",
    "notes": "SELECT note, target, step, time_ms, author, text, tags, ref, replaces FROM {db}.notes",
    "fates": "SELECT book, session, fate, n FROM {db}.fates",
}
"""Rows that depend on the archive alone. Ordinals and positions also depend on which of two writers was seen first."""

_WHOLE: Final = {
    "sessions": "SELECT session, turns, steps, errors, interrupted, input, cached, output FROM {db}.sessions",
    "packs": "SELECT name, sealed FROM {db}.packs",
    "journals": "SELECT name, size, chain FROM {db}.journals",
}
"""Rows that also depend on how far the index has come."""


def check_index(archive: Archive, fresh: Archive, report: Report, changing: bool) -> None:
    """Compare the index file, if there is one of this version, with the ``fresh`` one.

    An index may be behind: then what it has must be right, but for packs that gc has removed. ``changing``: a writer
    is alive, which may have told the file more than the fresh index saw.
    """
    path = archive.path / "index" / FILE
    if changing or not path.exists():
        return
    for problem in _problems(fresh, path):
        report.add("bad-index", FILE, problem)


def _problems(fresh: Archive, path: Path) -> list[str]:
    db, attached = fresh.index.db, False
    try:
        db.execute("ATTACH ? AS disk", (f"{path.absolute().as_uri()}?mode=ro",))
        attached = True
        db.execute("BEGIN")  # from the first query on one picture, whatever others write
        if _all(db, _FOREIGN, "disk"):  # asked for its rows, it need not end
            return ["it has a view or a trigger, which no index has"]
        if _all(db, _VERSION, "disk") != _all(db, _VERSION, "main"):
            return []  # of another version or archive: the next one who opens it makes it anew
        fresh.refresh()  # whoever told the index of a commit had written it before
        return _compare(db)
    except sqlite3.Error as error:
        if error.sqlite_errorname.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
            return []  # nobody can use it here, and whoever reads makes one in memory
        return [str(error)]
    finally:
        with contextlib.suppress(sqlite3.Error):  # a damaged file may not even be left in order
            if db.in_transaction:
                db.execute("COMMIT")
            if attached:
                db.execute("DETACH disk")


def _compare(db: sqlite3.Connection) -> list[str]:
    problems = [row[0] for row in db.execute("PRAGMA disk.integrity_check(1)") if row[0] != "ok"]
    complete = _all(db, _HOW_FAR, "disk") == _all(db, _HOW_FAR, "main")
    for table, rows in (_ROWS | _WHOLE if complete else _ROWS).items():
        if extra := _count(db, rows, "disk", "main"):
            problems.append(f"{extra} rows of {table} are not what packs and journals say")
        if complete and (lacking := _count(db, rows, "main", "disk")):
            problems.append(f"{lacking} rows of {table} are missing")
    return problems


def _all(db: sqlite3.Connection, query: str, schema: str) -> list[tuple[object, ...]]:
    return db.execute(query.format(db=schema)).fetchall()


def _count(db: sqlite3.Connection, rows: str, of: str, but: str) -> int:
    query = f"SELECT count(*) FROM ({rows.format(db=of)} EXCEPT {rows.format(db=but)})"
    return int(db.execute(query).fetchone()[0])

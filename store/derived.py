"""SQLite files that hold nothing but what can be made again: opened, made anew where they are of no use, removed.

A file says of itself which schema it has and for which archive. One of another schema, of another archive, or that is
no database, is replaced by an empty one; where nothing can be written the caller's ``otherwise`` stands in. An archive
may come from somebody else: a file with a view or a trigger, or with other tables than it says, is of another schema.
"""

import contextlib
import os
import sqlite3
from pathlib import Path

from store.files import private_opener


def open_file(path: Path | None, schema: str, wanted: str, otherwise: str = ":memory:") -> sqlite3.Connection:
    """The database in ``path`` with this schema, which names itself ``wanted``; an ``otherwise`` for no path.

    ``otherwise`` is what SQLite opens where no file can be written: memory, or ``""`` for a private temporary file.
    ``schema`` are statements that are split at semicolons; a table ``meta(name, value)`` is among them. More
    tables may be made later.
    """
    if path is None:
        db = _connect(otherwise)
    else:
        _make_private(path)
        try:
            db = _connect(str(path))
            found = _version(db, schema)
            if found == wanted:
                return db
            if found is not None:
                db.close()
                remove(path)
                _make_private(path)
                db = _connect(str(path))
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and not _is_unwritable(error):
                raise
            db = _replacement(path, error, otherwise)
    _create(db, schema, wanted)
    return db


def remove(path: Path) -> None:
    """Remove a database and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def remove_all(folder: Path) -> None:
    """Remove every database of a folder: what they were made from has changed."""
    for path in folder.glob("*.sqlite"):
        remove(path)


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the file is at fault, not the disk or another process: it is no database, or it lacks a table."""
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR"))


def roll_back(db: sqlite3.Connection) -> None:
    """Undo a transaction in which something failed, unless SQLite has done so: a full disk makes it.

    Its word on a second end, that there is none to end, is one that `is_damage` takes for a damaged file.
    """
    if db.in_transaction:
        db.execute("ROLLBACK")


def _replacement(path: Path, error: sqlite3.DatabaseError, otherwise: str) -> sqlite3.Connection:
    """A new file where the old one is no database; something else where no file can be written."""
    if _is_unwritable(error):
        return _connect(otherwise)
    remove(path)
    _make_private(path)
    return _connect(str(path))


def _make_private(path: Path) -> None:
    """Make the file, if there is none, for the user alone: SQLite goes by the umask, and beside it by this file.

    One that is there is not even opened: closing it would take every lock away that this process has on it (POSIX), and
    the next process that leaves would remove the log that this one goes on using.
    """
    with contextlib.suppress(OSError):  # it is there; else what is wrong SQLite says better
        os.close(private_opener(str(path), os.O_RDWR | os.O_CREAT | os.O_EXCL))


def _connect(name: str) -> sqlite3.Connection:
    db = sqlite3.connect(name, timeout=10, isolation_level=None, check_same_thread=False, uri=True)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")  # whole after a power cut, if old; OFF costs as much
    return db


def _statements(schema: str) -> list[str]:
    """The statements of a schema, as SQLite keeps their text."""
    return [stripped for statement in schema.split(";") if (stripped := statement.strip())]


def _version(db: sqlite3.Connection, schema: str) -> str | None:
    """What the file says of itself: version and archive; `None` for a new one, empty for one of another schema."""
    found = db.execute("SELECT type, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    if not found:
        return None
    wanted = set(_statements(schema))
    further = {type_ for type_, sql in found if sql not in wanted}
    if further - {"table"} or not wanted.issubset(sql for _type, sql in found):
        return ""
    row = db.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
    return "" if row is None else str(row[0])


def _create(db: sqlite3.Connection, schema: str, wanted: str) -> None:
    db.execute("BEGIN IMMEDIATE")
    if _version(db, schema) is None:  # else another process was faster
        for statement in _statements(schema):
            db.execute(statement)
        db.execute("INSERT INTO meta VALUES('schema', ?)", (wanted,))
    db.execute("COMMIT")


def _is_unwritable(error: sqlite3.DatabaseError) -> bool:
    return error.sqlite_errorname in ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_READONLY_DIRECTORY")

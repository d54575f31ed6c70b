"""The derived index: one SQLite file that answers where an object lies and what the sessions hold.

Everything in it can be made again from journals and packs (`store.catchup`), so no commit waits for it and it may
be deleted at any time. A miss means only that something is stored again; a wrong entry is found by the object's id.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from store import derived
from store.journal import COMMITS, Type
from store.link_keys import VERSION as KEYS_VERSION
from store.pack import REPACKED, Block

SCHEMA_VERSION: Final = 9
_FORGOTTEN_AT_ONCE: Final = 300  # records a step
_OBJECTS_AT_ONCE: Final = 20  # rows a statement; a turn of a session that goes on has about ten
_SCHEMA = """
CREATE TABLE packs(id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, sealed INTEGER NOT NULL DEFAULT 0,
  scanned INTEGER NOT NULL, records INTEGER NOT NULL DEFAULT 0);
CREATE TABLE blocks(pack INTEGER, first INTEGER, offset INTEGER, length INTEGER, frame INTEGER, frame_first INTEGER,
  PRIMARY KEY(pack, first)) WITHOUT ROWID;
CREATE TABLE objects(pack INTEGER, place INTEGER, id BLOB NOT NULL, kind TEXT NOT NULL,
  PRIMARY KEY(pack, place)) WITHOUT ROWID;
CREATE INDEX objects_id ON objects(id);
CREATE TABLE journals(name TEXT PRIMARY KEY, size INTEGER NOT NULL, chain BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE records(journal TEXT, position INTEGER, type INTEGER, time_ms INTEGER, object BLOB,
  PRIMARY KEY(journal, position)) WITHOUT ROWID;
CREATE INDEX records_object ON records(object);
CREATE TABLE keys(message BLOB PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE turns(number INTEGER PRIMARY KEY, id BLOB UNIQUE NOT NULL, exchange BLOB NOT NULL, session TEXT NOT NULL,
  ordinal INTEGER NOT NULL, thread TEXT NOT NULL, role TEXT NOT NULL, client TEXT NOT NULL, version TEXT NOT NULL,
  run TEXT NOT NULL, started_ms INTEGER NOT NULL, first_byte_ms INTEGER, end_ms INTEGER, committed_ms INTEGER NOT NULL,
  outcome TEXT NOT NULL, status INTEGER, wire TEXT NOT NULL, model TEXT NOT NULL, stop TEXT NOT NULL,
  error TEXT NOT NULL, input INTEGER, output INTEGER, cache_read INTEGER, cache_write_5m INTEGER,
  cache_write_1h INTEGER, reasoning INTEGER, request_body BLOB NOT NULL, request_key BLOB, answer_key BLOB,
  summary TEXT NOT NULL, response TEXT NOT NULL, asked TEXT NOT NULL, host TEXT NOT NULL, cwd TEXT NOT NULL);
CREATE INDEX turns_exchange ON turns(exchange);
CREATE INDEX turns_session ON turns(session, ordinal);
CREATE INDEX turns_request ON turns(request_key);
CREATE INDEX turns_answer ON turns(answer_key);
CREATE INDEX turns_response ON turns(response) WHERE response <> '';
CREATE TABLE parents(turn BLOB, n INTEGER, parent BLOB, kind TEXT, confidence REAL, call TEXT,
  PRIMARY KEY(turn, n)) WITHOUT ROWID;
CREATE INDEX parents_parent ON parents(parent);
CREATE TABLE corrections(turn BLOB PRIMARY KEY, time_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE steps(session TEXT, position INTEGER, turn BLOB, turn_number INTEGER, number INTEGER, role TEXT, kind TEXT,
  name TEXT, summary TEXT, call_id TEXT, is_error INTEGER, at_ms INTEGER, thread TEXT, message BLOB,
  PRIMARY KEY(session, position)) WITHOUT ROWID;
CREATE INDEX steps_turn ON steps(turn, number);
CREATE INDEX steps_call ON steps(session, call_id) WHERE call_id <> '';
CREATE TABLE sessions(session TEXT PRIMARY KEY, title TEXT NOT NULL, named_ms INTEGER, client TEXT NOT NULL,
  version TEXT NOT NULL, cwd TEXT NOT NULL,
  models TEXT NOT NULL, turns INTEGER NOT NULL, steps INTEGER NOT NULL, errors INTEGER NOT NULL,
  failures INTEGER NOT NULL, interrupted INTEGER NOT NULL,
  input INTEGER, cached INTEGER NOT NULL, output INTEGER,
  started_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, outcome TEXT NOT NULL, head BLOB NOT NULL,
  head_number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE threads(session TEXT, thread TEXT, PRIMARY KEY(session, thread)) WITHOUT ROWID;
CREATE TABLE books(book TEXT PRIMARY KEY, run TEXT NOT NULL, started_ms INTEGER NOT NULL, closed_ms INTEGER NOT NULL,
  certain INTEGER NOT NULL, refused_ca TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE fates(book TEXT, session BLOB, fate INTEGER, n INTEGER NOT NULL,
  PRIMARY KEY(book, session, fate)) WITHOUT ROWID;
CREATE TABLE notes(note BLOB PRIMARY KEY, target BLOB NOT NULL, step INTEGER NOT NULL, time_ms INTEGER NOT NULL,
  author TEXT NOT NULL, text TEXT NOT NULL, tags TEXT NOT NULL, ref TEXT NOT NULL, replaces BLOB) WITHOUT ROWID;
CREATE INDEX notes_target ON notes(target);
CREATE INDEX notes_ref ON notes(ref) WHERE ref <> '';
CREATE INDEX notes_replaces ON notes(replaces) WHERE replaces IS NOT NULL;
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""


class Place(NamedTuple):
    """Where an object lies: its pack, its record number there, and its kind."""

    pack: str
    number: int
    kind: str


class Index:
    """The index file, or one in memory (no path). Readers query ``db``; `store.catchup` and the writer put rows in."""

    def __init__(self, path: Path | None, archive_id: str) -> None:
        self.db = derived.open_file(path, _SCHEMA, f"{SCHEMA_VERSION}.{KEYS_VERSION} {archive_id}")
        self._last_pack = ("", 0)  # the pack that blocks were added to last, and its number

    def close(self) -> None:
        """Give the file back; idempotent."""
        self.db.close()

    def clear(self) -> None:
        """Forget everything."""
        self.db.execute("BEGIN IMMEDIATE")
        for (table,) in self.db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'meta'"
        ).fetchall():
            self.db.execute(f"DELETE FROM {table}")
        self.db.execute("COMMIT")

    def locate(self, object_id: bytes) -> Place | None:
        """Where an object lies, or `None`. Of several copies the one that `deck gc` made last."""
        row = self.db.execute(
            "SELECT p.name, o.place, o.kind FROM objects o JOIN packs p ON p.id = o.pack WHERE o.id = ?"
            " ORDER BY p.name DESC LIMIT 1",
            (object_id,),
        ).fetchone()
        return None if row is None else Place(*row)

    def lost_turns(self) -> int:
        """How many turns journals commit that could not be taken in: where they lay is damaged or gone."""
        (count,) = self.db.execute(
            "SELECT count(DISTINCT object) FROM records WHERE type IN (?, ?) AND object NOT IN (SELECT id FROM turns)",
            tuple(map(int, COMMITS)),
        ).fetchone()
        return int(count)

    def committed_ms(self, turn: bytes) -> int:
        """When a turn was committed, by the first record that did; one that was lost may have been kept once more."""
        (time_ms,) = self.db.execute(
            "SELECT time_ms FROM records WHERE object = ? AND type IN (?, ?) ORDER BY journal, position LIMIT 1",
            (turn, *map(int, COMMITS)),
        ).fetchone()
        return int(time_ms)

    def reusable(self, ids: Sequence[bytes], own_pack: str) -> set[bytes]:
        """Those of at most 30 objects of which a writer may refer to a stored copy: in its own pack or a sealed one."""
        rows = self.db.execute(
            f"SELECT o.id FROM objects o JOIN packs p ON p.id = o.pack WHERE o.id IN ({_MARKS[len(ids)]})"
            " AND (p.sealed OR p.name = ?)",
            (*ids, own_pack),
        )
        return {row[0] for row in rows.fetchall()}

    def block_of(self, pack: str, number: int) -> Block | None:
        """The block that holds record ``number`` of a pack."""
        row = self.db.execute(
            "SELECT b.offset, b.length, b.first, b.frame, b.frame_first FROM blocks b JOIN packs p ON p.id = b.pack"
            " WHERE p.name = ? AND b.first <= ? ORDER BY b.first DESC LIMIT 1",
            (pack, number),
        ).fetchone()
        return None if row is None else Block(*row)

    def ids_between(self, pack: str, first: int, stop: int) -> list[bytes]:
        """Ids of records ``first`` to ``stop`` (excluded) of a pack, in order; fewer where the index is behind."""
        rows = self.db.execute(
            "SELECT o.id FROM objects o JOIN packs p ON p.id = o.pack"
            " WHERE p.name = ? AND o.place >= ? AND o.place < ? ORDER BY o.place",
            (pack, first, stop),
        )
        return [bytes(row[0]) for row in rows]

    def with_prefix(self, prefix: str, limit: int = 32) -> list[tuple[str, str]]:
        """Up to ``limit`` (hex id, kind) of objects whose id starts with ``prefix``."""
        low = bytes.fromhex(prefix.ljust(64, "0"))
        high = bytes.fromhex(prefix.ljust(64, "f"))
        rows = self.db.execute(
            "SELECT DISTINCT id, kind FROM objects WHERE id BETWEEN ? AND ? LIMIT ?", (low, high, limit)
        )
        return [(bytes(row[0]).hex(), row[1]) for row in rows]

    def add_block(self, pack: str, block: Block, objects: Iterable[tuple[bytes, str]]) -> None:
        """Note a block of a pack and its objects, (id, kind) in their order."""
        known = list(objects)
        scanned = (block.offset + block.length, block.first + len(known))
        update = "UPDATE packs SET scanned = ?, records = ? WHERE id = ? AND name = ?"
        last, number = self._last_pack
        if last != pack or not self.db.execute(update, (*scanned, number, pack)).rowcount:  # others may have cleared it
            number = self.add_pack(pack)
            self._last_pack = (pack, number)
            self.db.execute(update, (*scanned, number, pack))
        self.db.execute(
            "INSERT OR IGNORE INTO blocks VALUES(?, ?, ?, ?, ?, ?)",
            (number, block.first, block.offset, block.length, block.frame, block.frame_first),
        )
        rows = [(number, block.first + n, object_id, kind) for n, (object_id, kind) in enumerate(known)]
        self._insert_objects(rows)

    def _insert_objects(self, rows: Sequence[tuple[int, int, bytes, str]]) -> None:
        """Insert rows, a few at a time: a statement for each of ten costs a quarter more (49 µs for 39)."""
        for start in range(0, len(rows), _OBJECTS_AT_ONCE):
            some = rows[start : start + _OBJECTS_AT_ONCE]
            marks = ",".join(("(?, ?, ?, ?)",) * len(some))
            self.db.execute(f"INSERT OR IGNORE INTO objects VALUES{marks}", [value for row in some for value in row])

    def add_pack(self, pack: str) -> int:
        """The number of a pack, given when it is first seen. What gc wrote is sealed from the start."""
        row = self.db.execute("SELECT id FROM packs WHERE name = ?", (pack,)).fetchone()
        if row is not None:
            return int(row[0])
        sealed = pack.startswith(REPACKED) or self.is_closed(pack)
        added = self.db.execute("INSERT INTO packs(name, sealed, scanned) VALUES(?, ?, 0)", (pack, sealed))
        return int(added.lastrowid or 0)

    def is_closed(self, writer: str) -> bool:
        """Whether a writer's journal ends with a seal: nothing follows in its files."""
        last = "SELECT type FROM records WHERE journal = ? ORDER BY position DESC LIMIT 1"
        row = self.db.execute(last, (writer,)).fetchone()
        return row is not None and row[0] == Type.SEAL

    def forget_pack(self, pack: str) -> Iterator[int]:
        """Drop what is known of a pack that is gone, in steps of so many records. May be begun again."""
        row = self.db.execute("SELECT id, records FROM packs WHERE name = ?", (pack,)).fetchone()
        if row is None:
            return
        number, records = row
        for first in range(0, records, _FORGOTTEN_AT_ONCE):
            bounds = (number, first, first + _FORGOTTEN_AT_ONCE)
            self.db.execute("DELETE FROM objects WHERE pack = ? AND place >= ? AND place < ?", bounds)
            self.db.execute("DELETE FROM blocks WHERE pack = ? AND first >= ? AND first < ?", bounds)
            yield _FORGOTTEN_AT_ONCE
        self.db.execute("DELETE FROM packs WHERE id = ?", (number,))

    def key_of(self, message: bytes) -> bytes | None:
        """The link key of a message, as far as it was derived."""
        row = self.db.execute("SELECT key FROM keys WHERE message = ?", (message,)).fetchone()
        return None if row is None else bytes(row[0])

    def answer_key_of(self, response: str) -> bytes | None:
        """The link key after the answer that the provider gave this id, if one is known."""
        row = self.db.execute(
            "SELECT answer_key FROM turns WHERE response = ? ORDER BY number DESC LIMIT 1", (response,)
        ).fetchone()
        return None if row is None or row[0] is None else bytes(row[0])

    def insert(self, table: str, row: Sequence[object]) -> None:
        """Insert one row; an equal key is left as it is. ``table`` is one of the schema's names."""
        self.put(f"INSERT OR IGNORE INTO {table} VALUES({_MARKS[len(row)]})", row)

    def insert_all(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        """The same for rows of one length."""
        if not rows:
            return
        statement = f"INSERT OR IGNORE INTO {table} VALUES({_MARKS[len(rows[0])]})"
        try:
            self.db.executemany(statement, rows)
        except (UnicodeEncodeError, OverflowError):
            self.db.executemany(statement, [[_storable(value) for value in row] for row in rows])

    def put(self, statement: str, row: Sequence[object]) -> sqlite3.Cursor:
        """Execute ``statement`` with a row of captured values, made to fit where SQLite cannot take them."""
        try:
            return self.db.execute(statement, row)
        except (UnicodeEncodeError, OverflowError):
            return self.db.execute(statement, tuple(_storable(value) for value in row))


_MARKS: Final = tuple(",".join("?" * count) for count in range(32))


def _storable(value: object) -> object:
    """A value as SQLite can take it: no lone surrogates in text, no integers over 64 bit."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return (1 << 63) - 1 if value > 0 else -(1 << 63)
    return value

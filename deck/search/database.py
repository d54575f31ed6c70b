"""The search index: a SQLite file of its own beside the archive's index, with words and filters of every passage.

Passages are numbered in the order of the archive, and their words lie in one FTS5 table for every 32,768 of them: the
newest ones are asked first, so what a query costs before its first result depends on a table, not on the archive. The
tables keep no text. What a passage can be filtered by (its session, tool, role, …) are words of it too, in a column of
their own, so that a filter narrows a search like any other word.

Everything is derived: the file may be deleted at any time, and where none can be written a temporary one stands in.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from deck.search.passages import Place
from store import derived

FILE: Final = "search.sqlite"
SCHEMA_VERSION: Final = 1  # also raised where `deck.search.passages` gives other passages, or other text
TOKENS: Final = "unicode61"
HOUR_MS: Final = 3_600_000
_SHARD_BITS: Final = 15
_SCHEMA: Final = """
CREATE TABLE journals(name TEXT PRIMARY KEY, size INTEGER NOT NULL, chain BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE turns(number INTEGER PRIMARY KEY, id BLOB NOT NULL);
CREATE TABLE passages(number INTEGER PRIMARY KEY, turn INTEGER NOT NULL, step INTEGER NOT NULL, other INTEGER NOT NULL);
CREATE TABLE known(text INTEGER PRIMARY KEY);
CREATE TABLE names(number INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE(kind, name));
CREATE TABLE hours(hour INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL);
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""


class Mark(NamedTuple):
    """How far a journal was taken in: so many bytes, and the chain value at their end."""

    size: int
    chain: bytes


class Entry(NamedTuple):
    """A passage to be taken in. ``known`` names its text, so that it is taken in once; None where it has no name."""

    place: Place
    text: str
    names: tuple[tuple[str, str], ...]  # (kind, name) of all that it can be filtered by
    known: int | None


class TurnEntry(NamedTuple):
    """A turn to be taken in."""

    id: bytes
    started_ms: int
    passages: Sequence[Entry]


class Found(NamedTuple):
    """A passage that fits: its number, its turn (64 hex digits) and its place in the turn."""

    number: int
    turn: str
    place: Place


class Database:
    """The search index in a file, or a temporary one."""

    def __init__(self, path: Path | None, archive_id: str) -> None:
        """Open or make it; ``path`` None means a temporary one."""
        self.db = derived.open_file(path, _SCHEMA, f"{SCHEMA_VERSION} {archive_id}", otherwise="")
        self._numbers: dict[tuple[str, str], int] = {}  # of names, as far as no other process changed the file
        ((_number, _name, self._file),) = self.db.execute("PRAGMA database_list")

    @property
    def is_kept(self) -> bool:
        """Whether it stays when it is closed."""
        return bool(self._file)

    def close(self) -> None:
        """Give the file back; idempotent."""
        self.db.close()

    def remove(self) -> None:
        """Close it and remove its file; whoever opens it next makes it again."""
        self.db.close()
        if self._file:
            derived.remove(Path(self._file))

    def changes(self) -> int:
        """A number that another process's commit changes."""
        return int(self.db.execute("PRAGMA data_version").fetchone()[0])

    def marks(self) -> dict[str, Mark]:
        """How far each journal was taken in."""
        return {
            name: Mark(size, chain) for name, size, chain in self.db.execute("SELECT name, size, chain FROM journals")
        }

    def clear(self) -> None:
        """Forget everything."""
        virtual = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'"
        with self._writing():
            for (table,) in self.db.execute(virtual).fetchall():
                self.db.execute(f"DROP TABLE {table}")
            for table in ("journals", "turns", "passages", "known", "names", "hours"):
                self.db.execute(f"DELETE FROM {table}")
        self._numbers.clear()

    def add(self, turns: Sequence[TurnEntry], marks: Mapping[str, Mark], changes: int) -> bool:
        """Take in turns, and note how far journals were read by that; false where another process was faster.

        ``changes`` is what `changes` said before the turns were chosen.
        """
        with self._writing():
            is_first = self.changes() == changes
            if is_first:
                for turn in turns:
                    self._add_turn(turn)
                read = [(name, *mark) for name, mark in marks.items()]
                self.db.executemany("INSERT OR REPLACE INTO journals VALUES(?, ?, ?)", read)
        if not is_first:
            self._numbers.clear()
        return is_first

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction. Where something fails nothing in it was done, and nothing is known of the file any more."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException:
            self._numbers.clear()
            derived.roll_back(self.db)
            raise

    def _add_turn(self, turn: TurnEntry) -> None:
        new = [passage for passage in turn.passages if self._is_new(passage.known)]
        if not new:
            return
        number = self.db.execute("INSERT INTO turns(id) VALUES(?)", (turn.id,)).lastrowid
        first = self._count()
        places = [(at, number, *passage.place) for at, passage in enumerate(new, first)]
        self.db.executemany("INSERT INTO passages VALUES(?, ?, ?, ?)", places)
        for shard, own in groupby(enumerate(new, first), lambda numbered: numbered[0] >> _SHARD_BITS):
            self._add_words(shard, list(own))
        self.db.execute(
            "INSERT INTO hours VALUES(?, ?, ?)"
            " ON CONFLICT(hour) DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last)",
            (turn.started_ms // HOUR_MS, first, first + len(new) - 1),
        )

    def _is_new(self, known: int | None) -> bool:
        return known is None or bool(self.db.execute("INSERT OR IGNORE INTO known VALUES(?)", (known,)).rowcount)

    def _add_words(self, shard: int, numbered: Sequence[tuple[int, Entry]]) -> None:
        """Take in the words of numbered passages of one table, which the first passage of a table makes."""
        if numbered[0][0] == shard << _SHARD_BITS:
            if shard:  # nothing more comes into the one before
                self.db.execute(f"INSERT INTO words_{shard - 1}(words_{shard - 1}) VALUES('optimize')")
            self.db.execute(
                f"CREATE VIRTUAL TABLE words_{shard}"
                f" USING fts5(text, facets, content='', columnsize=0, tokenize='{TOKENS}')"
            )
        self.db.executemany(
            f"INSERT INTO words_{shard}(rowid, text, facets) VALUES(?, ?, ?)",
            [
                (at, passage.text, " ".join(f"n{self._number(kind, name)}" for kind, name in passage.names))
                for at, passage in numbered
            ],
        )

    def _count(self) -> int:
        """How many passages there are."""
        last = self.db.execute("SELECT max(number) FROM passages").fetchone()[0]
        return 0 if last is None else int(last) + 1

    def _number(self, kind: str, name: str) -> int:
        """The number of a name, given when it is first seen."""
        known = self._numbers.get((kind, name))
        if known is not None:
            return known
        self.db.execute("INSERT OR IGNORE INTO names(kind, name) VALUES(?, ?)", (kind, name))
        row = self.db.execute("SELECT number FROM names WHERE kind = ? AND name = ?", (kind, name)).fetchone()
        number = self._numbers[kind, name] = int(row[0])
        return number

    def names(self, kind: str) -> Iterator[tuple[str, str]]:
        """(word in the index, name) of everything of a kind that passages can be filtered by."""
        for number, name in self.db.execute("SELECT number, name FROM names WHERE kind = ?", (kind,)):
            yield f"n{number}", name

    def between(self, since_ms: int | None, until_ms: int | None) -> tuple[int, int]:
        """Numbers of the first and the last passage that can be of turns begun in this time, to the hour."""
        low = -(1 << 62) if since_ms is None else since_ms // HOUR_MS
        high = 1 << 62 if until_ms is None else until_ms // HOUR_MS
        first, last = self.db.execute(
            "SELECT min(first), max(last) FROM hours WHERE hour BETWEEN ? AND ?", (low, high)
        ).fetchone()
        return (0, -1) if first is None else (first, last)

    def newest(self, expression: str, first: int, last: int) -> Iterator[Found]:
        """Passages numbered ``first`` to ``last`` that fit an FTS5 expression (all for none), the last one first."""
        if not expression:
            yield from self._places("passages p", "p.number BETWEEN ? AND ? ORDER BY p.number DESC", (first, last))
            return
        for shard in range(last >> _SHARD_BITS, (first >> _SHARD_BITS) - 1, -1):
            words = f"words_{shard}"
            fits = f"{words} MATCH ? AND {words}.rowid BETWEEN ? AND ? ORDER BY {words}.rowid DESC"
            yield from self._places(
                f"{words} JOIN passages p ON p.number = {words}.rowid", fits, (expression, first, last)
            )

    def shards(self) -> Iterator[range]:
        """The numbers of the passages in each table of words, the newest first."""
        for shard in range((self._count() - 1) >> _SHARD_BITS, -1, -1):
            yield range(shard << _SHARD_BITS, (shard + 1) << _SHARD_BITS)

    def words(self, passages: range, like: str, most: int) -> list[str]:
        """At most so many words of the table with these passages that fit a LIKE pattern. It reads all of them."""
        table = f"words_{passages.start >> _SHARD_BITS}"
        self.db.execute(f"CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, {table}, row)")
        try:
            rows = self.db.execute("SELECT term FROM temp.vocabulary WHERE term LIKE ? LIMIT ?", (like, most))
            return [word for (word,) in rows.fetchall()]
        finally:
            self.db.execute("DROP TABLE temp.vocabulary")

    def _places(self, tables: str, where: str, values: tuple[object, ...]) -> Iterator[Found]:
        rows = self.db.execute(
            f"SELECT p.number, t.id, p.step, p.other FROM {tables} JOIN turns t ON t.number = p.turn WHERE {where}",
            values,
        )
        for number, turn, step, other in rows:
            yield Found(number, turn.hex(), Place(step, other))

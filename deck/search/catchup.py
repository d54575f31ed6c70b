"""Letting the search index catch up with the archive, after any number of turns or from nothing.

What is new is what stands in the journals behind the place to which they were taken in. A place is known again by the
journal's chain value there; where that differs (a power cut or a repair took something back) all is made again. Turns
are read in batches outside of any transaction, and a batch counts only if nobody else took one in meanwhile, so any
number of processes may do this at once, beside a capture.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from blake3 import blake3

from deck.search.database import Database, Entry, Mark, TurnEntry
from deck.search.passages import Passage, Passages
from deck.search.wanted import facets, read_turn
from store.archive import Archive
from store.errors import Damaged
from store.journal import CHAIN_BYTES, COMMITS, RECORD_BYTES

Show = Callable[[str, int, int], None]
_TURNS: Final = 64
_CHARACTERS: Final = 4 << 20  # of the texts of a batch; the last one may be longer
_COMMITS: Final = ", ".join(str(int(each)) for each in sorted(COMMITS))


class _Committed(NamedTuple):
    """A turn that stands in a journal: its number in the archive's index, and where its record ends."""

    number: int
    id: bytes
    journal: str
    end: int


class _Batch(NamedTuple):
    turns: Sequence[TurnEntry]
    marks: dict[str, Mark]
    last: int  # number of the last turn


def catch_up(
    archive: Archive, passages: Passages, database: Database, show: Show, go_on: Callable[[], bool] = lambda: True
) -> bool:
    """Take in what the search index lacks; ``show(what, done, of)`` tells how far it is.

    Stops between two batches where ``go_on`` says no; whether all is taken in.
    """
    while not _caught_up(archive, passages, database, show, go_on):
        if not go_on():
            return False
    return True


def first_unknown(archive: Archive, database: Database) -> int:
    """The number (in the archive's index) of the first turn that the search index may lack; beyond all for none."""
    marks, journals = database.marks(), _journals(archive)
    if not all(_goes_on(archive, name, mark, journals.get(name)) for name, mark in marks.items()):
        return 0
    return _span(archive, {name: mark for name, mark in journals.items() if mark != marks.get(name)}, marks)[0]


def _journals(archive: Archive) -> dict[str, Mark]:
    return {
        name: Mark(size, bytes(chain))
        for name, size, chain in archive.index.db.execute("SELECT name, size, chain FROM journals")
    }


def _caught_up(archive: Archive, passages: Passages, database: Database, show: Show, go_on: Callable[[], bool]) -> bool:
    """Take in as much as can be; false where another process came between, so that one has to look again."""
    changes, marks, journals = database.changes(), database.marks(), _journals(archive)
    if not all(_goes_on(archive, name, mark, journals.get(name)) for name, mark in marks.items()):
        database.clear()
        return False
    behind = {name: mark for name, mark in journals.items() if mark != marks.get(name)}
    if not behind:
        return True
    next_number, last = _span(archive, behind, marks)
    first = next_number
    while batch := _next_batch(archive, passages, marks, next_number):
        if not database.add(batch.turns, batch.marks, changes):
            return False
        marks |= batch.marks
        next_number = batch.last + 1
        show("indexing turn", next_number - first, last - first + 1)
        if not go_on():
            return False
    return database.add((), behind, changes)


def _goes_on(archive: Archive, name: str, taken: Mark, now: Mark | None) -> bool:
    """Whether a journal is what was taken in of it, with nothing or more behind."""
    if now is None or now.size < taken.size:
        return False
    return now == taken or (now.size > taken.size and _chain_at(archive, name, taken.size) == taken.chain)


def _chain_at(archive: Archive, name: str, end: int) -> bytes:
    return archive.files.read_at(archive.journals / f"{name}.log", end - CHAIN_BYTES, CHAIN_BYTES)


def _span(archive: Archive, behind: dict[str, Mark], marks: dict[str, Mark]) -> tuple[int, int]:
    """Numbers of the first turn that can be new and of the last one there is."""
    query = (
        "SELECT t.number FROM records r JOIN turns t ON t.id = r.object"
        f" WHERE r.journal = ? AND r.position >= ? AND r.type IN ({_COMMITS}) ORDER BY r.position LIMIT 1"
    )
    db = archive.index.db
    starts = [db.execute(query, (name, marks[name].size if name in marks else 0)).fetchone() for name in behind]
    last = db.execute("SELECT max(number) FROM turns").fetchone()[0] or 0
    return min((start[0] for start in starts if start), default=last + 1), last


def _next_batch(archive: Archive, passages: Passages, marks: dict[str, Mark], first: int) -> _Batch | None:
    """The next turns that no batch had, from a number on."""
    entries: list[TurnEntry] = []
    ends: dict[str, int] = {}
    last = room = 0
    for turn in _committed(archive, first):
        last = turn.number
        if turn.journal in marks and turn.end <= marks[turn.journal].size:
            continue
        ends[turn.journal] = turn.end
        entry = _entry(archive, passages, turn.id)
        entries.append(entry)
        room += sum(len(passage.text) for passage in entry.passages)
        if room > _CHARACTERS or len(entries) == _TURNS:
            break
    if not last:
        return None
    return _Batch(entries, {name: Mark(end, _chain_at(archive, name, end)) for name, end in ends.items()}, last)


def _committed(archive: Archive, first: int) -> Iterator[_Committed]:
    """The next turns in the order of the archive, as many as a batch can have."""
    rows = archive.index.db.execute(
        "SELECT t.number, t.id, r.journal, r.position FROM turns t JOIN records r ON r.object = t.id"
        f" WHERE t.number >= ? AND r.type IN ({_COMMITS}) ORDER BY t.number LIMIT ?",
        (first, _TURNS),
    ).fetchall()
    for number, id, journal, position in rows:
        yield _Committed(number, id, journal, position + RECORD_BYTES)


def _entry(archive: Archive, passages: Passages, id: bytes) -> TurnEntry:
    """A turn with all that is to be found in it; what is damaged is left out, and fsck speaks of it."""
    turn = read_turn(archive, id.hex())
    if turn is None:
        return TurnEntry(id, 0, ())
    tags: tuple[str, ...] = ()
    named: list[tuple[int | None, Passage]] = []
    with suppress(Damaged):
        tags = passages.tags(turn.id)
        named += [(_in_session(turn.session, message, each), each) for message, each in passages.said_first(turn.id)]
        named += [(_hash(each.text.encode()), each) for each in passages.system(turn.id)]
    entries = [Entry(each.place, each.text, facets(turn, tags, each), known) for known, each in named if each.text]
    return TurnEntry(id, turn.started_ms, entries)


def _in_session(session: str, message: bytes | None, passage: Passage) -> int | None:
    """A name for a text of a message, the same in every turn of a session that sends it."""
    return None if message is None else _hash(b"\0".join((message, session.encode(), passage.text.encode())))


def _hash(name: bytes) -> int:
    return int.from_bytes(blake3(name).digest(8), "little", signed=True)

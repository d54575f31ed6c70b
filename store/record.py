"""The one way in: an exchange becomes a turn.

    clean, split, read -> known already? -> link -> commit -> index

`Recorder.record` is the same for the proxy, the importers and the Python API. The turn is durable when it returns.
The same exchange recorded twice gives the same turn. The index is only asked and told: where that fails, the turn is
kept all the same, without parents if need be, and the index catches up before the next one.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any, Self, TypeVar

from store import catchup, corrections, derive
from store.adopt import adopt
from store.archive import Archive
from store.canonical import dumps
from store.clean import Cleaner
from store.derive import TurnReading
from store.derived import roll_back
from store.describe import describe, place
from store.exchange import Exchange
from store.incoming import Incoming, Intake
from store.index import Index
from store.journal import RECORD_BYTES, Type
from store.link import Linker
from store.link_keys import ChainKeys, Keys
from store.link_turns import Speaker
from store.link_values import Asked, Link
from store.masking import config
from store.reserve import Reserve, is_full
from store.seen import Conversations
from store.staging import stage
from store.turn import exchange_key
from store.unwritable import writing
from store.wire import blocks_in
from store.writer import Committed, Writer

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Recorded:
    """The turn an exchange became, and its session; ``known`` where it was there already."""

    turn: bytes
    known: bool
    session: str


class Recorder:
    """Records exchanges into an archive with a writer of its own. Use it from one thread."""

    def __init__(self, archive: Archive, seen: Conversations | None = None, cleaner: Cleaner | None = None) -> None:
        """``seen`` is where the conversations that are kept are remembered; ``cleaner`` masks as the archive does.

        Without it the archive's configuration is read, which no variables belong to then. Raises `StoreError` where
        that cannot be understood.
        """
        cleaner = cleaner or Cleaner(archive.key, config.load(archive.path, archive.key, {}))
        adopt(archive)
        self._archive = archive
        self._writer = Writer(archive)
        self._cleaner = cleaner
        self._intake = Intake(self._cleaner, seen or Conversations())
        self._keys = Keys(archive.index)
        self._linker = Linker(archive)
        self._index_is_behind = False
        self._reserve = Reserve(archive.files, archive.path / "spool")
        self._reserve.take()
        archive.index.db.execute("PRAGMA cache_size = -256")  # KiB: a recorder lives in somebody else's process

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Seal what was written and give the locks back; idempotent."""
        self._reserve.release()
        self._writer.close()
        with contextlib.suppress(sqlite3.Error):  # the next who opens the archive catches up
            self._archive.refresh()

    def record(self, exchange: Exchange, durable: Callable[[], object] = lambda: None) -> Recorded:
        """Keep an exchange. Raises `OSError` where it could not be made durable, `TooLarge` where it never can be.

        Nothing is half kept then. ``durable`` is called when the turn is on stable storage, before the index is told.
        """
        incoming = self._intake.prepare(exchange)
        return self._despite_index(lambda: self._record(incoming, durable))

    def _record(self, incoming: Incoming, durable: Callable[[], object]) -> Recorded:
        turn = describe(incoming)
        key = exchange_key(turn)
        with self._transaction() as db:
            row = db.execute("SELECT id, session FROM turns WHERE exchange = ?", (key,)).fetchone()
            if row:
                db.execute("ROLLBACK")
                return Recorded(bytes(row[0]), True, row[1])
            self._writer.begin()
            turn_id, reading = self._stage_turn(incoming, turn)
            committed = self._writer.commit(Type.COMMIT, turn_id)
        durable()

        def tell() -> None:
            first_ms = self._archive.index.committed_ms(turn_id)
            derive.add_turn(self._archive, turn_id, turn, key, first_ms, reading)

        self._tell(committed, tell)
        if "recovered" in incoming.exchange.notes:
            self._despite_index(lambda: self._mark(Type.RECOVERED, turn_id))
        self._reserve.take()
        self._intake.remember(incoming)
        return Recorded(turn_id, False, turn["session"])

    def put_run(self, payload: dict[str, Any]) -> bytes:
        """Keep a run object; its id goes into the turns of that run."""
        return self._put("run", Type.RUN, dumps(payload))

    def put_note(self, payload: bytes) -> bytes:
        """Keep a note object (`store.notes`); its id."""
        return self._put("note", Type.NOTE, payload)

    def take_over(self, type_: Type, wanted: bytes, stage: Callable[[Writer], None]) -> None:
        """Put a record of another archive on record here; ``stage`` stages what it needs and this one lacks.

        Raises `OSError`. `store.receive` sees to it that everything is what it says.
        """
        self._despite_index(lambda: self._take_over(type_, wanted, stage))

    def _take_over(self, type_: Type, wanted: bytes, stage: Callable[[Writer], None]) -> None:
        with self._committing():
            stage(self._writer)
            committed = self._writer.commit(type_, wanted)
        self._tell(committed, lambda: catchup.take_in_object(self._archive, committed.record, self._keys))

    def gap(self, reason: str, detail: dict[str, Any]) -> None:
        """Put on record that something could not be kept. ``detail`` is plain JSON without captured text.

        Raises `OSError`. A full disk has room for it: the reserve, which is made again when a turn has room.
        """
        if isinstance(url := detail.get("url"), str):
            detail = detail | {"url": self._cleaner.url(url)}
        payload = dumps({"reason": reason, **detail})
        try:
            self._put("blob", Type.GAP, payload)
        except OSError as error:
            if not (is_full(error) and self._reserve.release()):
                raise
            self._put("blob", Type.GAP, payload)

    def close_book(self, payload: bytes) -> None:
        """Put the sums of a book on record (`store.ledger`). Raises `OSError`."""
        self._put("blob", Type.CHECKPOINT, payload)

    def correct(self, links: list[corrections.Correction]) -> None:
        """Put corrections of edges on record (`store.corrections`). Raises `OSError`."""
        for payload in corrections.payloads(links):
            self._put("blob", Type.LINK, payload)

    def _despite_index(self, work: Callable[[], _T]) -> _T:
        """Do ``work``, which may ask the index; where that fails, once more with one that knows nothing.

        What was stored before is stored again then, and a turn has no parents.
        """
        try:
            return work()
        except sqlite3.Error:
            archive, index, keys, linker = self._archive, self._archive.index, self._keys, self._linker
            archive.use(Index(None, archive.id.hex()))
            self._keys, self._linker, self._index_is_behind = Keys(archive.index), Linker(archive), False
            try:
                return work()
            finally:
                archive.index.close()
                archive.use(index)
                self._keys, self._linker, self._index_is_behind = keys, linker, True

    def _stage_turn(self, incoming: Incoming, turn: dict[str, Any]) -> tuple[bytes, TurnReading]:
        """Find the turn's place and stage it; its id, and what the index is to be told of it."""
        request = incoming.request
        start = self._keys.start(request.wire, request.base)
        seen = len(request.ids) - len(request.new)
        asked = _asked(incoming, self._keys.along(request.wire, request.ids, request.element, start, seen))
        link = self._linker.find(asked)
        place(turn, incoming, link)
        return stage(self._writer, turn, incoming), _reading(incoming, asked, link)

    def _put(self, kind: str, type_: Type, payload: bytes) -> bytes:
        return self._despite_index(lambda: self._put_once(kind, type_, payload))

    def _put_once(self, kind: str, type_: Type, payload: bytes) -> bytes:
        with self._committing():
            wanted = self._writer.blob(payload) if kind == "blob" else self._writer.json(kind, payload)
            committed = self._writer.commit(type_, wanted)
        taken_in = catchup.TAKEN_IN.get(type_)
        if taken_in is None:
            self._tell(committed, lambda: None)
        else:
            self._tell(committed, lambda: taken_in.put(self._archive, payload, committed.record.time_ms))
        return wanted

    def _mark(self, type_: Type, about: bytes) -> None:
        """A journal record about an object that is there."""
        with self._committing():
            committed = self._writer.commit(type_, about)
        self._tell(committed, lambda: None)

    @contextlib.contextmanager
    def _committing(self) -> Iterator[None]:
        """One commit is staged in here; the index is ready to be told of it when this ends."""
        with self._transaction():
            self._writer.begin()
            yield

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction of the index begins; it is left open, but for when something fails in here."""
        if self._writer.is_full:
            self._writer.close()
            self._index_is_behind = True  # what was sealed can be referred to once the index knows of the seal
        if self._index_is_behind:
            self._archive.refresh()
            self._index_is_behind = False
        db = self._archive.index.db
        db.execute("BEGIN IMMEDIATE")
        try:
            with writing(self._archive.path):
                yield db
        except BaseException as error:
            self._index_is_behind |= isinstance(error, OSError)  # another process may have seen what was not kept
            roll_back(db)
            raise

    def _tell(self, committed: Committed, more: Callable[[], None]) -> None:
        """Tell the index of a commit and of ``more``. Whatever fails here, what was committed is kept."""
        index, record = self._archive.index, committed.record
        try:
            if committed.block is not None:
                index.add_block(committed.writer, committed.block, committed.objects)
            position = committed.journal_size - RECORD_BYTES
            index.insert("records", (committed.writer, position, int(record.type), record.time_ms, record.object_id))
            catchup.note_journal(self._archive, committed.writer, committed.journal_size, committed.chain)
            more()
            index.db.execute("COMMIT")
        except sqlite3.Error:
            self._index_is_behind = True
        finally:
            if index.db.in_transaction:  # or no later commit could begin one
                self._index_is_behind = True
                index.db.execute("ROLLBACK")


def _asked(incoming: Incoming, along: ChainKeys) -> Asked:
    request, exchange = incoming.request, incoming.exchange
    who, wire, contents = request.who, request.wire, request.contents
    speaker = Speaker(who.session, who.thread, who.role, exchange.run, who.client, exchange.started_ms)
    blocks = cache(lambda place: blocks_in(wire, request.element(place)))
    return Asked(wire, speaker, along, contents.__getitem__, blocks, request.base)


def _reading(incoming: Incoming, asked: Asked, link: Link) -> TurnReading:
    """What the wire module sees in the turn, with the link keys around its answer."""
    ids = incoming.request.ids
    new = [(ids[n], asked.blocks(n)) for n in range(link.known, len(ids))]
    key = derive.whole_key(asked.wire, asked.keys)
    answered = derive.answer_key(asked.wire, key, incoming.answer)
    return TurnReading(asked.wire, tuple(new), incoming.answer, incoming.exchange.chunks, key, answered)

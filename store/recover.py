"""Exchanges that a dead recorder left in the spool become turns.

Called when a recorder starts and when `deck` opens an archive. A recovered turn carries the note ``recovered``; its
outcome is what the spool says (`interrupted` where no end was seen), and `store.record` judges it by its terminal
event. Recovering the same exchange twice gives the same turn, so a crash in here costs nothing.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

from store import books
from store.archive import Archive
from store.book import Fate
from store.clean import Cleaner
from store.exchange import Exchange, Outcome
from store.orphans import orphans
from store.record import Recorder
from store.spool_exchange import Spooled, rebuild
from store.turn import parse

NOTE = "recovered"


def recover(archive: Archive, recorder: Recorder | None = None) -> int:
    """Record every orphan of the archive's spool; the number of turns.

    With ``recorder`` its writer is used (it must belong to this archive), else one is opened when there is something
    to record. An exchange that cannot be recorded stays in the spool and does not keep the others from theirs: the
    first error is raised at the end.
    """
    own: Recorder | None = None
    failure: Exception | None = None
    recovered = 0

    def recording() -> Recorder:
        nonlocal own, recorder
        if recorder is None:
            recorder = own = Recorder(archive)
        return recorder

    def close_book(folder: Path) -> None:
        nonlocal failure
        try:
            books.close_dead(folder, archive.files, lambda blob: recording().close_book(blob))
        except Exception as error:  # noqa: BLE001  it stays, and whoever opens the archive next tries again
            failure = failure or error

    try:
        for orphan in orphans(archive.path, archive.files, close_book):
            try:
                spooled = rebuild(orphan.data, partial(archive.get_kind, kind="blob"))
                if spooled is not None:
                    recovered += _recover(archive, recording(), orphan.folder, spooled)
                orphan.dispose()
            except Exception as error:  # noqa: BLE001  whatever one exchange does to the store, the next may do fine
                failure = failure or error
    finally:
        if own is not None:
            own.close()
    if failure is not None:
        raise failure
    return recovered


def _recover(archive: Archive, recorder: Recorder, folder: Path, spooled: Spooled) -> bool:
    """Make a turn of an orphan and tell the book of its process; false where a turn holds it all already.

    Where that turn stands in no book it is the exchange's own: its recorder died between the commit and the entry.
    """
    exchange = spooled.exchange
    session = _kept_in(archive, exchange)
    is_kept = is_known = session is not None
    if session is None:
        recorded = recorder.record(replace(exchange, notes=(*exchange.notes, NOTE)))
        session, is_known = recorded.session, recorded.known
    fate = Fate.TRUNCATED if exchange.outcome is Outcome.TRUNCATED else Fate.STORED
    if is_known and not books.read(archive).lacks(session):
        fate = Fate.KNOWN
    books.settle(folder, archive.files, spooled.number, fate, session)
    return not is_kept


def _kept_in(archive: Archive, exchange: Exchange) -> str | None:
    """The session of a turn that holds all of this exchange, and perhaps more of it; None where there is none.

    A power cut can bring the spool file of a committed turn back, without its end: nobody waits until it is gone.
    """
    rows = archive.index.db.execute(
        "SELECT id, session FROM turns WHERE started_ms = ?", (exchange.started_ms,)
    ).fetchall()
    if not rows:
        return None
    found, _cleaned = Cleaner(archive.key).exchange(exchange)
    for turn_id, session in rows:
        turn = parse(archive.get_kind(bytes(turn_id), "turn"))
        whole, answered = (_body(archive, turn[side]["body"]) for side in ("request", "response"))
        same = (turn["http"]["method"], turn["http"]["url"]) == (exchange.method, found.url)
        if same and whole.startswith(found.request_body) and answered.startswith(found.response_body):
            return str(session)
    return None


def _body(archive: Archive, name: str) -> bytes:
    return archive.get_kind(bytes.fromhex(name), "blob") if name else b""

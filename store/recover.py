"""Exchanges that a dead recorder left in the spool become turns.

Called when a recorder starts and when `deck` opens an archive. A recovered turn carries the note ``recovered``; its
outcome is what the spool says (`interrupted` where no end was seen), and `store.record` judges it by its terminal
event. Recovering the same exchange twice gives the same turn, so a crash in here costs nothing.
"""

import sqlite3
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NoReturn

from store import books
from store.archive import Archive
from store.book import Fate, session_in
from store.clean import Cleaner
from store.errors import Damaged, NotRecovered, TooLarge
from store.exchange import Exchange, Outcome
from store.headers import blob as headers_blob
from store.ids import object_id
from store.loss import detail, words
from store.orphans import Orphan, orphans
from store.quarantine import set_aside
from store.record import Recorder
from store.spool_exchange import Spooled, rebuild
from store.turn import parse

NOTE = "recovered"


def recover(archive: Archive, recorder: Recorder | None = None) -> int:
    """Record every orphan of the archive's spool; the number of turns.

    With ``recorder`` its writer is used (it must belong to this archive), else one is opened when there is something
    to record. An exchange that cannot be recorded stays in the spool and does not keep the others from theirs. At the
    end `OSError` or `sqlite3.Error` is raised where the system failed, else `NotRecovered` for what waits.
    """
    own: Recorder | None = None
    failures: dict[Path, Exception] = {}  # by the file or folder that stays
    recovered = 0

    def recording() -> Recorder:
        nonlocal own, recorder
        if recorder is None:
            recorder = own = Recorder(archive)
        return recorder

    def close_book(folder: Path) -> None:
        try:
            books.close_dead(folder, archive.files, lambda blob: recording().close_book(blob))
        except Exception as error:  # noqa: BLE001  it stays, and whoever opens the archive next tries again
            failures[folder] = error

    try:
        for orphan in orphans(archive.path, archive.files, close_book):
            try:
                spooled = rebuild(orphan.data, partial(archive.get_kind, kind="blob"))
                if spooled is not None:
                    recovered += _recover(archive, recording(), orphan, spooled)
                orphan.dispose()
            except Exception as error:  # noqa: BLE001  whatever one exchange does to the store, the next may do fine
                failures[orphan.path] = error
    finally:
        if own is not None:
            own.close()
    if failures:
        _fail(failures, archive.path)
    return recovered


def _fail(failures: dict[Path, Exception], archive: Path) -> NoReturn:
    """Raise what `recover` says of what failed; a system that failed comes first: what it kept may do fine later."""
    for error in failures.values():
        if isinstance(error, OSError | sqlite3.Error):
            raise error
    path, first = next(iter(failures.items()))
    more = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
    what = f"what a dead recorder left in {path.relative_to(archive)}{more} cannot be kept"
    raise NotRecovered(f"{what}: {str(first) or type(first).__name__}") from first


def _recover(archive: Archive, recorder: Recorder, orphan: Orphan, spooled: Spooled) -> bool:
    """Make a turn of an orphan and tell the book of its process; false where a turn holds it all already.

    Where that turn stands in no book it is the exchange's own: its recorder died between the commit and the entry.
    """
    exchange, folder = spooled.exchange, orphan.path.parent
    session = _kept_in(archive, exchange)
    is_kept = is_known = session is not None
    if session is None:
        try:
            recorded = recorder.record(replace(exchange, notes=(*exchange.notes, NOTE)))
        except TooLarge as error:
            _give_up(archive, recorder, orphan, spooled, error)
            return False
        session, is_known = recorded.session, recorded.known
    fate = Fate.TRUNCATED if exchange.outcome is Outcome.TRUNCATED else Fate.STORED
    if is_known and not books.read(archive).lacks(session):
        fate = Fate.KNOWN
    books.settle(folder, archive.files, spooled.number, fate, session)
    return not is_kept


def _give_up(archive: Archive, recorder: Recorder, orphan: Orphan, spooled: Spooled, error: TooLarge) -> None:
    """Set an orphan aside that no commit takes, and put its loss on record, unless its own recorder did."""
    exchange, files, folder = spooled.exchange, archive.files, orphan.path.parent
    set_aside(files, archive.path, str(orphan.path.relative_to(archive.path)), orphan.data, words(error))
    if not books.fate(folder, files, spooled.number).is_loss:
        lost = Fate.NOT_RECORDED
        recorder.gap(lost.word, detail(exchange, words(error)))
        books.settle(folder, files, spooled.number, lost, session_in(exchange.request_headers))


def _kept_in(archive: Archive, exchange: Exchange) -> str | None:
    """The session of a turn that holds all of this exchange, and perhaps more of it; None where there is none.

    A power cut can bring the spool file of a committed turn back, without its end: nobody waits until it is gone.
    (One that began in the same millisecond, with the same URL and headers, usually a length among them, and of which no
    more than its head was spooled cannot be told from that.)
    """
    rows = archive.index.db.execute(
        "SELECT id, session FROM turns WHERE started_ms = ?", (exchange.started_ms,)
    ).fetchall()
    if not rows:
        return None
    found, _cleaned = Cleaner(archive.key).exchange(exchange)
    headers = object_id("blob", headers_blob(found.request_headers)).hex()
    for turn_id, session in rows:
        try:
            turn = parse(archive.get_kind(bytes(turn_id), "turn"))
            whole, answered = (_body(archive, turn[side]["body"]) for side in ("request", "response"))
        except Damaged:  # it is no reason to let go of what may be sound
            continue
        asked = turn["http"]["method"], turn["http"]["url"], turn["request"]["headers"]
        same = asked == (exchange.method, found.url, headers)
        if same and whole.startswith(found.request_body) and answered.startswith(found.response_body):
            return str(session)
    return None


def _body(archive: Archive, name: str) -> bytes:
    return archive.get_kind(bytes.fromhex(name), "blob") if name else b""

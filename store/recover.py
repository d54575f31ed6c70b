"""Exchanges that a dead recorder left in the spool become turns.

Called when a recorder starts and when `deck` opens an archive. A recovered turn carries the note ``recovered``; its
outcome is what the spool says (`interrupted` where no end was seen), and `store.record` judges it by its terminal
event. Recovering the same exchange twice gives the same turn, so a crash in here costs nothing.
"""

from dataclasses import replace

from store.archive import Archive
from store.exchange import Exchange
from store.incoming import Intake
from store.mask import Masker
from store.record import Recorder
from store.spool import orphans
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
    try:
        for exchange, dispose in orphans(archive.path, archive.files):
            if exchange is not None:
                if recorder is None:
                    recorder = own = Recorder(archive)
                try:
                    if not _is_kept(archive, exchange):
                        recorder.record(replace(exchange, notes=(*exchange.notes, NOTE)))
                        recovered += 1
                except Exception as error:  # noqa: BLE001  whatever one exchange does to the store, the next may do fine
                    failure = failure or error
                    continue
            dispose()
    finally:
        if own is not None:
            own.close()
    if failure is not None:
        raise failure
    return recovered


def _is_kept(archive: Archive, exchange: Exchange) -> bool:
    """Whether a turn holds all of this exchange, and perhaps more of it.

    A power cut can bring the spool file of a committed turn back, without its end: nobody waits until it is gone.
    """
    rows = archive.index.db.execute("SELECT id FROM turns WHERE started_ms = ?", (exchange.started_ms,)).fetchall()
    if not rows:
        return False
    found = Intake(Masker(archive.key)).prepare(exchange)
    for (turn_id,) in rows:
        turn = parse(archive.get_kind(bytes(turn_id), "turn"))
        whole, answered = (_body(archive, turn[side]["body"]) for side in ("request", "response"))
        same = (turn["http"]["method"], turn["http"]["url"]) == (exchange.method, found.request.url)
        if same and whole.startswith(found.request.whole) and answered.startswith(found.response.body):
            return True
    return False


def _body(archive: Archive, name: str) -> bytes:
    return archive.get_kind(bytes.fromhex(name), "blob") if name else b""

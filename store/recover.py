"""Exchanges that a dead recorder left in the spool become turns.

Called when a recorder starts and when `deck` opens an archive. A recovered turn carries the note ``recovered``; its
outcome is what the spool says (`interrupted` where no end was seen), and `store.record` judges it by its terminal
event. Recovering the same exchange twice gives the same turn, so a crash in here costs nothing.
"""

from dataclasses import replace

from store.archive import Archive
from store.record import Recorder
from store.spool import orphans

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
                    recorder.record(replace(exchange, notes=(*exchange.notes, NOTE)))
                except Exception as error:  # noqa: BLE001  whatever one exchange does to the store, the next may do fine
                    failure = failure or error
                    continue
                recovered += 1
            dispose()
    finally:
        if own is not None:
            own.close()
    if failure is not None:
        raise failure
    return recovered

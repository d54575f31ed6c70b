"""The thread that owns the archive's writer: everything that can be slow or fail happens here.

It opens the archive, recovers what dead processes left in the spool, commits exchanges in the order in which they
ended, and keeps the status file. What cannot be kept becomes a gap record, as soon as the journal takes one again;
the spool file of such an exchange is left, so that the next start can still recover it. It never waits for the event
loop, and nothing it meets leaves the thread.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from addon.backlog import Backlog, Gap, Job
from addon.inflight import InFlight
from addon.report import Counts, Report
from store.archive import Archive
from store.errors import StoreError
from store.exchange import Exchange, Outcome
from store.mask import Masker
from store.record import Recorder
from store.recover import recover
from store.spool import Entry, Spool

RETRY = 1.0
_log = logging.getLogger("deck")


class Writer:
    """One archive's recorder behind a bounded queue; `trouble` says why nothing can be written, or is empty."""

    def __init__(self, archive: Path, report: Report) -> None:
        self.trouble = ""
        self._path = archive
        self._report = report
        self._backlog = Backlog()
        self._archive: Archive | None = None
        self._recorder: Recorder | None = None
        self._spool: Spool | None = None
        self._tried = 0.0
        self._unusable: StoreError | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="deck-writer", daemon=True)

    @property
    def counts(self) -> Counts:
        """The figures of the status file."""
        return self._report.counts

    def start(self) -> None:
        """Start the thread and wait until the archive is open, or cannot be opened yet.

        Raises `StoreError` for a folder that is no archive or is unsafe; a disk that fails leaves `trouble`.
        """
        self._thread.start()
        self._ready.wait()
        if self._unusable is not None:
            raise self._unusable

    def open_entry(self, head: Exchange) -> Entry | None:
        """A spool file for a new exchange; None, and `trouble`, where none can be made."""
        if self._spool is None:
            return None
        try:
            return self._spool.open(head)
        except OSError as error:
            self._troubled(error)
            return None

    def put(self, source: InFlight | Exchange, deadline: float, settled: Callable[[], object]) -> bool:
        """Queue an exchange; ``settled`` is called from the thread. False, and a gap, where there is no room."""
        if self._backlog.put(Job(source, deadline, settled)):
            return True
        self.lost("queue-full", _head(source), "")
        return False

    def lost(self, reason: str, head: Exchange | None, error: str) -> None:
        """Something could not be kept: a gap record, now or when the journal takes one again."""
        detail: dict[str, object] = {"error": error} if error else {}
        if head is not None:
            detail |= {"method": head.method, "url": _bare(head.url), "started_ms": head.started_ms}
        self._backlog.put_gap(Gap(reason, detail))
        self._report.touch()

    def touch(self) -> None:
        """The status file is to be written soon."""
        if self._report.touch():  # waking the thread for nothing costs the loop its turn at the interpreter
            self._backlog.wake()

    def stop(self, patience: float) -> None:
        """Commit what is queued and close, within ``patience`` seconds; what is left then stays in the spool."""
        self._backlog.close()
        self._thread.join(patience)
        if self._thread.is_alive():
            _log.warning("deck: the archive is still being written; what is left is recovered at the next start")

    def _run(self) -> None:
        try:
            self._open()
        finally:
            self._ready.set()
        while not self._backlog.is_drained:
            job = self._backlog.take(self._pause())
            if job is not None:
                self._commit(job)
            self._write_gaps()
            if self._report.due() == 0.0:
                self._publish()
        self._close()

    def _pause(self) -> float | None:
        waits = [self._report.due(), RETRY if self._backlog.has_gaps() else None]
        return min((wait for wait in waits if wait is not None), default=None)

    def _open(self) -> bool:
        """Open what is not open yet, at most once in `RETRY` seconds."""
        if self._recorder is not None:
            return True
        if time.monotonic() - self._tried < RETRY:
            return False
        self._tried = time.monotonic()
        try:
            self._archive = self._archive or Archive.create(self._path)
            self._spool = self._spool or Spool.create(self._path, Masker(self._archive.key))
            self._recorder = Recorder(self._archive)
        except StoreError as error:
            self._unusable = error
            self._troubled(error)
            return False
        except Exception as error:  # noqa: BLE001  an archive that cannot be opened must not take the proxy down
            self._troubled(error)
            return False
        self.trouble = ""
        self._ready.set()
        self._recover(self._archive, self._recorder)
        return True

    def _recover(self, archive: Archive, recorder: Recorder) -> None:
        try:
            self.counts.recovered += recover(archive, recorder)
        except Exception as error:  # noqa: BLE001  an old exchange that cannot be recorded must not stop new ones
            self.lost("not-recovered", None, _words(error))
            _log.warning("deck: exchanges of an earlier run could not be recovered: %s", _words(error))

    def _commit(self, job: Job) -> None:
        try:
            source = job.source
            if isinstance(source, InFlight):
                late = ("commit-late",) if time.monotonic() > job.deadline else ()
                exchange = source.exchange(late)
            else:
                exchange = source
            if not self._open() or self._recorder is None:
                self.lost("archive-unwritable", exchange, self.trouble)
                return
            recorded = self._recorder.record(exchange, job.settle)
            self.trouble = ""
            if recorded.known:
                self.counts.known += 1
            else:
                self.counts.turns += 1
            self.counts.last = recorded.turn.hex()
            self._report.touch()
            if exchange.outcome is Outcome.TRUNCATED:
                self.lost("truncated", exchange, "")
            if isinstance(source, InFlight) and source.entry is not None:
                source.entry.discard()
        except Exception as error:  # noqa: BLE001  whatever one exchange does to the store, the traffic goes on
            self._troubled(error)
            self.lost("not-recorded", _head(job.source), _words(error))
        finally:
            self._backlog.worked(job)
            if isinstance(job.source, InFlight):
                job.source.release()
            job.settle()

    def _write_gaps(self) -> None:
        while (gap := self._backlog.take_gap()) is not None:
            if not self._open() or self._recorder is None:
                self._backlog.put_back(gap)
                return
            try:
                self._recorder.gap(gap.reason, gap.detail)
            except Exception as error:  # noqa: BLE001  kept, and tried again
                self._troubled(error)
                self._backlog.put_back(gap)
                return
            self.trouble = ""

    def _close(self) -> None:
        self._write_gaps()
        for part in (self._recorder, self._spool, self._archive):
            if part is not None:
                with contextlib.suppress(Exception):  # what could not be sealed is adopted by the next writer
                    part.close()
        self._publish()

    def _publish(self) -> None:
        self.counts.gaps = self._backlog.gaps
        if self._archive is not None and self.counts.last:
            last = bytes.fromhex(self.counts.last)
            with contextlib.suppress(Exception):  # the status names a session where the index can say one
                found = self._archive.index.db.execute("SELECT session FROM turns WHERE id = ?", (last,)).fetchone()
                self.counts.last_session = found[0] if found else ""
        self._report.write()

    def _troubled(self, error: Exception) -> None:
        words = _words(error)
        if words != self.trouble:
            _log.warning("deck: cannot write to the archive in %s: %s", self._path, words)
        self.trouble = words


def _head(source: InFlight | Exchange) -> Exchange:
    return source.head if isinstance(source, InFlight) else source


def _bare(url: str) -> str:
    """A URL without its query, where keys may stand."""
    return url.split("?", 1)[0]


def _words(error: Exception) -> str:
    """An error in words that hold nothing captured."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) if isinstance(error, StoreError) else type(error).__name__

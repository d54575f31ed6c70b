"""The thread that owns the archive's writer: everything that can be slow or fail happens here.

It opens the archive, recovers what dead processes left in the spool, commits exchanges in the order in which they
ended, and keeps the status file. While the disk does not take them (it is full, read-only, gone), exchanges wait in the
backlog; what finds no room there, or cannot be kept for another reason, becomes a gap record as soon as the journal
takes one. Its spool file is left, so that the next start can still recover it. The thread never waits for the event
loop, and nothing it meets leaves it.
"""

import contextlib
import errno
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
from store.files import FILES, Files
from store.mask import Masker
from store.record import Recorder
from store.recover import recover
from store.reserve import is_full
from store.spool import Entry, Spool

RETRY = 1.0
_log = logging.getLogger("deck")


class Writer:
    """One archive's recorder behind a bounded queue; `trouble` says why nothing can be written, or is empty."""

    def __init__(self, archive: Path, report: Report, files: Files = FILES) -> None:
        self.trouble = ""
        self._path = archive
        self._files = files
        self._report = report
        self._backlog = Backlog()
        self._archive: Archive | None = None
        self._recorder: Recorder | None = None
        self._spool: Spool | None = None
        self._tried = 0.0  # when opening was tried last
        self._failed = 0.0  # when a commit failed last for want of a disk; 0 where none has since one did not
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
        """Queue an exchange; ``settled`` is called once, from any thread. False, and a gap, where there is no room."""
        if self._backlog.put(Job(source, deadline, settled)):
            if self._failed:
                self._backlog.let_go()
            return True
        self.lost("queue-full", _head(source), "")
        return False

    def lost(self, reason: str, head: Exchange | None, error: str) -> None:
        """Something could not be kept: a gap record, now or when the journal takes one again."""
        self._backlog.put_gap(Gap(reason, _detail(head, error)))
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
            if self._is_stalled() and not self._backlog.is_closed:
                self._backlog.rest(self._pause())
            elif (job := self._backlog.take(self._pause())) is not None:
                self._commit(job)
            self._write_gaps()
            if self._report.due() == 0.0:
                self._publish()
        self._close()

    def _pause(self) -> float | None:
        waits = [self._report.due(), RETRY if self._backlog.has_gaps() or self._failed else None]
        return min((wait for wait in waits if wait is not None), default=None)

    def _is_stalled(self) -> bool:
        """Whether a commit failed a moment ago, so that none needs to be tried."""
        return self._failed > 0 and time.monotonic() - self._failed < RETRY

    def _open(self) -> bool:
        """Open what is not open yet, at most once in `RETRY` seconds."""
        if self._recorder is not None:
            return True
        if time.monotonic() - self._tried < RETRY:
            return False
        self._tried = time.monotonic()
        try:
            self._archive = self._archive or Archive.create(self._path, self._files)
            self._spool = self._spool or Spool.create(self._path, Masker(self._archive.key), self._files)
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
        source = job.source
        try:
            self._record(job)
            self._failed = 0.0
        except OSError as error:
            self._troubled(error)
            self._forget_if_gone()
            job.failures += 1
            if self._must_wait(job, error):
                self._failed = time.monotonic()
                self._backlog.put_back(job)
                self._backlog.let_go()
                return
        except Exception as error:  # noqa: BLE001  whatever one exchange does to the store, the traffic goes on
            self._troubled(error)
            self.lost("not-recorded", _head(source), _words(error))
        self._backlog.worked(job)
        if isinstance(source, InFlight):
            source.release()
        job.settle()

    def _must_wait(self, job: Job, error: OSError) -> bool:
        """Whether a job that the disk did not take is to be tried again; where not, its loss is seen to.

        A disk with room that takes the gap record and twice did not take the exchange would never take it: something
        else that the exchange needs cannot be read.
        """
        head, words = _head(job.source), _words(error)
        if self._backlog.is_closed:
            if not (isinstance(job.source, InFlight) and job.source.is_spooled):  # else the next start recovers it
                self.lost("not-recorded", head, words)
            return False
        if job.failures < 2 or is_full(error) or self._recorder is None:
            return True
        try:
            self._recorder.gap("not-recorded", _detail(head, words))
        except Exception:  # noqa: BLE001  whatever it is, the exchange has not been lost yet
            return True
        self._backlog.count_gap()
        return False

    def _record(self, job: Job) -> None:
        """Make a turn of a job. Raises `OSError` where the disk does not take it."""
        source = job.source
        if isinstance(source, InFlight):
            exchange = source.exchange(("commit-late",) if time.monotonic() > job.deadline else ())
        else:
            exchange = source
        if not self._open() or self._recorder is None:
            raise OSError(errno.EIO, self.trouble)
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

    def _forget_if_gone(self) -> None:
        """An archive that was removed is made anew when the next exchange comes."""
        with contextlib.suppress(OSError):  # a disk that does not even say so is asked again
            if self._archive is not None and not self._files.exists(self._path / "FORMAT"):
                self._close_parts()

    def _write_gaps(self) -> None:
        while (gap := self._backlog.take_gap()) is not None:
            if not self._open() or self._recorder is None:
                self._backlog.put_gap_back(gap)
                return
            try:
                self._recorder.gap(gap.reason, gap.detail)
            except Exception as error:  # noqa: BLE001  kept, and tried again
                self._troubled(error)
                self._backlog.put_gap_back(gap)
                return
            self.trouble = ""

    def _close(self) -> None:
        self._write_gaps()
        if self._backlog.has_gaps():
            _log.warning("deck: losses could not be put on record: %s", self.trouble)
        self._publish()
        self._close_parts()

    def _close_parts(self) -> None:
        parts = (self._recorder, self._spool, self._archive)
        self._recorder = self._spool = self._archive = None
        for part in parts:
            if part is not None:
                with contextlib.suppress(Exception):  # what could not be sealed is adopted by the next writer
                    part.close()

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


def _detail(head: Exchange | None, error: str) -> dict[str, object]:
    """What a gap record says, without anything captured."""
    detail: dict[str, object] = {"error": error} if error else {}
    if head is not None:
        detail |= {"method": head.method, "url": _bare(head.url), "started_ms": head.started_ms}
    return detail


def _bare(url: str) -> str:
    """A URL without its query, where keys may stand."""
    return url.split("?", 1)[0]


def _words(error: Exception) -> str:
    """An error in words that hold nothing captured."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) if isinstance(error, StoreError) else type(error).__name__

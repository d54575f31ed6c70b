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
from collections.abc import Callable, Mapping
from pathlib import Path

from addon.backlog import Backlog, Gap, Job
from addon.collector import patient
from addon.inflight import InFlight, Spooling
from addon.memory import Heap
from addon.opened import Opened
from addon.report import Counts, Report
from store.archive import Archive
from store.book import Book, Fate, fate_of, tag
from store.errors import NotRecovered, StoreError
from store.exchange import Exchange, Outcome
from store.files import FILES, Files
from store.loss import detail, words
from store.record import Recorder
from store.recover import recover
from store.reserve import is_full

RETRY = 1.0
_log = logging.getLogger("deck")


class Writer:
    """One archive's recorder behind a bounded queue; `trouble` says why nothing can be written, or is empty."""

    def __init__(self, archive: Path, report: Report, files: Files = FILES, run: str = "") -> None:
        self.trouble = ""
        self.book = Book(run)
        self._path = archive
        self._opened = Opened(archive, files, self.book)
        self._report = report
        self._heap = Heap()
        self._backlog = Backlog()
        self._tried = 0.0  # when opening was tried last
        self._told: dict[str, object] = _state("", 0, 0)
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

    def spooling(self, head: Exchange, number: int = 0) -> Spooling | None:
        """What spools the exchange of this number, `trouble` where it cannot; None while the spool is not open."""
        return self._opened.spooling(head, number, self._troubled)

    def put(self, source: InFlight | Exchange, deadline: float, settled: Callable[[], object]) -> bool:
        """Queue an exchange; ``settled`` is called once, from any thread. False, and a gap, where there is no room."""
        job = Job(source, deadline, settled)
        if self._backlog.put(job):
            if self._failed:
                self._backlog.let_go()
            return True
        self.lost("queue-full", job.head, "", job.number)
        return False

    def lost(self, reason: str, head: Exchange | None, error: str, number: int = 0) -> None:
        """Something could not be kept: a gap record, now or when the journal takes one again, and the book's entry."""
        self._settle_lost(number, reason)
        self._backlog.put_gap(Gap(reason, detail(head, error)))
        self._report.touch()

    def touch(self) -> None:
        """The status file is to be written soon."""
        if self._report.touch():  # waking the thread for nothing costs the loop its turn at the interpreter
            self._backlog.wake()

    def tell(self, status: Mapping[str, object]) -> None:
        """Leave this process's status beside the book, for `deck doctor`."""
        self._opened.tell(status)

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
        self._heap.give_back()
        while not self._backlog.is_drained:
            if self._is_stalled() and not self._backlog.is_closed:
                self._backlog.rest(self._pause())
            elif (job := self._backlog.take(self._pause())) is not None:
                self._commit(job)
            self._write_gaps()
            self._tell_state()
            if self._report.due() == 0.0:
                self._publish()
        self._close()

    def _tell_state(self) -> None:
        """Say in the status how recording goes, where that has changed."""
        state = _state(self.trouble, self._backlog.waiting if self._failed else 0, self._backlog.gaps)
        if state != self._told:
            self._told = state
            self._opened.tell(state)

    def _pause(self) -> float | None:
        waits = [self._report.due(), RETRY if self._backlog.has_gaps() or self._failed else None]
        return min((wait for wait in waits if wait is not None), default=None)

    def _is_stalled(self) -> bool:
        """Whether a commit failed a moment ago, so that none needs to be tried."""
        return self._failed > 0 and time.monotonic() - self._failed < RETRY

    def _open(self) -> Recorder | None:
        """The recorder; None where it cannot be opened yet, which is tried at most once in `RETRY` seconds."""
        if self._opened.recorder is not None:
            return self._opened.recorder
        if time.monotonic() - self._tried < RETRY:
            return None
        self._tried = time.monotonic()
        try:
            archive, recorder = self._opened.open()
        except StoreError as error:
            self._unusable = error
            self._troubled(error)
            return None
        except Exception as error:  # noqa: BLE001  an archive that cannot be opened must not take the proxy down
            self._troubled(error)
            return None
        self.trouble = ""
        self._ready.set()
        self._recover(archive, recorder)
        return recorder

    def _recover(self, archive: Archive, recorder: Recorder) -> None:
        try:
            self.counts.recovered += recover(archive, recorder)
        except NotRecovered as error:  # it is no loss yet: each start would tell another
            _log.warning("deck: %s. %s", error, error.hint)
        except Exception as error:  # noqa: BLE001  an old exchange that cannot be recorded must not stop new ones
            self.lost("not-recovered", None, words(error))
            _log.warning("deck: exchanges of an earlier run could not be recovered: %s", words(error))

    def _commit(self, job: Job) -> None:
        source = job.source
        try:
            with patient():
                self._record(job)
            self._failed = 0.0
        except OSError as error:
            self._troubled(error)
            self._opened.close_if_gone()
            job.failures += 1
            if self._must_wait(job, error):
                self._failed = time.monotonic()
                self._backlog.put_back(job)
                self._backlog.let_go()
                return
            self._failed = 0.0
        except Exception as error:  # noqa: BLE001  whatever one exchange does to the store, the traffic goes on
            self._troubled(error)
            self.lost("not-recorded", job.head, words(error), job.number)
        self._backlog.worked(job)
        size = job.size
        if isinstance(source, InFlight):
            source.release()
        job.settle()
        self._heap.committed(size)

    def _must_wait(self, job: Job, error: OSError) -> bool:
        """Whether a job that the disk did not take is to be tried again; where not, its loss is seen to.

        A disk with room that takes the gap record and twice did not take the exchange would never take it: something
        else that the exchange needs cannot be read.
        """
        why = words(error)
        if self._backlog.is_closed:
            if not (isinstance(job.source, InFlight) and job.source.is_spooled):  # else the next start recovers it
                self.lost("not-recorded", job.head, why, job.number)
            return False
        recorder = self._opened.recorder
        if job.failures < 2 or is_full(error) or recorder is None:
            return True
        try:
            recorder.gap("not-recorded", detail(job.head, why))
        except Exception:  # noqa: BLE001  whatever it is, the exchange has not been lost yet
            return True
        self._backlog.count_gap()
        self._report.touch()
        self._settle_lost(job.number, "not-recorded")
        return False

    def _settle_lost(self, number: int, reason: str) -> None:
        if number and (fate := fate_of(reason)) is not None:
            self.book.settle(number, fate)

    def _record(self, job: Job) -> None:
        """Make a turn of a job. Raises `OSError` where the disk does not take it."""
        source = job.source
        if isinstance(source, InFlight):
            exchange = source.exchange(("commit-late",) if time.monotonic() > job.deadline else ())
        else:
            exchange = source
        recorder = self._open()
        if recorder is None:
            raise OSError(errno.EIO, self.trouble)
        recorded = recorder.record(exchange, job.settle)
        self.trouble = ""
        is_known = recorded.known and not job.failures  # else it may be what a sync that failed left of this very turn
        if is_known:
            self.counts.known += 1
        else:
            self.counts.turns += 1
        self.counts.last = recorded.turn.hex()
        self._report.touch()
        is_cut = exchange.outcome is Outcome.TRUNCATED
        fate = Fate.KNOWN if is_known else Fate.TRUNCATED if is_cut else Fate.STORED
        self.book.settle(job.number, fate, tag(recorded.session))
        if is_cut:
            self.lost("truncated", exchange, "")
        if isinstance(source, InFlight) and source.entry is not None:
            source.entry.discard()

    def _write_gaps(self) -> None:
        while (gap := self._backlog.take_gap()) is not None:
            recorder = self._open()
            if recorder is None:
                self._backlog.put_gap_back(gap)
                return
            try:
                recorder.gap(gap.reason, gap.detail)
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
        with contextlib.suppress(Exception):  # a book that cannot be closed is, by whoever opens the archive next
            self._opened.close_book()
        self._opened.close()

    def _publish(self) -> None:
        self.counts.gaps = self._backlog.gaps
        archive = self._opened.archive
        if archive is not None and self.counts.last:
            last = bytes.fromhex(self.counts.last)
            with contextlib.suppress(Exception):  # the status names a session where the index can say one
                found = archive.index.db.execute("SELECT session FROM turns WHERE id = ?", (last,)).fetchone()
                self.counts.last_session = found[0] if found else ""
        self._report.write()

    def _troubled(self, error: Exception) -> None:
        why = words(error)
        if why != self.trouble:
            _log.warning("deck: cannot write to the archive in %s: %s", self._path, why)
        self.trouble = why


def _state(trouble: str, waiting: int, gaps: int) -> dict[str, object]:
    """How recording goes, in the members of `store.status`."""
    return {"trouble": trouble, "waiting": waiting, "gaps": gaps}

"""The bounded queue between the proxy's event loop and the writer's thread."""

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from addon.inflight import InFlight
from store.exchange import Exchange

MAX_JOBS = 1_000
MAX_GAPS = 1_000
MAX_BYTES = 256 << 20
_NOT_READY = 0.02  # seconds between two looks at jobs that are not ready


@dataclass(slots=True)
class Job:
    """One exchange to commit.

    ``deadline`` (monotonic seconds) is when the end of its response is let go without the commit; ``settled`` is
    called once, when it is durable, given up, or has to wait for the disk. An import brings its exchange ready made.
    ``failures`` is how often the disk did not take it.
    """

    source: InFlight | Exchange
    deadline: float
    settled: Callable[[], object] | None
    failures: int = 0

    def settle(self) -> None:
        """Tell whoever waits, unless that was done before."""
        settled, self.settled = self.settled, None
        if settled is not None:
            with contextlib.suppress(Exception):  # the loop may be closed already
                settled()

    @property
    def head(self) -> Exchange:
        """The exchange as far as its head."""
        return self.source.head if isinstance(self.source, InFlight) else self.source

    @property
    def number(self) -> int:
        """The exchange's in the recorder's book; 0 for what was imported."""
        return self.source.number if isinstance(self.source, InFlight) else 0

    @property
    def is_ready(self) -> bool:
        """Whether it can be committed without waiting for what is cleaned aside."""
        return not (isinstance(self.source, InFlight) and self.source.is_waiting)

    @property
    def size(self) -> int:
        """Bytes of bodies it holds in memory."""
        if isinstance(self.source, InFlight):
            return self.source.size
        return len(self.source.request_body) + len(self.source.response_body)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be kept, for the journal."""

    reason: str
    detail: dict[str, object]


class Backlog:
    """Jobs waiting for the writer, bounded by count and bytes; a job that is being worked on counts until `worked`.

    A job that could not be done yet is `put_back` and is the oldest again. Gaps wait beside the jobs, because they must
    not be lost with them; past `MAX_GAPS` of them they are only counted. ``gaps`` is how many there have been.
    """

    def __init__(self) -> None:
        self._jobs: deque[Job] = deque()
        self._gaps: deque[Gap] = deque()
        self._unlisted = 0
        self.gaps = 0
        self._bytes = 0
        self._changed = threading.Condition()
        self._woken = False
        self._closed = False

    def put(self, job: Job) -> bool:
        """Queue a job; False where there is no room for it, or the writer is gone. One job is always let in."""
        with self._changed:
            full = len(self._jobs) >= MAX_JOBS or (self._bytes > 0 and self._bytes + job.size > MAX_BYTES)
            if full or self._closed:
                return False
            self._jobs.append(job)
            self._bytes += job.size
            self._changed.notify()
            return True

    def put_gap(self, gap: Gap) -> None:
        """Queue a gap; never fails."""
        with self._changed:
            self.gaps += 1
            if len(self._gaps) < MAX_GAPS:
                self._gaps.append(gap)
            else:
                self._unlisted += 1
            self._woken = True
            self._changed.notify()

    def count_gap(self) -> None:
        """A gap was written that never waited here."""
        with self._changed:
            self.gaps += 1

    def take_gap(self) -> Gap | None:
        """The oldest gap, if any."""
        with self._changed:
            if self._gaps:
                return self._gaps.popleft()
            if self._unlisted:
                unlisted, self._unlisted = self._unlisted, 0
                return Gap("unlisted-gaps", {"count": unlisted})
            return None

    def put_gap_back(self, gap: Gap) -> None:
        """A gap that could not be written yet is the oldest again."""
        with self._changed:
            self._gaps.appendleft(gap)

    def has_gaps(self) -> bool:
        """Whether gaps wait to be written."""
        return bool(self._gaps or self._unlisted)

    @property
    def waiting(self) -> int:
        """Jobs that nobody works on yet."""
        return len(self._jobs)

    def wake(self) -> None:
        """Make `take` return even where no job waits."""
        with self._changed:
            self._woken = True
            self._changed.notify()

    def take(self, timeout: float | None) -> Job | None:
        """The oldest job that is ready, waiting for one; None after ``timeout`` seconds, or when woken.

        Where none is ready, None soon: nobody says when one is. Once closed, the oldest, ready or not, or None.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._woken or self._closed, timeout)
            if self._jobs and not self._closed and not any(job.is_ready for job in self._jobs):
                self._changed.wait(_NOT_READY)
            self._woken = False
            for place, job in enumerate(self._jobs):
                if job.is_ready or self._closed:
                    del self._jobs[place]
                    return job
            return None

    def rest(self, timeout: float | None) -> None:
        """Leave the jobs where they are for ``timeout`` seconds, or until woken or closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._woken or self._closed, timeout)
            self._woken = False

    def let_go(self) -> None:
        """The jobs have to wait for the disk: their clients need not. An import goes no faster than the disk."""
        with self._changed:
            waiting = [job for job in self._jobs if isinstance(job.source, InFlight)]
        for job in waiting:
            job.settle()

    def put_back(self, job: Job) -> None:
        """A job that was taken could not be done yet: it is the oldest again."""
        with self._changed:
            self._jobs.appendleft(job)

    def worked(self, job: Job) -> None:
        """A job that was taken is done with."""
        with self._changed:
            self._bytes -= job.size

    def close(self) -> None:
        """Let no more jobs in; those queued are still handed out."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    @property
    def is_closed(self) -> bool:
        """Whether no more jobs are let in."""
        return self._closed

    @property
    def is_drained(self) -> bool:
        """Closed, and nothing left to hand out."""
        return self._closed and not self._jobs

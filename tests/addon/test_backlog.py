"""The bounded queue between the event loop and the writer."""

import threading

import pytest

from addon import backlog
from addon.backlog import Backlog, Gap, Job
from addon.inflight import InFlight
from store.exchange import Exchange


def job(size: int = 10) -> Job:
    return Job(Exchange("POST", "https://x/", (), b"r" * size, 0), 0.0, lambda: None)


def test_jobs_come_in_order_and_a_closed_queue_drains() -> None:
    queue = Backlog()
    jobs = [job(), job()]
    assert all(queue.put(each) for each in jobs)
    queue.close()
    assert not queue.put(job())
    assert not queue.is_drained
    assert [queue.take(None), queue.take(None)] == jobs
    assert queue.is_drained
    assert queue.take(None) is None


class Cleaning(InFlight):
    """An exchange that is cleaned aside, until it is not."""

    done = False

    @property
    def is_waiting(self) -> bool:
        """Whether it is."""
        return not self.done


def test_a_job_that_is_still_cleaned_aside_keeps_no_other_waiting() -> None:
    queue = Backlog()
    cleaning = Cleaning(job().head, None)
    slow, quick = Job(cleaning, 0.0, None), job()
    assert queue.put(slow) and queue.put(quick)
    assert queue.take(None) is quick
    assert queue.take(0) is None
    cleaning.done = True
    assert queue.take(None) is slow
    queue.put(Job(Cleaning(job().head, None), 0.0, None))
    queue.close()
    assert queue.take(None) is not None


def test_it_is_bounded_by_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MAX_JOBS", 2)
    queue = Backlog()
    assert [queue.put(job()) for _ in range(3)] == [True, True, False]


def test_it_is_bounded_by_bytes_but_lets_one_job_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MAX_BYTES", 15)
    queue = Backlog()
    large = job(100)
    assert queue.put(large)
    assert not queue.put(job(1))
    assert queue.take(None) is large
    assert not queue.put(job(1))  # still being worked on
    queue.worked(large)
    assert queue.put(job(10))
    assert not queue.put(job(10))


def test_gaps_are_kept_in_order_and_past_the_bound_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MAX_GAPS", 2)
    queue = Backlog()
    for number in range(5):
        queue.put_gap(Gap(f"gap-{number}", {}))
    first = queue.take_gap()
    assert first is not None
    queue.put_gap_back(first)
    found = [queue.take_gap() for _ in range(3)]
    assert found == [Gap("gap-0", {}), Gap("gap-1", {}), Gap("unlisted-gaps", {"count": 3})]
    assert queue.take_gap() is None
    assert not queue.has_gaps()
    assert queue.gaps == 5


def test_waking_ends_a_wait_without_a_job() -> None:
    queue = Backlog()
    threading.Thread(target=queue.wake).start()
    assert queue.take(30) is None


def test_a_job_ends_a_wait() -> None:
    queue = Backlog()
    wanted = job()
    threading.Thread(target=queue.put, args=(wanted,)).start()
    assert queue.take(30) is wanted

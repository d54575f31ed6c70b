"""The disk fails under the writer: the traffic hears nothing of it, and nothing is lost without a record."""

import errno
import os
import random
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from disk import Disk, Faulty, Process
from disk_stage import ROOT, empty_disk
from recorded import gaps, turns

from addon import backlog
from addon import writer as module
from addon.inflight import InFlight
from addon.report import Counts, Report
from addon.writer import Writer
from deck.recorders import Running, how_it_fares, running
from store import books
from store.archive import Archive
from store.canonical import loads
from store.exchange import Exchange, Outcome
from store.files import Files
from store.fsck import check
from store.ledger import Account
from store.record import Recorder
from store.recover import recover

SAMPLE = 60
ERRORS = [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EMFILE]
BODIES = [b'{"answer":%d}' % number for number in range(3)]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY", 0.002)


def flight(writer: Writer, body: bytes) -> InFlight:
    head = Exchange("POST", "https://api.anthropic.com/v1/messages", (), b"", 1_700_000_000_000 + BODIES.index(body))
    number = writer.book.seen()
    made = InFlight(head, writer.spooling(head, number), number)
    made.request_data(b'{"n":1}')
    made.response_head(200, ((b"content-type", b"application/json"),), None)
    made.response_data(body)
    made.end(Outcome.COMPLETE, "")
    return made


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.001)


def pass_through(writer: Writer) -> list[threading.Event]:
    """Three exchanges pass, as fast as the recorder lets them; events that tell when each client's end was let go."""
    settled = [threading.Event() for _ in BODIES]
    for body, event in zip(BODIES, settled, strict=True):
        assert writer.put(flight(writer, body), time.monotonic() + 60, event.set)
    assert all(event.wait(30) for event in settled)
    return settled


def kept(disk: Disk) -> tuple[list[bytes], list[str], Account]:
    """Response bodies, reasons of gaps and the ledger, after the next start; the archive is sound."""
    with Archive.create(ROOT, Process(disk)) as archive:
        with Recorder(archive) as recorder:
            recover(archive, recorder)
        assert check(archive).findings == []
        found = [loads(archive.get(bytes(row[0])).payload) for row in archive.index.db.execute("SELECT id FROM turns")]
        bodies = [archive.get(bytes.fromhex(turn["response"]["body"])).payload for turn in found]
        rows = archive.index.db.execute("SELECT object FROM records WHERE type = 3").fetchall()
        reasons = [loads(archive.get(bytes(row[0])).payload)["reason"] for row in rows]
        return sorted(bodies), reasons, books.read(archive).total()


def wrong(error: int, first: int, times: int, is_short: bool) -> list[str]:
    """Faults from a call on; they end, at the latest when every client has had its end."""
    disk = empty_disk()
    files = Faulty(disk, error, first, times, is_short)
    counts = Counts()
    writer = Writer(ROOT, Report(None, counts), files)
    writer.start()
    pass_through(writer)
    files.times = 0
    until(lambda: counts.turns + counts.known + writer._backlog.gaps >= len(BODIES))
    writer.stop(30)
    files.kill()
    bodies, reasons, account = kept(disk)
    found = [f"misuse: {each}" for each in disk.misuse]
    if bodies != BODIES:
        found.append(f"{bodies} are kept, gaps {reasons}, trouble {writer.trouble!r}")
    if (account.seen, account.turns) != (len(BODIES), len(BODIES)):
        found.append(f"the ledger says {account.as_json()}")
    call = files.calls[first - 1] if first <= len(files.calls) else "none"
    return [f"{os.strerror(error)} x {times} at call {first} ({call}): {each}" for each in found]


def faults() -> list[tuple[int, int, int, bool]]:
    disk = empty_disk()
    files = Faulty(disk)
    writer = Writer(ROOT, Report(None, Counts()), files)
    writer.start()
    pass_through(writer)
    writer.stop(30)
    kinds = [(error, False) for error in ERRORS] + [(errno.ENOSPC, True)]
    return [
        (error, first, times, is_short)
        for first in range(1, len(files.calls) + 1)
        for error, is_short in kinds
        for times in (1, 1_000_000)
    ]


def test_a_sample_of_the_faults() -> None:
    assert [each for fault in random.Random(1).sample(faults(), SAMPLE) for each in wrong(*fault)] == []


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_every_fault() -> None:
    chosen = faults()
    print(f"{len(chosen)} faults under the writer")
    assert [each for fault in chosen for each in wrong(*fault)] == []


def fares(archive: Path) -> Running:
    """What the recorder says of itself."""
    (found,) = running(archive)
    return found


class Full(Files):
    """A disk that can be full, for the archive and not for the spool."""

    is_full = False

    def append(self, descriptor: int, data: bytes) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().append(descriptor, data)


def test_turns_wait_for_room_and_what_overflows_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, counts = Full(), Counts()
    writer = Writer(tmp_path / "archive", Report(None, counts), files)
    writer.start()
    files.is_full = True
    writer.put(flight(writer, BODIES[0]), time.monotonic() + 60, lambda: None)
    until(lambda: writer.trouble)
    with monkeypatch.context() as full:
        full.setattr(backlog, "MAX_JOBS", 0)
        assert not writer.put(flight(writer, BODIES[1]), time.monotonic() + 60, lambda: None)
    assert turns(tmp_path / "archive") == []
    until(lambda: [each.gaps for each in running(tmp_path / "archive")] == [1])
    state = how_it_fares(fares(tmp_path / "archive"))
    assert state == "cannot record: No space left on device; 1 exchange waiting for the disk; 1 gap so far"
    files.is_full = False
    until(lambda: counts.turns == 1 and not writer._backlog.has_gaps())
    until(lambda: how_it_fares(fares(tmp_path / "archive")) == "1 gap so far")
    writer.stop(30)
    assert writer.trouble == ""
    assert [turn.response for turn in turns(tmp_path / "archive")] == [BODIES[0]]
    assert [gap["reason"] for gap in gaps(tmp_path / "archive")] == ["queue-full"]


def test_an_archive_that_is_removed_is_made_anew(tmp_path: Path) -> None:
    counts = Counts()
    writer = Writer(tmp_path / "archive", Report(None, counts))
    writer.start()
    writer.put(flight(writer, BODIES[0]), time.monotonic() + 60, lambda: None)
    until(lambda: counts.turns == 1)
    shutil.rmtree(tmp_path / "archive")
    writer.put(flight(writer, BODIES[1]), time.monotonic() + 60, lambda: None)
    until(lambda: counts.turns == 2)
    writer.stop(30)
    assert [turn.response for turn in turns(tmp_path / "archive")] == [BODIES[1]]


def test_what_still_waits_at_the_end_comes_back_at_the_next_start(tmp_path: Path) -> None:
    counts = Counts()
    writer = Writer(tmp_path / "archive", Report(None, counts), files := Full())
    writer.start()
    made = flight(writer, BODIES[0])
    files.is_full = True
    writer.put(made, time.monotonic() + 60, lambda: None)
    until(lambda: writer.trouble)
    writer.stop(30)
    again = Writer(tmp_path / "archive", Report(None, counts))
    again.start()
    again.stop(30)
    assert counts.recovered == 1
    assert [turn.response for turn in turns(tmp_path / "archive")] == [BODIES[0]]
    assert gaps(tmp_path / "archive") == []


def test_an_exchange_that_needs_what_cannot_be_read_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Recorder.record

    def picky(self: Recorder, exchange: Exchange, durable: Callable[[], object]) -> object:
        if exchange.response_body == BODIES[0]:
            raise OSError(errno.EIO, "Input/output error")
        return whole(self, exchange, durable)

    monkeypatch.setattr(Recorder, "record", picky)
    counts = Counts()
    writer = Writer(tmp_path / "archive", Report(None, counts))
    writer.start()
    pass_through(writer)
    until(lambda: counts.turns == 2)
    assert writer._failed == 0  # what comes next waits for its commit again
    writer.stop(30)
    assert counts.gaps == 1
    assert [gap["reason"] for gap in gaps(tmp_path / "archive")] == ["not-recorded"]

"""The thread that owns the archive's writer."""

import threading
import time
from pathlib import Path

import pytest
from recorded import gaps, turns

from addon.inflight import InFlight
from addon.report import Counts, Report
from addon.writer import Writer
from store import books, pack
from store.errors import NotAnArchive
from store.exchange import Exchange, Outcome
from store.files import FILES
from store.orphans import numbers

HEAD = Exchange("POST", "https://api.anthropic.com/v1/messages?key=k", (), b"", 1_700_000_000_000)


@pytest.fixture
def counts() -> Counts:
    return Counts()


def make(tmp_path: Path, counts: Counts) -> Writer:
    return Writer(tmp_path / "archive", Report(None, counts))


def flight(writer: Writer, body: bytes = b'{"ok":1}') -> InFlight:
    number = writer.book.seen()
    made = InFlight(HEAD, writer.spooling(HEAD, number), number)
    made.request_data(b'{"n":1}')
    made.response_head(200, ((b"content-type", b"application/json"),), None)
    made.response_data(body)
    made.end(Outcome.COMPLETE, "")
    return made


def test_an_exchange_is_committed_and_its_spool_file_goes(tmp_path: Path, counts: Counts) -> None:
    writer = make(tmp_path, counts)
    writer.start()
    settled = threading.Event()
    assert writer.put(flight(writer), time.monotonic() + 60, settled.set)
    assert settled.wait(30)
    (turn,) = turns(tmp_path / "archive")
    assert turn.response == b'{"ok":1}'
    assert turn.payload["notes"] == []
    (folder,) = books.folders(tmp_path / "archive", FILES)
    assert numbers(folder, FILES) == []
    writer.stop(30)
    assert counts.last == turn.id
    assert (counts.turns, counts.gaps) == (1, 0)


def test_a_commit_that_begins_past_its_deadline_says_so(tmp_path: Path, counts: Counts) -> None:
    writer = make(tmp_path, counts)
    writer.start()
    writer.put(flight(writer), time.monotonic() - 1, lambda: None)
    writer.stop(30)
    assert turns(tmp_path / "archive")[0].payload["notes"] == ["commit-late"]


def test_what_no_commit_can_hold_is_lost_at_once_and_told_once(
    tmp_path: Path, counts: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack, "MAX_CONTENT_BITS", 13)
    for turn in (1, 2):
        writer = make(tmp_path, counts)
        writer.start()
        settled = threading.Event()
        if turn == 1:
            writer.put(flight(writer, b"long" * 2500), time.monotonic() + 60, settled.set)
            assert settled.wait(30)
        writer.put(flight(writer, b'{"ok":%d}' % turn), time.monotonic() + 60, lambda: None)
        writer.stop(30)
    assert [turn.response for turn in turns(tmp_path / "archive")] == [b'{"ok":1}', b'{"ok":2}']
    assert [gap["reason"] for gap in gaps(tmp_path / "archive")] == ["not-recorded"]
    assert [path.name for path in (tmp_path / "archive" / "spool").iterdir()] == ["lock"]


def test_stopping_commits_what_is_queued_and_is_final(tmp_path: Path, counts: Counts) -> None:
    writer = make(tmp_path, counts)
    writer.start()
    for number in range(20):
        writer.put(flight(writer, b"%d" % number), time.monotonic() + 60, lambda: None)
    writer.lost("something", HEAD, "Oops")
    writer.stop(30)
    assert len(turns(tmp_path / "archive")) == 20
    (gap,) = gaps(tmp_path / "archive")
    assert gap["reason"] == "something"
    assert "key=" not in gap["url"]
    assert not writer.put(flight(writer), 0.0, lambda: None)


def test_a_folder_that_is_no_archive_is_refused(tmp_path: Path, counts: Counts) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "file").touch()
    with pytest.raises(NotAnArchive):
        make(tmp_path, counts).start()


def test_what_a_dead_process_left_is_recovered(tmp_path: Path, counts: Counts) -> None:
    writer = make(tmp_path, counts)
    writer.start()
    made = InFlight(HEAD, writer.spooling(HEAD))
    made.request_data(b'{"n":1}')
    made.abandon()
    writer.stop(30)
    again = make(tmp_path, counts)
    again.start()
    again.stop(30)
    (turn,) = turns(tmp_path / "archive")
    assert turn.request == b'{"n":1}'
    assert turn.payload["notes"] == ["recovered"]
    assert counts.recovered == 1

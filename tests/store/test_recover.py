"""What a dead recorder left in the spool becomes turns."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from going_on import HEAD, going_on
from recorded import gaps, turns

from store import pack
from store.archive import Archive
from store.clean import Cleaner
from store.errors import NotRecovered
from store.exchange import Exchange
from store.record import Recorder
from store.recover import recover
from store.spool import Spool


def leave(archive: Archive, *bodies: bytes) -> None:
    spool = Spool.create(archive.path, Cleaner(archive.key))
    for number, body in enumerate(bodies):
        entry = spool.open(replace(HEAD, started_ms=HEAD.started_ms + number))
        entry.request([body], 1)
        entry.close()
    spool.close()


def test_every_orphan_becomes_a_turn_once(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "archive") as archive:
        leave(archive, b'{"n":1}', b'{"n":2}')
        assert recover(archive) == 2
        assert recover(archive) == 0
    found = turns(tmp_path / "archive")
    assert [turn.request for turn in found] == [b'{"n":1}', b'{"n":2}']
    assert all(turn.payload["notes"] == ["recovered"] for turn in found)


@pytest.mark.parametrize("again", [1, 1100, 3000])
def test_a_request_that_goes_on_is_told_by_what_is_new(tmp_path: Path, again: int) -> None:
    with Archive.create(tmp_path / "archive") as archive:
        body = going_on(archive, again)
        (path,) = (archive.path / "spool").rglob("*.flight")
        assert (b"line 7 line 7" in path.read_bytes()) == (again == 3000)
        assert recover(archive) == 1
        last = turns(archive.path)[-1]
        assert (last.request, last.response) == (body, b"{}")


def test_an_exchange_waits_for_the_body_that_it_goes_on_with(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "archive") as archive:
        body = going_on(archive, 1)
        (pack,) = archive.packs.iterdir()
        hidden = pack.rename(tmp_path / "hidden")
    with Archive.open(tmp_path / "archive") as archive:
        with pytest.raises(NotRecovered, match="flight cannot be kept: no object"):
            recover(archive)
        hidden.rename(pack)
    with Archive.open(tmp_path / "archive") as archive:
        assert recover(archive) == 1
        assert turns(archive.path)[-1].request == body


def test_it_took_at_least_as_long_as_what_is_there_of_its_answer(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "archive") as archive:
        spool = Spool.create(archive.path, Cleaner(archive.key))
        entry = spool.open(HEAD)
        entry.request([b"{}"], 1)
        entry.request_end(2)
        entry.response_head(200, (), 153)
        for at_ms in (160, 2140):
            entry.response(b"data: word\n\n", at_ms)
        spool.close()
        assert recover(archive) == 1
        (turn,) = archive.index.db.execute("SELECT outcome, end_ms FROM turns")
        (session,) = archive.index.db.execute("SELECT last_ms - started_ms FROM sessions")
    assert (turn, session) == (("interrupted", 2140), (2140,))
    assert turns(tmp_path / "archive")[0].payload["times"]["end"] is None, "what nobody saw is not on record"


def test_an_empty_spool_makes_no_writer(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "archive") as archive:
        assert recover(archive) == 0
        assert list(archive.journals.iterdir()) == []


def test_one_that_cannot_be_recorded_stays_and_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Recorder.record

    def picky(self: Recorder, exchange: Exchange) -> object:
        if exchange.request_body == b"poison":
            raise ValueError("never")
        return whole(self, exchange)

    with Archive.create(tmp_path / "archive") as archive:
        leave(archive, b"poison", b'{"n":2}')
        monkeypatch.setattr(Recorder, "record", picky)
        with pytest.raises(NotRecovered, match="flight cannot be kept: never"):
            recover(archive)
        assert [turn.request for turn in turns(archive.path)] == [b'{"n":2}']
        monkeypatch.undo()
        assert recover(archive) == 1


@pytest.mark.parametrize("error", [OSError("full"), sqlite3.OperationalError("locked")])
def test_a_system_that_failed_is_told_before_what_can_never_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Whoever hears of it knows that trying again may do; what failed first is no matter."""

    def failing(_self: Recorder, exchange: Exchange) -> object:
        raise error if exchange.request_body == b"later" else ValueError("never")

    with Archive.create(tmp_path / "archive") as archive:
        leave(archive, b"poison", b"later", b"poison too")
        monkeypatch.setattr(Recorder, "record", failing)
        with pytest.raises(type(error), match=str(error)):
            recover(archive)


def test_what_no_commit_can_hold_is_set_aside_and_a_gap_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "MAX_CONTENT_BITS", 13)
    with Archive.create(tmp_path / "archive") as archive:
        leave(archive, b"long" * 2500, b'{"n":2}')
        assert recover(archive) == 1
        assert recover(archive) == 0
        assert [turn.request for turn in turns(archive.path)] == [b'{"n":2}']
        (gap,) = gaps(archive.path)
        assert (gap["reason"], gap["url"]) == ("not-recorded", HEAD.url)
        kept = [file.read_bytes() for file in (archive.path / "quarantine").iterdir()]
    assert any(b"long" * 2500 in data for data in kept)


def test_what_a_power_cut_brings_back_is_not_recorded_again(tmp_path: Path) -> None:
    """The spool file of a turn that was committed is there again, without the end of what it held."""
    body = b'{"answer":1}'
    whole = replace(
        HEAD,
        request_body=b'{"n":1}',
        status=200,
        response_headers=((b"content-type", b"application/json"),),
        response_body=body,
        first_byte_ms=1,
        end_ms=2,
    )
    with Archive.create(tmp_path / "archive") as archive:
        with Recorder(archive) as recorder:
            recorder.record(whole)
        spool = Spool.create(archive.path, Cleaner(archive.key))
        for part in (b"", body[:5], b"another"):
            entry = spool.open(whole)
            entry.request([whole.request_body], 0)
            entry.response_head(200, whole.response_headers, 1)
            entry.response(part, 2)
            entry.close()
        spool.close()
        assert recover(archive) == 1
        assert recover(archive) == 0
    assert [turn.response for turn in turns(tmp_path / "archive")] == [body, b"another"]


def test_another_that_began_in_the_same_millisecond_is_recorded(tmp_path: Path) -> None:
    """Only its head was spooled; that names another length."""
    kept, other = (replace(HEAD, request_headers=((b"content-length", length),)) for length in (b"7", b"70"))
    with Archive.create(tmp_path / "archive") as archive:
        with Recorder(archive) as recorder:
            recorder.record(replace(kept, request_body=b'{"n":1}', status=200, end_ms=2))
        spool = Spool.create(archive.path, Cleaner(archive.key))
        for head in (kept, other):
            spool.open(head).close()
        spool.close()
        assert recover(archive) == 1
        assert recover(archive) == 0
        assert len(turns(archive.path)) == 2


def test_a_folder_that_lost_its_lock_is_recovered(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "archive") as archive:
        leave(archive, b'{"n":1}')
        (lock,) = (archive.path / "spool").glob("*/lock")
        lock.unlink()
        assert recover(archive) == 1
        assert [path.name for path in (archive.path / "spool").iterdir()] == ["lock"]

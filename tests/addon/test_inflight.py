"""One exchange while it passes."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from left_behind import left_behind

from addon import inflight
from addon.inflight import InFlight
from store.clean import Cleaner
from store.exchange import Exchange, Outcome
from store.headers import Headers
from store.spool import Spool
from store.spool_entry import Entry

HEAD = Exchange("POST", "https://api.example/v1/messages", (), b"", 1_700_000_000_000)


CLEANER = Cleaner(bytes(32))


def passed(entry: Entry | None = None) -> InFlight:
    flight = InFlight(HEAD, entry)
    flight.request_data(b"ab")
    flight.request_data(b"cd")
    flight.request_end()
    flight.response_head(200, ((b"a", b"b"),), None)
    flight.response_data(b"12\n")
    flight.response_data(b"4\n")
    return flight


def test_it_becomes_the_exchange_that_passed() -> None:
    flight = passed()
    flight.end(Outcome.COMPLETE, "")
    exchange = flight.exchange(("commit-late",))
    assert (exchange.request_body, exchange.response_body) == (b"abcd", b"12\n4\n")
    assert [chunk.size for chunk in exchange.chunks] == [3, 2]
    assert exchange.status == 200
    assert exchange.outcome is Outcome.COMPLETE
    assert exchange.notes == ("commit-late",)
    times = [exchange.request_end_ms, exchange.first_byte_ms, *(c.at_ms for c in exchange.chunks), exchange.end_ms]
    assert times == sorted(time for time in times if time is not None)


def test_what_comes_after_the_end_is_ignored() -> None:
    flight = passed()
    flight.end(Outcome.CLIENT_ABORTED, "gone")
    before = flight.exchange()
    flight.request_data(b"x")
    flight.request_end()
    flight.response_head(500, (), None)
    flight.response_data(b"x")
    assert flight.exchange() == before


def test_a_body_over_the_limit_keeps_its_head_and_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflight, "BODY_LIMIT", 4)
    flight = passed()
    flight.response_data(b"6789")
    flight.end(Outcome.COMPLETE, "")
    exchange = flight.exchange()
    assert exchange.response_body == b"12\n4"
    assert exchange.response_size == 9
    assert exchange.request_size is None
    assert exchange.outcome is Outcome.TRUNCATED
    assert sum(chunk.size for chunk in exchange.chunks) == 4
    assert flight.size == 8


def test_the_spool_has_every_line_before_it_is_passed_on(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, CLEANER)
    flight = passed(spool.open(HEAD))
    spool.close()
    (found,) = left_behind(tmp_path)
    flight.end(Outcome.INTERRUPTED, "")
    whole = flight.exchange()
    assert found is not None
    assert (found.request_body, found.response_body) == (whole.request_body, whole.response_body)
    assert found.chunks == whole.chunks


def test_what_is_given_up_stays_in_the_spool(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, CLEANER)
    passed(spool.open(HEAD)).abandon()
    spool.close()
    assert len(left_behind(tmp_path)) == 1


class Syncing(Entry):
    """Notes how much had been passed on when it was synced."""

    cleaner = CLEANER

    def __init__(self) -> None:
        self.seen = 0
        self.synced: list[int] = []

    def response_head(self, status: int, headers: Headers, at_ms: int) -> None:
        pass

    def responses(self, pieces: Sequence[tuple[bytes, int]]) -> None:
        self.seen += sum(len(data) for data, _at_ms in pieces)

    def response(self, data: bytes, at_ms: int) -> None:
        self.responses([(data, at_ms)])

    def sync(self) -> None:
        self.synced.append(self.seen)


def test_a_fixed_length_is_on_stable_storage_before_its_last_piece_passes() -> None:
    entry = Syncing()
    flight = InFlight(HEAD, entry)
    flight.response_head(200, (), 6)
    for piece in (b"12", b"34", b"56"):
        flight.response_data(piece)
    assert entry.synced == [6]


def left(spool: Spool, folder: Path) -> Exchange:
    """What the spool of a process holds when it dies now."""
    spool.close()
    (found,) = left_behind(folder)
    assert found is not None
    return found


def test_a_request_may_pass_before_it_is_spooled_but_no_answer(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, CLEANER)
    flight = InFlight(HEAD, None, 0, lambda: spool.open(HEAD))
    flight.request_data(b"ab")
    flight.request_end()
    assert not list(tmp_path.rglob("*.flight"))
    flight.response_head(200, (), None)
    flight.response_data(b"1\n")
    flight.spool()
    found = left(spool, tmp_path)
    assert (found.request_body, found.response_body, found.status) == (b"ab", b"1\n", 200)
    assert found.request_end_ms is not None


def test_of_a_long_upload_the_spool_knows_the_head_until_it_has_passed_as_a_whole(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, CLEANER)
    flight = InFlight(HEAD, None, 0, lambda: spool.open(HEAD))
    flight.request_data(b"abc")
    flight.spool()
    flight.request_data(b"de")
    (path,) = tmp_path.rglob("*.flight")
    assert HEAD.url.encode() in path.read_bytes() and b"abc" not in path.read_bytes()
    flight.request_end()
    flight.spool()
    assert left(spool, tmp_path).request_body == b"abcde"


def test_what_fails_at_the_end_leaves_an_exchange_that_can_be_committed() -> None:
    def failing() -> Entry | None:
        raise ValueError("no head can be written")

    flight = InFlight(HEAD, None, 0, failing)
    flight.request_data(b"ab")
    with pytest.raises(ValueError, match="no head"):
        flight.end(Outcome.INTERRUPTED, "stopped")
    exchange = flight.exchange()
    assert (exchange.request_body, exchange.outcome, exchange.error) == (b"ab", Outcome.INTERRUPTED, "stopped")


def test_an_unspooled_request_that_is_given_up_is_left_for_recovery(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, CLEANER)
    flight = InFlight(HEAD, None, 0, lambda: spool.open(HEAD))
    flight.request_data(b"ab")
    flight.abandon()
    assert left(spool, tmp_path).request_body == b"ab"


def spooled(folder: Path) -> bytes:
    """What the spool's files hold now."""
    return b"".join(path.read_bytes() for path in folder.rglob("*.flight"))


def test_more_of_a_text_lags_behind_until_it_is_caught_up_or_something_ends(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, CLEANER)
    entry = spool.open(HEAD)
    flight = InFlight(HEAD, entry)
    asked: list[None] = []
    flight.on_lag = lambda: asked.append(None)
    flight.request_end()
    flight.spool()
    flight.response_head(200, (), None)
    deltas = [b'data: {"type":"x","delta":{"text":"%d"}}\n\n' % number for number in range(6)]
    for data in deltas[:4]:
        flight.response_data(data)
    assert len(asked) == 1
    assert [data in spooled(tmp_path) for data in deltas[:4]] == [True, True, False, False]
    flight.catch_up()
    assert all(data in spooled(tmp_path) for data in deltas[:4])
    flight.response_data(deltas[4])
    assert len(asked) == 2
    stop = b'data: {"type":"stop"}\n\n'
    flight.response_data(stop)
    assert deltas[4] in spooled(tmp_path) and stop in spooled(tmp_path)
    flight.response_data(deltas[5])
    flight.end(Outcome.COMPLETE, "")
    flight.catch_up()
    assert flight.exchange().response_body == b"".join(deltas[:5]) + stop + deltas[5]

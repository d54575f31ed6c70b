"""One exchange while it passes."""

import gzip
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from left_behind import left_behind

from addon import body
from addon.inflight import InFlight, Spooling
from store.clean import Cleaner
from store.exchange import Exchange, Outcome
from store.headers import Headers
from store.spool import Spool
from store.spool_entry import Entry

T = TypeVar("T")
HEAD = Exchange("POST", "https://api.example/v1/messages", (), b"", 1_700_000_000_000)


CLEANER = Cleaner(bytes(32))
START = b'event: message_start\ndata: {"type":"message_start"}\n\n'
STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'


def spooling(spool: Spool) -> Spooling:
    return Spooling(CLEANER, lambda: spool.open(HEAD))


def passed(into: Spooling | None = None) -> InFlight:
    flight = InFlight(HEAD, into)
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
    monkeypatch.setattr(body, "BODY_LIMIT", 4)
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
    flight = passed(spooling(spool))
    spool.close()
    (found,) = left_behind(tmp_path)
    flight.end(Outcome.INTERRUPTED, "")
    whole = flight.exchange()
    assert found is not None
    assert (found.request_body, found.response_body) == (whole.request_body, whole.response_body)
    assert found.chunks == whole.chunks


def test_what_is_given_up_stays_in_the_spool(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, CLEANER)
    passed(spooling(spool)).abandon()
    spool.close()
    assert len(left_behind(tmp_path)) == 1


class Syncing(Entry):
    """Notes how much had been passed on when it was synced."""

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
    flight = InFlight(HEAD, Spooling(CLEANER, lambda: entry))
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


def test_a_request_and_the_beginning_of_its_answer_may_pass_before_they_are_spooled(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, CLEANER)
    flight = InFlight(HEAD, spooling(spool))
    flight.on_lag = lambda: pytest.fail("the request's own lag is not over")
    flight.request_data(b"ab")
    flight.request_end()
    flight.response_head(200, (), None)
    flight.response_data(START)
    assert not list(tmp_path.rglob("*.flight"))
    flight.catch_up()
    found = left(spool, tmp_path)
    assert (found.request_body, found.response_body, found.status) == (b"ab", START, 200)
    assert found.request_end_ms is not None


def test_what_may_be_the_end_of_an_answer_is_spooled_with_all_before_it(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, CLEANER)
    flight = InFlight(HEAD, spooling(spool))
    flight.on_lag = lambda: None
    flight.request_data(b"ab")
    flight.request_end()
    flight.response_head(200, (), None)
    flight.response_data(START)
    flight.response_data(STOP)
    found = left(spool, tmp_path)
    assert (found.request_body, found.response_body, found.status) == (b"ab", START + STOP, 200)


class Later:
    """Does work aside when it is told to."""

    def __init__(self) -> None:
        self.work: list[tuple[Callable[[], Any], Callable[[], object], Future[Any]]] = []

    def run(self, work: Callable[[], T], then: Callable[[], object]) -> "Future[T]":
        done: Future[T] = Future()
        self.work.append((work, then, done))
        return done

    def go_on(self) -> None:
        while self.work:
            work, then, done = self.work.pop(0)
            done.set_result(work())
            then()


LONG = b"many words that nobody has seen before; " * 1000


def cleaned_aside(folder: Path) -> tuple[Spool, Later, InFlight]:
    """An exchange with a long request, which is being cleaned, and the beginning of its answer."""
    spool, later = Spool.create(folder, Cleaner(bytes(32))), Later()
    flight = InFlight(HEAD, Spooling(spool.cleaner, lambda: spool.open(HEAD), later.run))
    flight.request_data(LONG)
    flight.request_end()
    flight.catch_up()
    flight.response_head(200, (), None)
    flight.response_data(START)
    return spool, later, flight


def test_a_long_request_is_cleaned_aside_while_its_answer_is_spooled(tmp_path: Path) -> None:
    spool, later, _flight = cleaned_aside(tmp_path)
    assert START in spooled(tmp_path) and LONG[:99] not in spooled(tmp_path)
    later.go_on()
    found = left(spool, tmp_path)
    assert (found.request_body, found.response_body) == (LONG, START)


def test_an_exchange_may_end_before_its_request_is_clean(tmp_path: Path) -> None:
    _spool, later, flight = cleaned_aside(tmp_path)
    flight.end(Outcome.COMPLETE, "")
    assert not flight.is_spooled
    later.go_on()
    exchange = flight.exchange()
    assert (exchange.request_body, exchange.response_body, exchange.outcome) == (LONG, START, Outcome.COMPLETE)
    assert exchange.cleaned is not None


def test_killed_while_its_request_is_cleaned_an_exchange_is_interrupted(tmp_path: Path) -> None:
    spool, _later, flight = cleaned_aside(tmp_path)
    flight.end(Outcome.COMPLETE, "")
    found = left(spool, tmp_path)
    assert (found.request_body, found.response_body, found.outcome) == (b"", START, Outcome.INTERRUPTED)


def test_a_long_answer_of_one_value_is_cleaned_by_whoever_records_it(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, CLEANER)
    flight = InFlight(HEAD, spooling(spool))
    flight.request_end()
    flight.response_head(200, (), 40_000)
    answer = b'{"text":"%b"}' % LONG
    flight.response_data(answer)
    flight.end(Outcome.COMPLETE, "")
    assert not flight.is_spooled
    assert left(spool, tmp_path).outcome is Outcome.INTERRUPTED
    exchange = flight.exchange()
    assert (exchange.response_body, exchange.outcome) == (answer, Outcome.COMPLETE)
    assert exchange.cleaned is not None and sum(chunk.size for chunk in exchange.chunks) == len(answer)


LOUD = b"event: ping\ndata: eyJ sk-ant-a AKIA\n\n" * 20
ENDLESS_NAME = b"\x1f\x8b\x08\x08\0\0\0\0\0\x03"  # of a file, in the header of gzip: what follows is part of it
CODED = gzip.compress(LONG.replace(b"; ", b";\n") * 20)


@pytest.mark.parametrize(
    ("headers", "pieces"),
    [
        pytest.param((), [START, LOUD, START, LOUD, STOP], id="signs of secrets"),
        pytest.param(((b"content-encoding", b"gzip"),), [CODED[:9], CODED[9:]], id="a little that stands for much"),
        pytest.param((), [START, b"0\n" * 600, STOP], id="lines"),
    ],
)
def test_an_answer_that_would_keep_the_loop_is_cleaned_aside(
    tmp_path: Path, headers: Headers, pieces: list[bytes]
) -> None:
    def flight_of(into: Spooling) -> InFlight:
        flight = InFlight(HEAD, into)
        flight.on_lag = lambda: None
        flight.request_end()
        flight.response_head(200, headers, None)
        return flight

    spool, later = Spool.create(tmp_path, Cleaner(bytes(32))), Later()
    at_once = flight_of(Spooling(spool.cleaner, lambda: None))
    aside = flight_of(Spooling(spool.cleaner, lambda: spool.open(HEAD), later.run))
    for piece in pieces:
        at_once.response_data(piece)
        at_once.catch_up()
        aside.response_data(piece)
        aside.catch_up()
    assert aside.is_waiting
    assert not aside.is_spooled
    later.go_on()
    assert not aside.is_waiting
    for flight in (at_once, aside):
        flight.end(Outcome.COMPLETE, "")
    later.go_on()
    expected, exchange = at_once.exchange(), aside.exchange()
    assert exchange.response_body == expected.response_body
    assert [chunk.size for chunk in exchange.chunks] == [chunk.size for chunk in expected.chunks]
    assert exchange.cleaned == expected.cleaned
    assert left(spool, tmp_path).response_body == exchange.response_body


def test_what_comes_of_a_coding_only_at_its_end_is_cleaned_by_whoever_records_it(tmp_path: Path) -> None:
    later = Later()
    flight = InFlight(HEAD, Spooling(CLEANER, lambda: None, later.run))
    flight.on_lag = lambda: None
    flight.request_end()
    flight.response_head(200, ((b"content-encoding", b"gzip"),), None)
    flight.response_data(ENDLESS_NAME + LONG)
    flight.catch_up()
    flight.end(Outcome.COMPLETE, "")
    assert flight.is_waiting and len(later.work) == 1
    later.go_on()
    assert flight.exchange().response_body == ENDLESS_NAME + LONG


def test_whoever_records_an_answer_waits_until_it_is_clean(tmp_path: Path) -> None:
    spool, later = Spool.create(tmp_path, Cleaner(bytes(32))), Later()
    flight = InFlight(HEAD, Spooling(spool.cleaner, lambda: spool.open(HEAD), later.run))
    flight.on_lag = lambda: None
    flight.request_end()
    flight.response_head(200, (), None)
    for piece in (LOUD, START, STOP):
        flight.response_data(piece)
        flight.catch_up()
    flight.end(Outcome.COMPLETE, "")
    with ThreadPoolExecutor(1) as writer:
        recorded = writer.submit(flight.exchange)
        assert flight.is_waiting
        time.sleep(0.05)
        assert not recorded.done()
        later.go_on()
        assert recorded.result(30).response_body == LOUD + START + STOP


def test_of_a_long_upload_the_spool_knows_the_head_until_it_has_passed_as_a_whole(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, CLEANER)
    flight = InFlight(HEAD, spooling(spool))
    flight.request_data(b"abc")
    flight.catch_up()
    flight.request_data(b"de")
    (path,) = tmp_path.rglob("*.flight")
    assert HEAD.url.encode() in path.read_bytes() and b"abc" not in path.read_bytes()
    flight.request_end()
    flight.catch_up()
    assert left(spool, tmp_path).request_body == b"abcde"


def test_what_fails_at_the_end_leaves_an_exchange_that_can_be_committed() -> None:
    def failing() -> Entry | None:
        raise ValueError("no head can be written")

    flight = InFlight(HEAD, Spooling(CLEANER, failing))
    flight.request_data(b"ab")
    with pytest.raises(ValueError, match="no head"):
        flight.end(Outcome.INTERRUPTED, "stopped")
    exchange = flight.exchange()
    assert (exchange.request_body, exchange.outcome, exchange.error) == (b"ab", Outcome.INTERRUPTED, "stopped")


def test_an_unspooled_request_that_is_given_up_is_left_for_recovery(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, CLEANER)
    flight = InFlight(HEAD, spooling(spool))
    flight.request_data(b"ab")
    flight.abandon()
    assert left(spool, tmp_path).request_body == b"ab"


def spooled(folder: Path) -> bytes:
    """What the spool's files hold now."""
    return b"".join(path.read_bytes() for path in folder.rglob("*.flight"))


def test_more_of_a_text_lags_behind_until_it_is_caught_up_or_something_ends(tmp_path: Path) -> None:
    flight = InFlight(HEAD, spooling(Spool.create(tmp_path, CLEANER)))
    asked: list[None] = []
    flight.on_lag = lambda: asked.append(None)
    flight.request_end()
    flight.catch_up()
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

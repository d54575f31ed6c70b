"""The ledger: every exchange that was seen has one fate, wherever its recorder died, and what is not known is said."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from exchanges import conversation

from store import books, ledger, status
from store.archive import Archive
from store.book import Book, Fate, Pages, tag
from store.canonical import loads
from store.clean import Cleaner
from store.errors import Damaged
from store.exchange import Exchange, Outcome
from store.files import Files
from store.fsck import check
from store.ledger import Ledger
from store.record import Recorder
from store.recover import recover
from store.spool import Spool
from store.spool_entry import Entry

SESSION = "5e551011-0000"


class Process:
    """A recorder as the proxy has it: a spool folder with its book, and a writer. It dies by not being closed."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.spool = Spool.create(archive.path, Cleaner(archive.key), files=archive.files)
        self.book = Book()
        self.book.attach(self.spool.folder, archive.files, 1, self.spool.is_mappable)
        self.recorder = Recorder(archive)

    def steps(self, exchange: Exchange) -> Iterator[str]:
        """One exchange; control comes back after each step, so that the process can die there."""
        number = self.book.seen()
        yield "seen"
        entry = self.spool.open(exchange, number)
        yield "spooled"
        self._fill(entry, exchange)
        yield "ended"
        recorded = self.recorder.record(exchange)
        yield "recorded"
        fate = Fate.KNOWN if recorded.known else Fate.STORED
        self.book.settle(number, fate, tag(recorded.session))
        yield "settled"
        entry.discard()
        yield "done"

    @staticmethod
    def _fill(entry: Entry, exchange: Exchange) -> None:
        entry.request([exchange.request_body], 0)
        entry.request_end(1)
        entry.response_head(exchange.status or 0, exchange.response_headers, 2)
        entry.response(exchange.response_body, 3)
        entry.end(exchange.outcome, "", exchange.end_ms or 0, None, None)
        entry.close()

    def whole(self, *exchanges: Exchange) -> None:
        for exchange in exchanges:
            for _step in self.steps(exchange):
                pass

    def die(self) -> None:
        """What the system does for a process that was killed: locks and descriptors go."""
        lock, self.spool._lock = self.spool._lock, -1
        self.archive.files.close(lock)
        self.recorder.close()

    def close(self) -> None:
        books.close_own(self.book, self.spool.folder, self.archive.files, self.recorder.close_book)
        self.recorder.close()
        self.spool.close()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.create(tmp_path / "archive") as made:
        yield made


def turns_of(archive: Archive, session: str) -> int:
    row = archive.index.db.execute("SELECT turns FROM sessions WHERE session = ?", (session,)).fetchone()
    return int(row[0]) if row else 0


def test_a_closed_book_says_the_same_as_the_living_one(archive: Archive) -> None:
    process = Process(archive)
    process.whole(*conversation(3, SESSION, 10))
    process.book.seen(fate=Fate.NO_MODEL_CALL)
    living = books.read(archive)
    assert [book.is_alive for book in living.books] == [True]
    process.close()
    closed = books.read(archive)
    assert [book.is_alive for book in closed.books] == [False]
    assert closed.total() == living.total()
    assert closed.total().seen == 4
    assert closed.state(SESSION) == ("complete", 0, "")
    assert archive.files.names(archive.path / "spool") == ["lock"]
    assert check(archive).sound


@pytest.mark.parametrize("last", ["seen", "spooled", "ended", "recorded", "settled", "done"])
def test_wherever_a_recorder_dies_each_exchange_has_one_fate(archive: Archive, last: str) -> None:
    first, second, third = conversation(3, SESSION, 10)
    process = Process(archive)
    process.whole(first)
    for step in process.steps(second):
        if step == last:
            break
    process.die()
    recover(archive)
    again = Process(archive)
    again.whole(third)
    again.close()
    found = books.read(archive)
    assert found.total().seen == 3
    expected = {"unfinished": 1} if last == "seen" else {}
    assert found.total().lost == expected
    assert found.total().turns == 3 - len(expected)
    assert found.account(SESSION).turns == turns_of(archive, SESSION)
    assert archive.files.names(archive.path / "spool") == ["lock"]


class Failing(Files):
    """Removing a file fails, so many times."""

    failures = 0

    def remove(self, path: Path) -> None:
        if self.failures and "spool" in path.parts:
            self.failures -= 1
            raise OSError(5, "injected")
        super().remove(path)


@pytest.mark.parametrize("failures", [1, 2, 3])
def test_a_recovery_that_is_cut_short_and_begun_again_counts_once(tmp_path: Path, failures: int) -> None:
    files = Failing()
    with Archive.create(tmp_path / "archive", files) as archive:
        process = Process(archive)
        for exchange in conversation(2, SESSION, 10):
            for step in process.steps(exchange):
                if step == "ended":
                    break
        process.die()
        files.failures = failures
        for _ in range(failures + 1):
            with contextlib.suppress(OSError):
                recover(archive)
        found = books.read(archive)
        assert found.account(SESSION).as_json()["stored"] == found.total().seen == 2
        assert found.state(SESSION).word == "complete"
        assert len([book.name for book in found.books]) == 1


def test_the_same_exchange_seen_twice_is_a_known_duplicate(archive: Archive) -> None:
    (exchange,) = conversation(1, SESSION, 10)
    process = Process(archive)
    process.whole(exchange, exchange)
    process.close()
    account = books.read(archive).account(SESSION)
    assert (account.seen, account.turns, account.counts[Fate.KNOWN]) == (2, 1, 1)
    assert books.read(archive).state(SESSION).word == "complete"


def test_a_duplicate_of_another_start_stays_one_when_it_is_recovered(archive: Archive) -> None:
    (exchange,) = conversation(1, SESSION, 10)
    process = Process(archive)
    process.whole(exchange)
    for step in process.steps(replace(exchange, started_ms=exchange.started_ms + 5)):
        if step == "ended":
            break
    process.die()
    recover(archive)
    account = books.read(archive).account(SESSION)
    assert (account.turns, account.counts[Fate.KNOWN]) == (1, 1)


@pytest.mark.parametrize("has_book", [True, False])
def test_a_file_that_a_power_cut_brings_back_is_the_turns(archive: Archive, has_book: bool) -> None:
    """With its book also one of which the request is torn; without, a request that is whole has to say whose it is."""
    (exchange,) = conversation(1, SESSION, 10)
    process = Process(archive)
    *_, _done = process.steps(exchange)
    entry = process.spool.open(exchange, 1)
    entry.request([exchange.request_body[: -9 if has_book else None]], 0)
    entry.close()
    process.die()
    if not has_book:
        (process.spool.folder / "book").unlink()
    assert recover(archive) == 0
    assert turns_of(archive, SESSION) == 1


def test_a_cut_exchange_that_is_recovered_is_a_turn_that_lacks_something(archive: Archive) -> None:
    (exchange,) = conversation(1, SESSION, 10)
    process = Process(archive)
    number = process.book.seen()
    entry = process.spool.open(exchange, number)
    entry.request([exchange.request_body], 0)
    entry.end(Outcome.TRUNCATED, "", 1, 1 << 30, None)
    entry.close()
    process.die()
    recover(archive)
    assert books.read(archive).account(SESSION).counts == {Fate.TRUNCATED: 1}


def test_what_was_recorded_without_a_book_is_unknown(archive: Archive) -> None:
    first, second = conversation(2, SESSION, 10)
    with Recorder(archive) as recorder:
        recorder.record(first)
    found = books.read(archive)
    assert found.state(SESSION).word == "unknown"
    assert (found.books, found.unrecorded()) == ([], 1)
    process = Process(archive)
    process.whole(second)
    process.close()
    found = books.read(archive)
    assert found.state(SESSION) == ("unknown", 0, "it has 2 turns, and the ledger 1")
    assert found.state("no such session").word == "unknown"


@pytest.mark.parametrize(
    ("spoil", "mark"),
    [
        (lambda book: book.settle(book.seen(tag(SESSION)), Fate.QUEUE_FULL), "gaps 1"),
        (lambda book: book.settle(book.seen(), Fate.CAPTURE_FAILED), "unknown"),
        (lambda book: book.settle(book.seen(tag("another")), Fate.CAPTURE_FAILED), "complete"),
        (lambda book: book.seen(fate=Fate.REFUSED), "complete"),
    ],
)
def test_a_loss_beside_a_session_makes_it_no_healthier(
    archive: Archive, spoil: Callable[[Book], object], mark: str
) -> None:
    process = Process(archive)
    process.whole(*conversation(2, SESSION, 10))
    spoil(process.book)
    process.close()
    assert books.read(archive).state(SESSION).mark == mark


def test_an_exchange_in_flight_that_names_no_session_may_be_anybodys(archive: Archive) -> None:
    process = Process(archive)
    process.whole(*conversation(1, SESSION, 10))
    process.book.seen()
    assert books.read(archive).state(SESSION).mark == "in flight 1"


def test_a_book_that_is_not_certain_makes_its_sessions_unknown(archive: Archive) -> None:
    process = Process(archive)
    process.whole(*conversation(1, SESSION, 10))
    process.die()
    path = process.spool.folder / "book"
    path.rename(path.with_name("book.torn"))
    recover(archive)
    assert books.read(archive).state(SESSION).word == "unknown"


def test_an_index_made_anew_has_the_same_ledger(archive: Archive) -> None:
    process = Process(archive)
    process.whole(*conversation(2, SESSION, 10))
    process.book.seen(fate=Fate.SOCKET)
    process.close()
    fresh = archive.with_fresh_index()
    fresh.refresh()
    assert books.read(fresh).books == books.read(archive).books


def test_an_idle_recorder_leaves_nothing(archive: Archive) -> None:
    process = Process(archive)
    process.close()
    assert archive.files.names(archive.journals) == []
    assert archive.files.names(archive.path / "spool") == ["lock"]


def test_clients_that_refused_the_ca_stay_on_record(archive: Archive) -> None:
    process = Process(archive)
    status.write(process.spool.folder, archive.files, {"refused_ca": {"api.anthropic.com": 2, "x": "?"}})
    process.close()
    ((blob,),) = archive.index.db.execute("SELECT object FROM records WHERE type = 9").fetchall()
    assert loads(archive.get(bytes(blob)).payload)["refused_ca"] == {"api.anthropic.com": 2}


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"book":1}', ledger.payload("b", Pages(ledger.Counter(), True, "", 1), {})[:-3]]
)
def test_a_closed_book_that_makes_no_sense_is_damage(archive: Archive, data: bytes) -> None:
    with pytest.raises(Damaged):
        ledger.apply(archive, data, 1)


def test_an_empty_ledger_has_nothing_of_anybody() -> None:
    assert Ledger([], {"a": 3}).state("a").word == "unknown"
    assert Ledger([], {}).total().seen == 0


@pytest.mark.parametrize("left", [True, False])
def test_a_book_that_cannot_be_closed_is_left_whole(tmp_path: Path, left: bool) -> None:
    """Its file took no entries for a while, and then the journal takes no record, or an exchange stays behind."""
    files = Files()
    with Archive.create(tmp_path / "archive", files) as archive:
        process = Process(archive)
        first, second = conversation(2, SESSION, 10)
        process.whole(first)
        process.book._tear()  # as after a failed write
        for step in process.steps(second):
            if left and step == "recorded":
                break

        def refuse(_blob: bytes) -> None:
            raise OSError(28, "No space left on device")

        with contextlib.nullcontext() if left else pytest.raises(OSError):
            books.close_own(process.book, process.spool.folder, files, refuse)
        (process.spool.folder / ".status.tmp").write_bytes(b"")  # somebody died while writing it
        process.die()
        recover(archive)
        found = books.read(archive)
        assert found.account(SESSION).turns == 2
        assert found.state(SESSION).word == "complete"
        assert files.names(archive.path / "spool") == ["lock"]

"""What is done to an archive on a simulated disk, one function a scenario (`disk_stage`).

To add one, write a function of a `Stage` and put it into `SCENARIOS`.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from disk import Process
from disk_stage import ROOT, Scenario, Stage, start_again

from store.archive import Archive
from store.book import Book, Fate, tag
from store.books import close_own
from store.clean import Cleaner
from store.exchange import Exchange, Outcome
from store.gc import collect
from store.ids import object_id
from store.record import Recorder
from store.repair import repair
from store.spool import Spool
from store.spool_entry import Entry


def created(stage: Stage) -> None:
    """An archive is made, and opened again."""
    process = stage.process()
    Archive.create(ROOT, process).close()
    Archive.create(ROOT, process).close()


def recorded(stage: Stage) -> None:
    """A conversation grows in a new archive."""
    with Archive.create(ROOT, stage.process()) as archive, Recorder(archive) as recorder:
        for exchange in stage.talk("s", 4, system_words=300):
            recorder.record(exchange, partial(stage.durable, exchange))


def gaps_and_runs(stage: Stage) -> None:
    """Journal records of other kinds among the turns."""
    with Archive.create(ROOT, stage.process()) as archive, Recorder(archive) as recorder:
        stage.ledger.objects.append(recorder.put_run({"command": ["agent"]}))
        for exchange in stage.talk("s", 2):
            recorder.record(exchange, partial(stage.durable, exchange))
            recorder.gap("queue-full", {"n": exchange.started_ms})
            payload = b'{"n":%d,"reason":"queue-full"}' % exchange.started_ms
            stage.ledger.objects.append(object_id("blob", payload))


def closed_and_opened(stage: Stage) -> None:
    """Every turn has a process of its own, which shares what the sealed ones stored."""
    for exchange in stage.talk("s", 3):
        with Archive.create(ROOT, stage.process()) as archive, Recorder(archive) as recorder:
            recorder.record(exchange, partial(stage.durable, exchange))


def killed_and_adopted(stage: Stage) -> None:
    """Each recorder is killed; the next one takes over on a disk that may not have synced everything."""
    for number, exchange in enumerate(stage.talk("s", 3)):
        process = stage.process()
        recorder = Recorder(Archive.create(ROOT, process))
        recorder.record(exchange, partial(stage.durable, exchange))
        if number == 1:
            recorder.close()
        process.kill()


def killed_before_its_commit(stage: Stage) -> None:
    """A block was written, not synced, and nothing speaks of it: whoever adopts it may not build on it blindly."""

    class Dying(stage.kind):  # type: ignore[name-defined,misc]
        """Dies as it is about to sync the second block."""

        blocks = 0

        def append(self, descriptor: int, data: bytes) -> None:
            super().append(descriptor, data)
            self.blocks += data[:3] == b"\x9eDk"
            if self.blocks == 2:
                self.kill()
                raise KeyboardInterrupt

    first, second = stage.talk("s", 2)
    recorder = Recorder(Archive.create(ROOT, Dying(stage.disk)))
    recorder.record(first, partial(stage.durable, first))
    try:
        recorder.record(second, partial(stage.durable, second))
    except KeyboardInterrupt:
        pass
    with Archive.create(ROOT, stage.process()) as archive, Recorder(archive) as recorder:
        recorder.record(second, partial(stage.durable, second))


def two_writers(stage: Stage) -> None:
    """A second process begins while the first is at it; they take turns, and the first leaves first."""
    with Archive.create(ROOT, stage.process()) as one, Archive.create(ROOT, stage.process()) as other:
        first = Recorder(one)
        talk = stage.talk("a", 3)
        opening = next(talk)
        first.record(opening, partial(stage.durable, opening))
        second = Recorder(other)
        for pair in zip(talk, stage.talk("b", 2), strict=True):
            for exchange, recorder in zip(pair, (first, second), strict=True):
                recorder.record(exchange, partial(stage.durable, exchange))
        first.close()
        for exchange in stage.talk("c", 1):
            second.record(exchange, partial(stage.durable, exchange))
        second.close()


class Carrier:
    """Takes exchanges through the spool into the archive, as a recorder does."""

    def __init__(self, stage: Stage, process: Process) -> None:
        self.stage = stage
        self.archive = Archive.create(ROOT, process)
        self.spool = Spool.create(ROOT, Cleaner(self.archive.key), files=process)
        self.book = Book()
        self.book.attach(self.spool.folder, process, 1, self.spool.is_mappable)
        self.recorder = Recorder(self.archive, self.spool.seen)
        self._numbers: dict[int, int] = {}

    def head(self, exchange: Exchange) -> Entry:
        """The request is passed on."""
        number = self._numbers[exchange.started_ms] = self.book.seen()
        entry = self.spool.open(exchange, number)
        entry.whole_request(exchange.request_body, 0)
        entry.request_end(exchange.request_end_ms or 0)
        assert exchange.status is not None
        entry.response_head(exchange.status, exchange.response_headers, exchange.first_byte_ms or 0)
        return entry

    def pieces(self, exchange: Exchange, entry: Entry, parts: int, stop: int | None = None) -> None:
        """The answer is passed on in so many pieces, or only the first few of them."""
        body = exchange.response_body
        step = len(body) // parts + 1
        for number, start in enumerate(list(range(0, len(body), step))[:stop]):
            entry.response(body[start : start + step], 10 * number)
            assert not entry.failed
            self.stage.ledger.given[exchange.started_ms] = min(len(body), start + step)
            self.stage.note("given")

    def end(self, exchange: Exchange, entry: Entry) -> None:
        """The answer has ended; it is committed, and its spool file goes."""
        entry.end(Outcome.COMPLETE, "", exchange.end_ms or 0, None, None)
        entry.close()
        recorded = self.recorder.record(exchange, partial(self.stage.durable, exchange))
        self.book.settle(self._numbers[exchange.started_ms], Fate.STORED, tag(recorded.session))
        entry.discard()

    def close(self) -> None:
        close_own(self.book, self.spool.folder, self.archive.files, self.recorder.close_book)
        for part in (self.recorder, self.spool, self.archive):
            part.close()


def streamed(stage: Stage) -> None:
    """Two answers run at the same time; both are committed."""
    carrier = Carrier(stage, stage.process())
    first, second = stage.talk("s", 2)
    one, two = carrier.head(first), carrier.head(second)
    carrier.pieces(first, one, 4)
    carrier.pieces(second, two, 3)
    carrier.end(first, one)
    carrier.end(second, two)
    carrier.close()


def cut_short(stage: Stage) -> None:
    """A recorder dies with one answer under way and one that has ended; the next start recovers both."""
    process = stage.process()
    carrier = Carrier(stage, process)
    first, second, third = stage.talk("s", 3)
    entry = carrier.head(first)
    carrier.pieces(first, entry, 3)
    carrier.end(first, entry)
    carrier.pieces(second, carrier.head(second), 4, stop=2)
    carrier.pieces(third, carrier.head(third), 3)
    process.kill()
    start_again(stage.process()).close()


def large_answer(stage: Stage) -> None:
    """An answer that cannot wait for its commit is synced in the spool before its last piece."""
    process = stage.process()
    carrier = Carrier(stage, process)
    for exchange in stage.talk("s", 1):
        length = str(len(exchange.response_body)).encode()
        headers = (*exchange.response_headers, (b"content-length", length))
        exchange = stage.ledger.begun[exchange.started_ms] = replace(exchange, response_headers=headers)
        entry = carrier.head(exchange)
        carrier.pieces(exchange, entry, 3)
        entry.sync()
        assert not entry.failed
        stage.ledger.synced[exchange.started_ms] = len(exchange.response_body)
        stage.note("synced")
        carrier.end(exchange, entry)
    carrier.close()


def replaced(stage: Stage) -> None:
    """A small file is replaced twice: it holds one of the two, and the second once that was told."""
    process = stage.process()
    Archive.create(ROOT, process).close()
    path = ROOT / "config.toml"
    old = b""
    for content in (b"one", b"two, and longer"):
        stage.ledger.files[path] = {old, content}
        process.replace(path, content)
        stage.ledger.files[path] = {content}
        stage.note("replaced")
        old = content


def packed_again(stage: Stage) -> None:
    """Packs of writers that closed them are packed again, twice, with a recording between."""
    for session in ("a", "b", "c"):
        with Archive.create(ROOT, stage.process()) as archive, Recorder(archive) as recorder:
            for exchange in stage.talk(session, 2, system_words=100):
                recorder.record(exchange, partial(stage.durable, exchange))
        if session != "a":
            with Archive.create(ROOT, stage.process()) as archive:
                assert collect(archive).written


def repaired(stage: Stage) -> None:
    """Both files of a dead writer end torn, and are repaired."""
    process = stage.process()
    recorder = Recorder(Archive.create(ROOT, process))
    for exchange in stage.talk("s", 2):
        recorder.record(exchange, partial(stage.durable, exchange))
    process.kill()
    process = stage.process()
    for folder in ("journal", "objects/pack"):
        (name,) = process.names(ROOT / folder)
        torn = process.open_append(ROOT / folder / name)
        process.append(torn, b"torn by a crash")
        process.close(torn)
    assert repair(ROOT, files=process)


SCENARIOS: list[Scenario] = [
    created,
    recorded,
    gaps_and_runs,
    closed_and_opened,
    killed_and_adopted,
    killed_before_its_commit,
    two_writers,
    streamed,
    cut_short,
    large_answer,
    replaced,
    packed_again,
    repaired,
]

BY_NAME: dict[str, Callable[[Stage], None]] = {scenario.__name__: scenario for scenario in SCENARIOS}

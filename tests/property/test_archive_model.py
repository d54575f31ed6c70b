"""An archive against a dict: two writers, readers, a gc, deleted indexes, in any order.

The model is what was recorded: turn id -> both bodies. Whatever happened in between, every reader finds exactly that,
and fsck finds nothing.
"""

import shutil
import tempfile
from pathlib import Path

import pytest
from damage import small_exchanges
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from store.archive import Archive
from store.canonical import loads
from store.exchange import Exchange
from store.fsck import examine
from store.gc import collect
from store.record import Recorder

SESSIONS = ("one", "two", "three")
LENGTH = 8
TALKS: dict[str, list[Exchange]] = {session: list(small_exchanges(LENGTH, session)) for session in SESSIONS}
Bodies = tuple[bytes, bytes]


class Writing:
    """A writer of its own, as in a process of its own."""

    def __init__(self, path: Path) -> None:
        self.archive = Archive.open(path)
        self.recorder = Recorder(self.archive)

    def close(self) -> None:
        self.recorder.close()
        self.archive.close()


def bodies_of(archive: Archive, turn: bytes) -> Bodies:
    said = loads(archive.get_kind(turn, "turn"))
    request, response = (bytes.fromhex(said[side]["body"]) for side in ("request", "response"))
    return archive.get_kind(request, "blob"), archive.get_kind(response, "blob")


class ArchiveModel(RuleBasedStateMachine):
    """See the module."""

    readers = Bundle("readers")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "a"
        Archive.create(self.path).close()
        self.writers: list[Writing | None] = [None, None]
        self.open: list[Archive] = []
        self.turns: dict[bytes, Bodies] = {}
        self.gaps = 0

    def _writer(self, which: int) -> Writing:
        found = self.writers[which]
        if found is None:
            found = self.writers[which] = Writing(self.path)
        return found

    @rule(which=st.integers(0, 1), session=st.sampled_from(SESSIONS), number=st.integers(0, LENGTH - 1))
    def record(self, which: int, session: str, number: int) -> None:
        exchange = TALKS[session][number]
        recorded = self._writer(which).recorder.record(exchange)
        assert not recorded.known or recorded.turn in self.turns
        self.turns[recorded.turn] = exchange.request_body, exchange.response_body

    @rule(which=st.integers(0, 1))
    def gap(self, which: int) -> None:
        self.gaps += 1
        self._writer(which).recorder.gap("model", {"count": self.gaps})

    @rule(which=st.integers(0, 1))
    def close(self, which: int) -> None:
        if (writer := self.writers[which]) is not None:
            writer.close()
            self.writers[which] = None

    @rule(target=readers)
    def look(self) -> Archive:
        reader = Archive.open(self.path)
        self.open.append(reader)
        return reader

    @rule(reader=readers)
    def read(self, reader: Archive) -> None:
        reader.refresh()
        listed = {bytes(row[0]) for row in reader.index.db.execute("SELECT id FROM turns")}
        assert listed == set(self.turns)
        for turn, bodies in self.turns.items():
            assert bodies_of(reader, turn) == bodies

    @rule(reader=consumes(readers))
    def leave(self, reader: Archive) -> None:
        self.open.remove(reader)
        reader.close()

    @rule()
    def delete_the_index(self) -> None:
        for file in (self.path / "index").iterdir():
            file.unlink()

    @rule()
    def pack_again(self) -> None:
        with Archive.open(self.path) as archive:
            collect(archive)

    @invariant()
    def every_gap_and_turn_is_in_a_journal(self) -> None:
        size = sum(file.stat().st_size for file in (self.path / "journal").iterdir())
        assert size >= 64 * (len(self.turns) + self.gaps)

    def teardown(self) -> None:
        for which in range(2):
            self.close(which)
        for reader in self.open:
            reader.close()
        report = examine(self.path)
        assert (report.findings, report.turns) == ([], len(self.turns))
        with Archive.open(self.path) as archive:
            self.open = []
            self.read(archive)
        shutil.rmtree(self.folder)


def test_an_archive_is_what_was_recorded_whatever_else_happens() -> None:
    run_state_machine_as_test(
        ArchiveModel, settings=settings(max_examples=8, stateful_step_count=20, deadline=None, derandomize=True)
    )


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_the_same_at_length() -> None:
    run_state_machine_as_test(ArchiveModel, settings=settings(max_examples=400, stateful_step_count=50, deadline=None))

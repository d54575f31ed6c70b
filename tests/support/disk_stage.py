"""Scenarios of an archive on a simulated disk, and the check of every state that a crash can leave of them.

A scenario is one function of a `Stage`. It acts through processes of the stage's disk and tells the `Ledger` what it
was promised; every change of disk or ledger is a `Moment`. `states` gives the crash states of all moments, `violations`
starts on one of them as the next user would, and says what of the contract (docs/format.md) does not hold.
"""

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from disk import Disk, Process, Tree
from disk_states import digest, power_cuts
from exchanges import conversation

from store.archive import Archive
from store.canonical import loads
from store.exchange import Exchange, Outcome
from store.fsck import check
from store.record import Recorder
from store.recover import recover

ROOT = Path("/not/there/archive")  # not in the real world, so that the index, which is derived, stays in memory


def empty_disk() -> Disk:
    """A disk with the folder that the archive is to lie in."""
    return Disk.of({str(folder): None for folder in list(ROOT.parents)[-2::-1]})


AFTERWARDS = replace(next(conversation(1, "afterwards", 9)), started_ms=1)


@dataclass
class Ledger:
    """What was promised so far. Exchanges go by their start."""

    begun: dict[int, Exchange] = field(default_factory=dict)
    given: dict[int, int] = field(default_factory=dict)  # bytes of the response that the client was given
    synced: dict[int, int] = field(default_factory=dict)  # of those, the ones that were synced in the spool
    durable: set[int] = field(default_factory=set)  # the turn was told to be durable
    objects: list[bytes] = field(default_factory=list)  # runs and gaps that were told to be durable
    files: dict[Path, set[bytes]] = field(default_factory=dict)  # what a file may hold

    def copy(self) -> "Ledger":
        return copy.copy(replace(self, **{name: copy.copy(getattr(self, name)) for name in vars(self)}))


class Moment(NamedTuple):
    """The disk between two changes, and what had been promised by then."""

    disk: Disk
    ledger: Ledger
    what: str


class State(NamedTuple):
    """What a crash at a moment left."""

    tree: Tree
    moment: Moment
    is_kill: bool


class Stage:
    """Where a scenario acts."""

    def __init__(self, kind: type[Process] = Process, disk: Disk | None = None, ledger: Ledger | None = None) -> None:
        self.kind = kind
        self.disk = disk or empty_disk()
        self.ledger = ledger or Ledger()
        self.moments: list[Moment] = []
        self.disk.changed = self.note
        self.note("begin")

    def note(self, what: str) -> None:
        self.moments.append(Moment(self.disk.clone(), self.ledger.copy(), what))

    def process(self) -> Process:
        """A new process."""
        return self.kind(self.disk)

    def durable(self, exchange: Exchange) -> None:
        self.ledger.durable.add(exchange.started_ms)
        self.note("told durable")

    def talk(self, session: str, turns: int, system_words: int = 30) -> Iterator[Exchange]:
        """Exchanges that begin now, one after the other."""
        base = 1_000_000 * (1 + sum(map(ord, session)))
        for number, exchange in enumerate(conversation(turns, session, system_words)):
            begun = replace(exchange, started_ms=base + 1000 * number)
            self.ledger.begun[begun.started_ms] = begun
            yield begun


Scenario = Callable[[Stage], None]


def states(moments: list[Moment], seed: int = 1, at_random: int = 4, most: int = 40) -> list[State]:
    """Distinct states that a crash can leave at these moments, at most ``most`` power cuts a moment.

    Promises only grow, so that of equal states the one of the last moment is asked for most.
    """
    dice = random.Random(seed)
    seen: set[tuple[bytes, bool]] = set()
    found: list[State] = []
    for moment in reversed(moments):
        cuts = power_cuts(moment.disk, dice, at_random, most)
        for tree, is_kill in [(moment.disk.visible(), True), *((cut, False) for cut in cuts)]:
            key = (digest(tree), is_kill)
            if key not in seen:
                seen.add(key)
                found.append(State(tree, moment, is_kill))
    return found


def start_again(process: Process) -> Archive:
    """What the next capture does: it takes over, recovers, and goes on. The archive, still open."""
    archive = Archive.create(ROOT, process)
    with Recorder(archive) as recorder:
        recover(archive, recorder)
        recorder.record(AFTERWARDS)
    return archive


def next_start(state: State) -> list[Moment]:
    """The moments of the next start after a crash; after a kill the disk still holds what was not synced."""
    disk = state.moment.disk.clone() if state.is_kill else Disk.of(state.tree)
    ledger = state.moment.ledger.copy()
    if not state.is_kill:
        ledger.given = {}
    stage = Stage(disk=disk, ledger=ledger)
    start_again(stage.process()).close()
    return stage.moments


def violations(state: State, kind: type[Process] = Process) -> list[str]:
    """What does not hold in a state, and after the next start from it."""
    disk = Disk.of(state.tree)
    ledger = state.moment.ledger
    try:
        found = _files(disk, ledger)
        with start_again(kind(disk)) as archive:
            found += [f"fsck: {each.kind} {each.where}: {each.message}" for each in check(archive).findings]
            found += _turns(archive, ledger, state.is_kill)
            found += [f"lost object {each.hex()}" for each in ledger.objects if not _is_there(archive, each)]
    except Exception as error:  # noqa: BLE001  whatever stops the next start is a violation
        return [f"cannot go on: {type(error).__name__}: {error}"]
    return found + disk.misuse


def _files(disk: Disk, ledger: Ledger) -> list[str]:
    found = []
    for path, allowed in ledger.files.items():
        content = disk.find(path).visible if Process(disk).exists(path) else b""
        if content not in allowed:
            found.append(f"{path.name} holds {content!r}")
    return found


def _is_there(archive: Archive, wanted: bytes) -> bool:
    listed = archive.index.db.execute("SELECT 1 FROM records WHERE object = ?", (wanted,)).fetchone()
    return listed is not None and bool(archive.get(wanted).payload)


def _turns(archive: Archive, ledger: Ledger, is_kill: bool) -> list[str]:
    found: list[str] = []
    known: dict[int, tuple[str, bytes, bytes]] = {}
    for (turn,) in archive.index.db.execute("SELECT id FROM turns").fetchall():
        payload = loads(archive.get(bytes(turn)).payload)
        start = payload["times"]["start"]
        bodies = [payload[side]["body"] for side in ("request", "response")]
        request, response = (archive.get(bytes.fromhex(each)).payload if each else b"" for each in bodies)
        truth = AFTERWARDS if start == AFTERWARDS.started_ms else ledger.begun.get(start)
        if truth is None or not (truth.request_body.startswith(request) and truth.response_body.startswith(response)):
            found.append(f"invented: a turn that starts at {start}")
        if start in known:
            found.append(f"twice: the turn that starts at {start} ({known[start][0]} and {payload['outcome']})")
        known[start] = (payload["outcome"], request, response)
    for start in ledger.durable:
        truth = ledger.begun[start]
        if known.get(start) != (Outcome.COMPLETE.value, truth.request_body, truth.response_body):
            found.append(f"lost: the durable turn that starts at {start}")
    for start, size in (ledger.given if is_kill else ledger.synced).items():
        truth = ledger.begun[start]
        outcome, request, response = known.get(start, ("none", b"", b""))
        if request != truth.request_body or len(response) < size:
            found.append(f"lost: {size} bytes that the client had of the turn that starts at {start}")
        if size == len(truth.response_body) and outcome != Outcome.COMPLETE.value:
            found.append(f"wrongly {outcome}: the turn that starts at {start}")
    return found

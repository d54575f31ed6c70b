"""Every call that touches a file fails in turn: what was told to be durable stays so, also after a power cut."""

import errno
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from disk import Disk, Faulty
from disk_scenarios import Carrier
from disk_stage import ROOT, Moment, Stage, State, violations
from disk_states import digest, power_cuts

from store.archive import Archive
from store.errors import StoreError
from store.exchange import Exchange
from store.gc import collect
from store.ids import object_id
from store.record import Recorder
from store.recover import recover

SAMPLE = 15


class Fault(NamedTuple):
    """What a call does instead of its work, and whether the calls after it do too."""

    name: str
    error: int
    times: int = 1
    is_short: bool = False


ERRORS = [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EMFILE]
FAULTS = [
    *(Fault(errno.errorcode[error], error) for error in ERRORS),
    *(Fault(f"{errno.errorcode[error]} from then on", error, 1_000_000) for error in ERRORS),
    Fault("a short write", errno.ENOSPC, is_short=True),
    Fault("short writes from then on", errno.ENOSPC, 1_000_000, is_short=True),
]
Work = Callable[[Stage, Faulty], None]


def tolerant(work: Callable[[], object]) -> bool:
    """Whether it worked; nothing but what the contract names comes out of it."""
    try:
        work()
    except (OSError, StoreError):
        return False
    return True


def recording(stage: Stage, process: Faulty) -> None:
    """Turns, runs and gaps; a turn that failed is tried again."""
    made: list[Archive] = []
    if not tolerant(lambda: made.append(Archive.create(ROOT, process))):
        return
    recorders: list[Recorder] = []
    if tolerant(lambda: recorders.append(Recorder(made[0]))):
        (recorder,) = recorders
        for exchange in stage.talk("s", 3):
            for _attempt in range(2):
                if tolerant(partial(recorder.record, exchange, partial(stage.durable, exchange))):
                    break
            detail = {"n": exchange.started_ms}
            if tolerant(partial(recorder.gap, "some", detail)):
                stage.ledger.objects.append(object_id("blob", b'{"n":%d,"reason":"some"}' % exchange.started_ms))
        tolerant(recorder.close)
    made[0].close()


def carrying(stage: Stage, process: Faulty) -> None:
    """Exchanges through the spool."""
    carriers: list[Carrier] = []
    if not tolerant(lambda: carriers.append(Carrier(stage, process))):
        return
    (carrier,) = carriers
    for exchange in stage.talk("s", 2):
        tolerant(partial(carry, carrier, exchange))
    tolerant(carrier.close)


def carry(carrier: Carrier, exchange: Exchange) -> None:
    entry = carrier.head(exchange)
    entry.response(exchange.response_body, 1)
    carrier.end(exchange, entry)


def recovering(stage: Stage, process: Faulty) -> None:
    """A dead recorder's archive is taken over."""
    with Archive.open(ROOT, process) as archive:
        tolerant(partial(recover, archive))


def importing(stage: Stage, process: Faulty) -> None:
    """Many in a row, without a spool, until one fails."""
    with Archive.create(ROOT, process) as archive, Recorder(archive) as recorder:
        for exchange in stage.talk("i", 6):
            recorder.record(exchange, partial(stage.durable, exchange))


def collecting(stage: Stage, process: Faulty) -> None:
    """Packs are packed again."""
    with Archive.open(ROOT, process) as archive:
        tolerant(partial(collect, archive))


def two_packs(stage: Stage) -> None:
    """What `collecting` finds."""
    for exchange in stage.talk("s", 2):
        with Archive.create(ROOT, stage.process()) as archive, Recorder(archive) as recorder:
            recorder.record(exchange, partial(stage.durable, exchange))


def left_behind(stage: Stage) -> None:
    """What `recovering` finds: one turn, and two exchanges in the spool of a dead process."""
    process = stage.process()
    carrier = Carrier(stage, process)
    for number, exchange in enumerate(stage.talk("s", 3)):
        entry = carrier.head(exchange)
        carrier.pieces(exchange, entry, 2)
        if not number:
            carrier.end(exchange, entry)
    process.kill()


WORKS: dict[str, tuple[Work, Callable[[Stage], None]]] = {
    "record": (recording, lambda _stage: None),
    "carry": (carrying, lambda _stage: None),
    "recover": (recovering, left_behind),
    "gc": (collecting, two_packs),
    "import": (importing, lambda _stage: None),
}


def after_fault(name: str, fault: Fault, first: int) -> tuple[Stage, Faulty]:
    """Do the work with a fault at its call number ``first``."""
    work, prepare = WORKS[name]
    stage = Stage()
    prepare(stage)
    stage.disk.changed = lambda _what: None
    process = Faulty(stage.disk, fault.error, first, fault.times, fault.is_short)
    tolerant(partial(work, stage, process))
    process.kill()
    return stage, process


def wrong(name: str, fault: Fault, first: int) -> list[str]:
    """What does not hold afterwards, with the disk as it is seen and after two power cuts."""
    stage, process = after_fault(name, fault, first)
    found = [f"misuse: {each}" for each in stage.disk.misuse]
    cuts = power_cuts(stage.disk, random.Random(first), 1, 2)
    left = [*((cut, False) for cut in cuts), (stage.disk.visible(), True)]
    for tree, is_kill in {digest(tree): (tree, is_kill) for tree, is_kill in left}.values():
        found += violations(State(tree, Moment(stage.disk, stage.ledger, "fault"), is_kill))
    call = process.calls[first - 1] if first <= len(process.calls) else "none"
    return [f"{fault.name} at call {first} ({call}): {each}" for each in found]


def calls(name: str) -> int:
    """How many calls the work makes."""
    return len(after_fault(name, Fault("none", 0), 0)[1].calls)


def all_faults(name: str) -> list[tuple[Fault, int]]:
    return [(fault, first) for first in range(1, calls(name) + 1) for fault in FAULTS]


@pytest.mark.parametrize("name", WORKS)
def test_a_sample_of_the_faults(name: str) -> None:
    chosen = random.Random(name).sample(all_faults(name), SAMPLE)
    assert [each for fault, first in chosen for each in wrong(name, fault, first)] == []


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", WORKS)
def test_every_fault(name: str) -> None:
    chosen = all_faults(name)
    print(f"{name}: {len(chosen)} faults")
    assert [each for fault, first in chosen for each in wrong(name, fault, first)] == []


def test_a_failed_sync_that_is_tried_again_would_be_noticed() -> None:
    disk = Disk()
    process = Faulty(disk, errno.EIO, 2)
    descriptor = process.create(Path("/file"))
    with pytest.raises(OSError, match="Input/output"):
        process.sync(descriptor)
    process.sync(descriptor)
    assert disk.misuse

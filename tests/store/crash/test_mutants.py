"""Bugs in the protocol, put in on purpose: the crash states show every one of them."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from disk import Process
from disk_scenarios import BY_NAME
from disk_stage import Stage, states, violations

from store import adopt, journal, recover
from store.pack import REPACKED, PackWriter
from store.record import Recorder
from store.repack import DensePack
from store.spool_entry import Entry
from store.writer import Writer

Patch = Callable[[pytest.MonkeyPatch], None]


def unsynced(suffix: str, opened: bool = True) -> type[Process]:
    """Files whose name ends so are not synced; with ``opened`` neither when they were there before."""

    class Mutant(Process):
        def __init__(self, disk: Any) -> None:
            super().__init__(disk)
            self.made: set[int] = set()

        def create(self, path: Path) -> int:
            descriptor = super().create(path)
            self.made.add(descriptor)
            return descriptor

        def sync(self, descriptor: int) -> None:
            concerned = self.paths[descriptor].name.endswith(suffix) and (opened or descriptor in self.made)
            if not concerned:
                super().sync(descriptor)

    return Mutant


def unsynced_folder(*names: str) -> type[Process]:
    """These folders are not synced; a spool's are named by numbers."""

    class Mutant(Process):
        def sync_folder(self, path: Path) -> None:
            if path.name not in names and path.parent.name not in names:
                super().sync_folder(path)

    return Mutant


class JournalFirst(Process):
    """The journal's record is written and synced before the pack's block."""

    def __init__(self, disk: Any) -> None:
        super().__init__(disk)
        self.held: list[tuple[int, bytes]] = []

    def append(self, descriptor: int, data: bytes) -> None:
        if data.startswith(b"\x9eDk"):
            self.held.append((descriptor, data))
        else:
            super().append(descriptor, data)

    def sync(self, descriptor: int) -> None:
        if any(held == descriptor for held, _data in self.held):
            return
        super().sync(descriptor)
        held, self.held = self.held, []
        for packed, data in held:
            super().append(packed, data)
            super().sync(packed)


class OneTemporaryName(Process):
    """`Files.replace` writes to a name that a crash may have left."""

    def replace(self, path: Path, data: bytes) -> None:
        temporary = path.with_name(f".{path.name}.tmp")
        descriptor = self.create(temporary)
        self.append(descriptor, data)
        self.sync(descriptor)
        self.close(descriptor)
        self.rename(temporary, path)
        self.sync_folder(path.parent)


class RenamedUnsynced(Process):
    """`Files.replace` renames what was not synced."""

    def replace(self, path: Path, data: bytes) -> None:
        temporary = path.with_name(f".{path.name}.{random.random()}.tmp")
        descriptor = self.create(temporary)
        self.append(descriptor, data)
        self.close(descriptor)
        self.rename(temporary, path)
        self.sync_folder(path.parent)


class WrittenInPlace(Process):
    """`Files.replace` empties the file and writes it again."""

    def replace(self, path: Path, data: bytes) -> None:
        descriptor = self.open_append(path) if self.exists(path) else self.create(path)
        self.truncate(descriptor, 0)
        self.append(descriptor, data)
        self.sync(descriptor)
        self.close(descriptor)
        self.sync_folder(path.parent)


class Uncut(Process):
    """Nothing torn is cut."""

    def truncate(self, descriptor: int, size: int) -> None:
        return


class NoLocks(Process):
    """Writers that live are adopted."""

    def try_lock(self, descriptor: int) -> bool:
        return True


class Unnamed(Process):
    """A journal has its name before it has a header."""

    def create(self, path: Path) -> int:
        return super().create(path.with_suffix(".log") if path.suffix == ".new" else path)

    def rename(self, old: Path, new: Path) -> None:
        if old.suffix != ".new":
            super().rename(old, new)


class Failing(Process):
    """The second block is half written, or not synced, once; a mutant goes on as if nothing had been."""

    fault = "append"

    def __init__(self, disk: Any) -> None:
        super().__init__(disk)
        self.blocks = 0
        self.last = -1

    def append(self, descriptor: int, data: bytes) -> None:
        is_block = data.startswith(b"\x9eDk")
        self.blocks += is_block
        self.last = descriptor if is_block else -1
        if is_block and self.blocks == 2 and self.fault == "append":
            super().append(descriptor, data[:20])
            raise OSError(28, "No space left on device")
        super().append(descriptor, data)

    def enter(self, operation: str) -> None:
        if operation == "sync" and self.last >= 0 and self.blocks == 2 and self.fault == "sync":
            self.last = -1
            raise OSError(5, "Input/output error")


class SyncedTwice(Failing):
    """A sync that failed is tried again."""

    fault = "sync"

    def sync(self, descriptor: int) -> None:
        try:
            super().sync(descriptor)
        except OSError:
            super().sync(descriptor)


def never_broken(patch: pytest.MonkeyPatch) -> None:
    """A pack is written on behind a failure."""
    patch.setattr(PackWriter, "broken", property(lambda _pack: False, lambda _pack, _value: None), raising=False)
    whole = Recorder.record

    def again(self: Recorder, *given: Any) -> object:
        try:
            return whole(self, *given)
        except OSError:
            return whole(self, *given)

    patch.setattr(Recorder, "record", again)


def told_too_early(patch: pytest.MonkeyPatch) -> None:
    """A turn is told to be durable before it is written."""
    whole = Recorder.record

    def early(self: Recorder, exchange: Any, durable: Callable[[], object] = lambda: None) -> object:
        durable()
        return whole(self, exchange)

    patch.setattr(Recorder, "record", early)


def told_before_the_journal(patch: pytest.MonkeyPatch) -> None:
    """A turn is told to be durable when its block is, and not yet its record."""
    told: list[Callable[[], object]] = []
    whole, append = Recorder.record, Writer._append

    def record(self: Recorder, exchange: Any, durable: Callable[[], object] = lambda: None) -> object:
        told[:] = [durable]
        return whole(self, exchange)

    def early(self: Writer, entry: Any) -> None:
        if entry.type == journal.Type.COMMIT:
            told[0]()
        append(self, entry)

    patch.setattr(Recorder, "record", record)
    patch.setattr(Writer, "_append", early)


def spool_removed_first(patch: pytest.MonkeyPatch) -> None:
    """A spool file goes when its answer ends, before the commit."""
    whole = Entry.close

    def eager(entry: Entry) -> None:
        whole(entry)
        if entry._file is not None:
            entry._spool.dispose(entry._file, is_sound=False)

    patch.setattr(Entry, "close", eager)


def disposed_first(patch: pytest.MonkeyPatch) -> None:
    """Recovery removes a spool file and then records what it held."""
    whole = recover.orphans

    def eager(*given: Any) -> Any:
        for orphan in whole(*given):
            orphan.dispose()
            yield orphan._replace(dispose=lambda: None)

    patch.setattr(recover, "orphans", eager)


def recorded_twice(patch: pytest.MonkeyPatch) -> None:
    """What a power cut brings back into the spool is recorded again."""
    patch.setattr(recover, "_kept_in", lambda *_given: None)


def cut_too_early(patch: pytest.MonkeyPatch) -> None:
    """A tail is cut at the last commit's beginning."""
    whole = adopt.scan

    def short(data: bytes, offset: int) -> Any:
        return list(whole(data, offset))[:-1]

    patch.setattr(adopt, "scan", short)
    patch.setattr(adopt, "_settle_pack", partial(_settle_uncommitted, adopt._settle_pack))


def _settle_uncommitted(whole: Callable[..., None], archive: Any, path: Path, _committed: int) -> None:
    whole(archive, path, 0)


def packed_and_not_named_durably(patch: pytest.MonkeyPatch) -> None:
    """Old packs go while a power cut can still take the new one's name away."""

    def publish(pack: Any) -> None:
        pack._files.sync(pack._descriptor)
        pack._close()
        pack._files.rename(pack._temporary, pack._path)

    patch.setattr(DensePack, "publish", publish)


def old_packs_first(patch: pytest.MonkeyPatch) -> None:
    """Old packs go before the new one has its name."""
    publish = DensePack.publish

    def replace(pack: Any) -> None:
        for name in pack._files.names(pack._archive.packs):
            if name.endswith(".pack") and not name.startswith(REPACKED):
                pack._files.remove(pack._archive.packs / name)
        publish(pack)

    patch.setattr(DensePack, "publish", replace)


@dataclass(frozen=True)
class Mutant:
    """A bug: the scenario that shows it, and where it sits."""

    name: str
    scenario: str
    kind: type[Process] = Process
    patch: Patch = lambda _patch: None


MUTANTS = [
    Mutant("a pack is not synced", "recorded", unsynced(".pack")),
    Mutant("a journal is not synced", "recorded", unsynced(".new")),
    Mutant("an adopted pack is not synced", "killed_before_its_commit", unsynced(".pack", opened=False)),
    Mutant("the journals' folder is not synced", "recorded", unsynced_folder("journal")),
    Mutant("the packs' folder is not synced", "recorded", unsynced_folder("pack")),
    Mutant("the archive's folder is not synced", "recorded", unsynced_folder("archive")),
    Mutant("the folder that the archive lies in is not synced", "recorded", unsynced_folder("there")),
    Mutant("a spool's folder is not synced", "large_answer", unsynced_folder("spool")),
    Mutant("a spool file is not synced", "large_answer", unsynced(".flight")),
    Mutant("the journal comes before the pack", "recorded", JournalFirst),
    Mutant("a temporary name is used again", "created", OneTemporaryName),
    Mutant("a file is renamed before it is synced", "replaced", RenamedUnsynced),
    Mutant("the folder is not synced after a rename", "replaced", unsynced_folder("archive")),
    Mutant("a file is replaced in place", "replaced", WrittenInPlace),
    Mutant("a torn tail is not cut", "recorded", Uncut),
    Mutant("a tail is cut where a commit stands", "recorded", patch=cut_too_early),
    Mutant("a writer that lives is adopted", "two_writers", NoLocks),
    Mutant("a journal has its name too early", "recorded", Unnamed),
    Mutant("a turn is told before it is written", "recorded", patch=told_too_early),
    Mutant("a turn is told before its journal record", "recorded", patch=told_before_the_journal),
    Mutant("a spool file goes before the commit", "streamed", patch=spool_removed_first),
    Mutant("recovery removes before it records", "cut_short", patch=disposed_first),
    Mutant("recovery records again what is there", "streamed", patch=recorded_twice),
    Mutant("a pack is written on behind a failure", "recorded", Failing, never_broken),
    Mutant("a failed sync is tried again", "recorded", SyncedTwice),
    Mutant("a pack that gc wrote is not synced", "packed_again", unsynced(".tmp")),
    Mutant("a pack that gc wrote has no durable name", "packed_again", patch=packed_and_not_named_durably),
    Mutant("gc removes old packs first", "packed_again", patch=old_packs_first),
]


SOME_IN_CHECK = [
    pytest.param(mutant, id=mutant.name, marks=[pytest.mark.prove] if number % 3 else [])
    for number, mutant in enumerate(MUTANTS)
]


@pytest.mark.parametrize("mutant", SOME_IN_CHECK)
def test_every_bug_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant.patch(monkeypatch)
    stage = Stage(mutant.kind)
    BY_NAME[mutant.scenario](stage)
    found = states(stage.moments)
    random.Random(3).shuffle(found)
    kills = [state for state in found if state.is_kill]  # fewer, and some bugs show there alone
    found = [state for pair in zip_longest(found, kills) for state in pair if state is not None]
    kind = Process if issubclass(mutant.kind, Failing) else mutant.kind
    assert stage.disk.misuse or any(violations(state, kind) for state in found)

"""`deck gc`: packs that nobody writes any more are packed again, smaller.

No object is dropped but for second copies, and none changes its id; what changes is where it lies. Step by step, for
about 16 MiB of packs at a time:

1. every object of the old packs is read and checked against its id; a pack where one fails is left as it is
2. new packs are written under a temporary name, synced, renamed, and the folder is synced
3. the index takes them in, and every object of them is read back from there
4. only then the old packs are removed

A crash leaves an old pack, a temporary file, or objects twice; the next gc clears that. Packs of writers that live are
left alone; readers that find a pack gone look into the index again (`store.objects`). One gc at a time.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from store.adopt import adopt
from store.archive import Archive
from store.errors import Busy, Damaged
from store.gc_plan import PACK_BYTES, Left, Unit, plan, record_count, units
from store.pack import REPACKED
from store.repack import DenseFrame, DensePack, Repacker, remove_leftovers, size_of
from store.unwritable import writing

_IDS_AT_ONCE: Final = 4096

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done and how much there is."""


@dataclass(slots=True)
class Report:
    """What was packed again: packs, their objects and bytes before and after; what was left, and why."""

    replaced: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)  # names of new packs; none in a dry run
    objects: int = 0
    before: int = 0
    after: int = 0
    left: list[Left] = field(default_factory=list)

    @property
    def damaged(self) -> list[Left]:
        """Packs that were left because not all of them can be read."""
        return [each for each in self.left if each.why == "damaged"]


def collect(archive: Archive, dry_run: bool = False, progress: Progress = lambda _what, _done, _of: None) -> Report:
    """Pack again what pays. Raises `Busy` beside another gc, and `OSError` where writing fails: nothing is lost then.

    A dry run does the same work and writes nothing; packs of writers that died count as open for it.
    """
    with alone(archive), writing(archive.path):
        if not dry_run:
            remove_leftovers(archive)
            adopt(archive)
        archive.refresh()
        steps, left = plan(archive)
        report = Report(left=list(left))
        for step in steps:
            _pack_again(archive, [each.pack for each in step], report, dry_run, progress)
        return report


@contextmanager
def alone(archive: Archive) -> Iterator[None]:
    """Hold off whoever else would replace packs. Raises `Busy` where somebody does."""
    descriptor = archive.files.open_folder(archive.packs)
    try:
        if not archive.files.try_lock(descriptor):
            raise Busy("another process is replacing packs of this archive")
        yield
    finally:
        archive.files.close(descriptor)


def _pack_again(archive: Archive, packs: Sequence[str], report: Report, dry_run: bool, progress: Progress) -> None:
    """Do one step, without the packs that turn out to be damaged."""
    while packs:
        try:
            _Step(archive, packs, report, progress).run(dry_run)
            return
        except Damaged as error:
            blamed = [pack for pack in packs if pack == error.where] or packs
            report.left += [Left(pack, "damaged", str(error)) for pack in blamed]
            packs = [pack for pack in packs if pack not in blamed]


class _Step:
    """Packs that are packed again together."""

    def __init__(self, archive: Archive, packs: Sequence[str], report: Report, progress: Progress) -> None:
        self._archive = archive
        self._packs = packs
        self._report = report
        self._progress = progress
        self._repacker = Repacker(archive, packs)

    def run(self, dry_run: bool) -> None:
        """Do it. Raises `Damaged` with the pack in ``where``; what was published until then stays."""
        for pack in self._packs:
            self._check(pack)
        frames = self._repacker.frames(self._units())
        if dry_run:
            self._weigh(frames)
        else:
            self._write(frames)
        sizes = [self._archive.files.size(self._archive.packs / f"{pack}.pack") for pack in self._packs]
        if not dry_run:
            self._remove()
        self._report.replaced += self._packs
        self._report.before += sum(sizes)

    def _units(self) -> Iterator[Unit]:
        """What is to be packed, with progress told: this is where the time goes."""
        found = units(self._archive, self._packs)
        for done, unit in enumerate(found):
            self._progress("packing", done, len(found))
            yield unit

    def _check(self, pack: str) -> None:
        """Read every object of a pack."""
        self._archive.objects.forget()
        known = 0
        try:
            for wanted in self._ids(pack, "checking"):
                self._archive.get(wanted)
                known += 1
            if known != record_count(self._archive, pack):
                raise Damaged("the index does not have all of it; remove the folder index and try again")
        except Damaged as error:
            raise Damaged(str(error), where=pack) from error

    def _weigh(self, frames: Iterator[DenseFrame]) -> None:
        made = [(len(frame.ids), len(frame.data)) for frame in frames]
        self._report.objects += sum(objects for objects, _data in made)
        self._report.after += size_of(len(made), sum(data for _objects, data in made)) if made else 0

    def _write(self, frames: Iterator[DenseFrame]) -> None:
        pack: DensePack | None = None
        try:
            for frame in frames:
                if pack is None:
                    pack = DensePack(self._archive)
                pack.add(frame)
                if pack.size >= PACK_BYTES:
                    self._publish(pack)
                    pack = None
            if pack is not None:
                self._publish(pack)
        except BaseException:
            if pack is not None:
                pack.drop()
            raise

    def _publish(self, pack: DensePack) -> None:
        """Give the pack its name and read every object of it back."""
        pack.publish()
        self._archive.objects.forget()
        self._archive.refresh()
        count = 0
        for wanted in self._ids(pack.name, "reading back"):
            self._archive.get(wanted)
            count += 1
        if count != pack.records:
            raise Damaged(f"{pack.records} objects were written and {count} read back")
        self._repacker.published()
        self._report.written.append(pack.name)
        self._report.objects += count
        self._report.after += pack.size

    def _remove(self) -> None:
        """Remove the old packs, each object of which has a place in a pack that stays."""
        index = self._archive.index
        for pack in self._packs:
            for wanted in self._ids(pack, "removing"):
                place = index.locate(wanted)
                if place is None or place.pack in self._packs or not place.pack.startswith(REPACKED):
                    raise Damaged(f"object {wanted.hex()} was not packed again", where=pack)
        for pack in self._packs:
            self._archive.files.remove(self._archive.packs / f"{pack}.pack")
        self._archive.files.sync_folder(self._archive.packs)
        self._archive.objects.forget()
        self._archive.refresh()

    def _ids(self, pack: str, what: str) -> Iterator[bytes]:
        """The ids of a pack's objects, with progress told."""
        index = self._archive.index
        (records,) = index.db.execute("SELECT max(records) FROM packs WHERE name = ?", (pack,)).fetchone()
        for first in range(0, records or 0, _IDS_AT_ONCE):
            self._progress(what, first, records)
            yield from index.ids_between(pack, first, first + _IDS_AT_ONCE)

"""A disk in memory behind the seam `store.files.Files`: it knows what a crash could take back.

Every file remembers what was synced and what was done since; every folder the same of its names. `Process` is one
process's view of it, with descriptors and locks of its own. Killed, it loses those and nothing else: what was written
is the kernel's. What a power cut can leave is worked out in `disk_states`.
"""

import itertools
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Union

from store.files import Files

Tree = dict[str, bytes | None]
"""A disk's content: path -> bytes of a file, None for a folder."""


class Write(NamedTuple):
    """Bytes put into a file."""

    offset: int
    data: bytes

    def on(self, content: bytes) -> bytes:
        return content[: self.offset].ljust(self.offset, b"\0") + self.data + content[self.offset + len(self.data) :]


class Cut(NamedTuple):
    """A file set to a size."""

    size: int

    def on(self, content: bytes) -> bytes:
        return content[: self.size].ljust(self.size, b"\0")


class Naming(NamedTuple):
    """One change of a folder: each name now stands for the file, or for nothing."""

    names: tuple[tuple[str, Union["Inode", None]], ...]

    def on(self, entries: dict[str, "Inode"]) -> dict[str, "Inode"]:
        changed = {**entries, **{name: inode for name, inode in self.names if inode is not None}}
        return {name: inode for name, inode in changed.items() if (name, None) not in self.names}


class Inode:
    """A file or a folder: what everybody sees, what is on stable storage, and what was done since."""

    __slots__ = ("durable", "entries", "is_folder", "pending", "settled", "visible")

    def __init__(self, is_folder: bool, content: bytes = b"") -> None:
        self.is_folder = is_folder
        self.visible = self.durable = content
        self.entries: dict[str, Inode] = {}
        self.settled: dict[str, Inode] = {}
        self.pending: list[Write | Cut | Naming] = []

    def change(self, change: Write | Cut | Naming) -> None:
        if isinstance(change, Naming):
            self.entries = change.on(self.entries)
        else:
            self.visible = change.on(self.visible)
        self.pending.append(change)

    def sync(self) -> None:
        for change in self.pending:
            if isinstance(change, Naming):
                self.settled = change.on(self.settled)
            else:
                self.durable = change.on(self.durable)
        self.pending = []

    def forget_pending(self) -> None:
        """A sync failed: the kernel calls the pages clean, everybody still sees them, and they never reach the disk."""
        self.pending = [change for change in self.pending if isinstance(change, Naming)]


class Disk:
    """The disk. ``changed`` is called after every change, with what was done; ``misuse`` is what nobody may do."""

    def __init__(self, root: Inode | None = None) -> None:
        self.root = root or Inode(is_folder=True)
        self.locks: dict[Inode, int] = {}
        self.changed: Callable[[str], None] = lambda _what: None
        self.misuse: list[str] = []
        self.descriptors = itertools.count(1000)

    @classmethod
    def of(cls, tree: Tree) -> "Disk":
        """A disk that holds just this, all of it durable."""
        disk = cls()
        for path in sorted(tree):
            folder = disk.find(str(Path(path).parent))
            content = tree[path]
            inode = Inode(content is None, content or b"")
            folder.entries[Path(path).name] = folder.settled[Path(path).name] = inode
        return disk

    def clone(self) -> "Disk":
        """The same disk, pending changes and all, with no process left: everybody was killed."""
        return Disk(_clone(self.root, {}))

    def visible(self) -> Tree:
        """What every process sees, which is what kill -9 leaves."""
        return dict(_walk(self.root, ""))

    def find(self, path: str | Path) -> Inode:
        """The file or folder of this name, as the system would find it."""
        inode = self.root
        for name in str(path).split("/"):
            if name in ("", "."):
                continue
            if not inode.is_folder:
                raise NotADirectoryError(20, "Not a directory", str(path))
            if name not in inode.entries:
                raise FileNotFoundError(2, "No such file or directory", str(path))
            inode = inode.entries[name]
        return inode


def _walk(folder: Inode, path: str) -> Iterator[tuple[str, bytes | None]]:
    for name, inode in folder.entries.items():
        here = f"{path}/{name}"
        yield here, None if inode.is_folder else inode.visible
        if inode.is_folder:
            yield from _walk(inode, here)


def _named(folder: Inode) -> list[Inode]:
    """Everything that has a name."""
    entries = list(folder.entries.values())
    return entries + [each for entry in entries if entry.is_folder for each in _named(entry)]


def _clone(inode: Inode, done: dict[Inode, Inode]) -> Inode:
    if inode in done:
        return done[inode]
    copy = done[inode] = Inode(inode.is_folder)
    copy.visible, copy.durable = inode.visible, inode.durable
    copy.entries = {name: _clone(each, done) for name, each in inode.entries.items()}
    copy.settled = {name: _clone(each, done) for name, each in inode.settled.items()}
    copy.pending = [
        Naming(tuple((name, each and _clone(each, done)) for name, each in change.names))
        if isinstance(change, Naming)
        else change
        for change in inode.pending
    ]
    return copy


class MappedWindow:
    """A mapping: what is put in is visible at once and durable after a sync, like a write."""

    def __init__(self, process: "Process", inode: Inode, offset: int, size: int) -> None:
        self._process, self._inode, self._offset, self._size = process, inode, offset, size

    def __setitem__(self, place: slice, data: bytes) -> None:
        start, stop, _step = place.indices(self._size)
        assert stop - start == len(data)
        self._process.put(self._inode, self._offset + start, bytes(data), "map")

    def close(self) -> None:
        return


class Process(Files):
    """One process's file operations on a disk."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.paths: dict[int, Path] = {}  # what a descriptor was opened as
        self._open: dict[int, Inode] = {}
        self._failed_syncs: set[int] = set()

    def enter(self, operation: str) -> None:
        """Called before every operation; a subclass raises its faults here."""

    def kill(self) -> None:
        """kill -9: descriptors and locks go, everything else stays."""
        self.disk.locks = {inode: fd for inode, fd in self.disk.locks.items() if fd not in self._open}
        self._open.clear()

    def put(self, inode: Inode, offset: int, data: bytes, what: str) -> None:
        """Bytes arrive in two steps, as a kill may come between."""
        half = len(data) // 2
        for start, part in ((0, data[:half]), (half, data[half:])):
            if part:
                inode.change(Write(offset + start, part))
                self.disk.changed(what)

    def make_one_folder(self, path: Path) -> None:
        self.enter("make_one_folder")
        self._name(path, Inode(is_folder=True), "make folder")

    def names(self, folder: Path) -> list[str]:
        self.enter("names")
        try:
            return sorted(self.disk.find(folder).entries)
        except FileNotFoundError:
            return []

    def status(self, path: Path) -> os.stat_result:
        self.enter("status")
        inode = self.disk.find(path)
        mode = stat.S_IFDIR | 0o700 if inode.is_folder else stat.S_IFREG | 0o600
        return os.stat_result((mode, 0, 0, 1, os.getuid(), os.getgid(), len(inode.visible), 0, 0, 0))

    def size(self, path: Path) -> int:
        self.enter("size")
        try:
            return len(self.disk.find(path).visible)
        except FileNotFoundError:
            return 0

    def read(self, path: Path) -> bytes:
        self.enter("read")
        return self._file(path).visible

    def read_at(self, path: Path, offset: int, length: int) -> bytes:
        self.enter("read_at")
        return self._file(path).visible[offset : offset + length]

    def read_from(self, path: Path, offset: int) -> bytes:
        self.enter("read_from")
        return self._file(path).visible[offset:]

    def create(self, path: Path) -> int:
        self.enter("create")
        inode = Inode(is_folder=False)
        self._name(path, inode, "create")
        return self._descriptor(inode, path)

    def open_append(self, path: Path) -> int:
        self.enter("open_append")
        return self._descriptor(self._file(path), path)

    def open_write(self, path: Path) -> int:
        self.enter("open")
        return self._descriptor(self._file(path), path)

    def open_folder(self, path: Path) -> int:
        self.enter("open_folder")
        return self._descriptor(self.disk.find(path), path)

    def append(self, descriptor: int, data: bytes) -> None:
        self.enter("append")
        inode = self._open[descriptor]
        self.put(inode, len(inode.visible), bytes(data), "append")

    def write_at(self, descriptor: int, data: bytes, offset: int) -> None:
        self.enter("write")
        self.put(self._open[descriptor], offset, bytes(data), "write")

    def write_pieces_at(self, descriptor: int, pieces: Sequence[bytes], offset: int) -> None:
        self.write_at(descriptor, b"".join(pieces), offset)

    def map(self, descriptor: int, offset: int, size: int) -> MappedWindow:
        self.enter("map")
        return MappedWindow(self, self._open[descriptor], offset, size)

    def can_map(self, folder: Path) -> bool:
        return True

    def sync(self, descriptor: int) -> None:
        inode = self._open[descriptor]
        if descriptor in self._failed_syncs:
            self.disk.misuse.append("a sync that had failed was tried again on the same descriptor")
        try:
            self.enter("sync")
        except OSError:
            self._failed_syncs.add(descriptor)
            inode.forget_pending()
            raise
        inode.sync()
        self.disk.changed("sync")

    def sync_folder(self, path: Path) -> None:
        self.enter("sync_folder")
        self.disk.find(path).sync()
        self.disk.changed("sync folder")

    def is_gone(self, descriptor: int) -> bool:
        inode = self._open[descriptor]
        return inode not in _named(self.disk.root)

    def truncate(self, descriptor: int, size: int) -> None:
        self.enter("truncate")
        self._open[descriptor].change(Cut(size))
        self.disk.changed("truncate")

    def close(self, descriptor: int) -> None:
        inode = self._open.pop(descriptor)
        self._failed_syncs.discard(descriptor)
        if self.disk.locks.get(inode) == descriptor:
            del self.disk.locks[inode]
        self.enter("close")  # the kernel gives the descriptor back whatever it says

    def try_lock(self, descriptor: int) -> bool:
        self.enter("try_lock")
        return self.disk.locks.setdefault(self._open[descriptor], descriptor) == descriptor

    def lock(self, descriptor: int) -> None:
        self.enter("lock")
        assert self.try_lock(descriptor), "a process would wait for ever"

    def is_locked(self, path: Path) -> bool:
        return self.exists(path) and self.disk.find(path) in self.disk.locks

    def rename(self, old: Path, new: Path) -> None:
        self.enter("rename")
        assert old.parent == new.parent
        self.disk.find(old.parent).change(Naming(((old.name, None), (new.name, self.disk.find(old)))))
        self.disk.changed("rename")

    def remove(self, path: Path) -> None:
        self.enter("remove")
        folder = self.disk.find(path.parent)
        if path.name in folder.entries:
            assert not folder.entries[path.name].is_folder
            folder.change(Naming(((path.name, None),)))
            self.disk.changed("remove")

    def remove_folder(self, path: Path) -> None:
        self.enter("remove_folder")
        if self.disk.find(path).entries:
            raise OSError(39, "Directory not empty", str(path))
        self.disk.find(path.parent).change(Naming(((path.name, None),)))
        self.disk.changed("remove folder")

    def _name(self, path: Path, inode: Inode, what: str) -> None:
        folder = self.disk.find(path.parent)
        if path.name in folder.entries:
            raise FileExistsError(17, "File exists", str(path))
        folder.change(Naming(((path.name, inode),)))
        self.disk.changed(what)

    def _file(self, path: Path) -> Inode:
        inode = self.disk.find(path)
        if inode.is_folder:
            raise IsADirectoryError(21, "Is a directory", str(path))
        return inode

    def _descriptor(self, inode: Inode, path: Path) -> int:
        descriptor = next(self.disk.descriptors)
        self.paths[descriptor] = path
        self._open[descriptor] = inode
        return descriptor


class Faulty(Process):
    """Calls fail from the one numbered ``first`` on, ``times`` of them, with ``error``; or the write is cut short.

    ``first`` is set when the calls begin to count; ``calls`` are their names so far.
    """

    def __init__(self, disk: Disk, error: int = 0, first: int = 0, times: int = 1, is_short: bool = False) -> None:
        super().__init__(disk)
        self.error, self.first, self.times, self.is_short = error, first, times, is_short
        self.calls: list[str] = []

    def enter(self, operation: str) -> None:
        self.calls.append(operation)
        if self.first <= len(self.calls) < self.first + self.times:
            raise OSError(self.error, os.strerror(self.error))

    def append(self, descriptor: int, data: bytes) -> None:
        try:
            super().append(descriptor, data)
        except OSError:
            if self.is_short:
                inode = self._open[descriptor]
                self.put(inode, len(inode.visible), bytes(data[: len(data) // 2]), "append")
            raise

    def write_at(self, descriptor: int, data: bytes, offset: int) -> None:
        try:
            super().write_at(descriptor, data, offset)
        except OSError:
            if self.is_short:
                self.put(self._open[descriptor], offset, bytes(data[: len(data) // 2]), "write")
            raise

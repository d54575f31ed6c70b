"""The one place that touches the archive's files, so that every fault and every crash can be made in tests.

Folders are 0700 and files 0600 whatever the umask says. Nothing here retries: a failed fsync means that the caller
must go on in a new file (the kernel may have dropped the dirty pages and will report success next time).
The derived index is SQLite's business and can be deleted at any time, so it does not come through here.
"""

import errno
import fcntl
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_OVERWRITTEN_IN_PLACE = frozenset({"ext2", "ext3", "ext4", "xfs", "tmpfs"})
_MOST_PIECES = 1024  # of one call (IOV_MAX)
_MOUNTS = "/proc/self/mountinfo"


def private_opener(path: str, flags: int) -> int:
    """For `open`: a file that it makes is the user's alone, and it opens no symbolic link."""
    return os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)


def _reading(path: str, flags: int) -> int:
    """For `open`: what has the name of an archive's file may be a link that leads out of it, or a pipe to wait at."""
    return os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)


class Window(Protocol):
    """A part of a file that is mapped: what is put in is the kernel's at once."""

    def __setitem__(self, place: slice, data: bytes, /) -> None:
        """Put ``data`` where ``place``, which is as long, says."""

    def close(self) -> None:
        """Give the mapping back; what was put in stays."""


class Files:
    """File operations of the archive. Tests hand in a subclass; every method raises `OSError` as the system does."""

    def make_folder(self, path: Path) -> None:
        """Make a folder and its missing parents, private to the user; those it made survive a power cut."""
        missing = [path]
        while not self.exists(missing[-1].parent):
            missing.append(missing[-1].parent)
        for folder in reversed(missing):
            try:
                self.make_one_folder(folder)
            except FileExistsError:
                continue
            self.sync_folder(folder.parent)

    def make_one_folder(self, path: Path) -> None:
        """Make a folder whose parent is there. Raises `FileExistsError` where it is there itself."""
        os.mkdir(path, FOLDER_MODE)
        os.chmod(path, FOLDER_MODE)

    def names(self, folder: Path) -> list[str]:
        """Sorted names in a folder; empty where there is none."""
        try:
            return sorted(os.listdir(folder))
        except FileNotFoundError:
            return []

    def status(self, path: Path) -> os.stat_result:
        """What the system says of a path itself; a symbolic link is not followed."""
        return os.lstat(path)

    def exists(self, path: Path) -> bool:
        """Whether anything has this name."""
        return self._mode(path) != 0

    def is_folder(self, path: Path) -> bool:
        """Whether a folder, and no symbolic link to one, has this name."""
        return stat.S_ISDIR(self._mode(path))

    def is_file(self, path: Path) -> bool:
        """Whether a regular file, and no symbolic link to one, has this name."""
        return stat.S_ISREG(self._mode(path))

    def _mode(self, path: Path) -> int:
        """Kind and permissions of what has this name; 0 where nothing has. One look: it may go at any moment."""
        try:
            return self.status(path).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return 0

    def size(self, path: Path) -> int:
        """Bytes in a file; 0 where there is none."""
        try:
            return os.stat(path).st_size
        except FileNotFoundError:
            return 0

    def read(self, path: Path) -> bytes:
        """A whole file; nothing of a pipe."""
        with open(path, "rb", opener=_reading) as file:
            return file.read() or b""  # None of a pipe that somebody holds open, and be it this process

    def read_at(self, path: Path, offset: int, length: int) -> bytes:
        """At most ``length`` bytes from ``offset``; fewer at the end of the file."""
        with open(path, "rb", opener=_reading) as file:
            file.seek(offset)
            return file.read(length)

    def read_from(self, path: Path, offset: int) -> bytes:
        """Everything from ``offset`` to the end of the file."""
        with open(path, "rb", opener=_reading) as file:
            file.seek(offset)
            return file.read()

    def create(self, path: Path) -> int:
        """A descriptor for appending to a file that must not exist yet."""
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(path, flags, FILE_MODE)
        if os.fstat(descriptor).st_mode & 0o777 != FILE_MODE:  # the umask took something away
            os.fchmod(descriptor, FILE_MODE)
        return descriptor

    def open_append(self, path: Path) -> int:
        """A descriptor for appending to a file that exists."""
        return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)

    def open_write(self, path: Path) -> int:
        """A descriptor for writing anywhere in a file that exists."""
        return os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)

    def open_folder(self, path: Path) -> int:
        """A descriptor of a folder, to lock it or to sync it."""
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def append(self, descriptor: int, data: bytes) -> None:
        """Write all of ``data``; a short write goes on, and fails as the system says."""
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    def write_at(self, descriptor: int, data: bytes, offset: int) -> None:
        """Write all of ``data`` at ``offset`` of a file from `open_write`."""
        view = memoryview(data)
        while view:
            written = os.pwrite(descriptor, view, offset)
            view, offset = view[written:], offset + written

    def write_pieces_at(self, descriptor: int, pieces: Sequence[bytes], offset: int) -> None:
        """Write all of ``pieces``, one behind the other, without joining them first."""
        written = 0
        if len(pieces) <= _MOST_PIECES and sys.platform != "darwin":
            written = os.pwritev(descriptor, pieces, offset)
        if written < sum(map(len, pieces)):
            self.write_at(descriptor, b"".join(pieces)[written:], offset + written)

    def map(self, descriptor: int, offset: int, size: int) -> Window:
        """Map a part of a file that is there; ``offset`` is a multiple of `mmap.ALLOCATIONGRANULARITY`."""
        import mmap  # a reader maps nothing

        # Populated at once: a page fault for every 30th piece of a stream costs more than all of them together do here.
        return mmap.mmap(descriptor, size, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE, offset=offset)

    def can_map(self, folder: Path) -> bool:
        """Whether a folder's file system keeps the block of a byte that is written again (btrfs, zfs and NFS do not).

        Elsewhere a full disk would show when a page is touched, as SIGBUS and the end of the process.
        """
        device = os.stat(folder).st_dev
        wanted = f"{os.major(device)}:{os.minor(device)}"
        try:
            with open(_MOUNTS, encoding="utf-8", errors="replace") as mounts:
                rows = [line.split() for line in mounts]
        except OSError:  # not Linux
            return False
        return any(row[2] == wanted and row[row.index("-") + 1] in _OVERWRITTEN_IN_PLACE for row in rows)

    def sync(self, descriptor: int) -> None:
        """The file's data, mapped or written, and the size needed to read it are on stable storage on return."""
        if sys.platform == "darwin":  # where fsync leaves it to the drive
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        else:
            os.fdatasync(descriptor)

    def sync_folder(self, path: Path) -> None:
        """The folder's entries are on stable storage when this returns.

        Some network file systems sync no folders; a folder above the archive may be one that may not be read.
        """
        try:
            descriptor = self.open_folder(path)
        except PermissionError:
            return
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
        finally:
            self.close(descriptor)

    def is_gone(self, descriptor: int) -> bool:
        """Whether an open file has lost its last name, so that nobody will ever read it again."""
        return os.fstat(descriptor).st_nlink == 0

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut a file to ``size`` bytes."""
        os.ftruncate(descriptor, size)

    def close(self, descriptor: int) -> None:
        """Give a descriptor (and its lock) back."""
        os.close(descriptor)

    def try_lock(self, descriptor: int) -> bool:
        """Take the exclusive advisory lock of an open file if nobody holds it; it goes with the descriptor."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def lock(self, descriptor: int) -> None:
        """Wait for the exclusive advisory lock of an open file or folder."""
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    def is_locked(self, path: Path) -> bool:
        """Whether a living process holds the exclusive lock of this file."""
        try:
            descriptor = _reading(os.fspath(path), os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def rename(self, old: Path, new: Path) -> None:
        """Give a file another name in its folder, in place of what has that name."""
        os.rename(old, new)

    def replace(self, path: Path, data: bytes) -> None:
        """Put ``data`` in place of a file, durably: all of it or none of it."""
        temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
        descriptor = self.create(temporary)
        try:
            try:
                self.append(descriptor, data)
                self.sync(descriptor)
            finally:
                self.close(descriptor)
            self.rename(temporary, path)
        except BaseException:
            self.remove(temporary)
            raise
        self.sync_folder(path.parent)

    def remove(self, path: Path) -> None:
        """Remove a file; nothing happens where there is none."""
        try:
            os.unlink(path)
        except FileNotFoundError:
            return

    def make_private(self, path: Path) -> None:
        """Leave a file or folder to its owner alone."""
        os.chmod(path, FOLDER_MODE if self.is_folder(path) else FILE_MODE)

    def remove_folder(self, path: Path) -> None:
        """Remove an empty folder."""
        os.rmdir(path)


FILES = Files()

"""The one place that touches the archive's files, so that every fault can be injected in tests.

Folders are 0700 and files 0600 whatever the umask says. Nothing here retries: a failed fsync means that the caller
must go on in a new file (the kernel may have dropped the dirty pages and will report success next time).
The derived index is SQLite's business and can be deleted at any time, so it does not come through here.
"""

import fcntl
import os
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600


class Files:
    """File operations of the archive. Tests hand in a subclass; every method raises `OSError` as the system does."""

    def make_folder(self, path: Path) -> None:
        """Make a folder and its missing parents, private to the user."""
        missing = [path]
        while not missing[-1].parent.exists():
            missing.append(missing[-1].parent)
        for folder in reversed(missing):
            try:
                os.mkdir(folder, FOLDER_MODE)
            except FileExistsError:
                continue
            os.chmod(folder, FOLDER_MODE)

    def names(self, folder: Path) -> list[str]:
        """Sorted names in a folder; empty where there is none."""
        try:
            return sorted(os.listdir(folder))
        except FileNotFoundError:
            return []

    def size(self, path: Path) -> int:
        """Bytes in a file; 0 where there is none."""
        try:
            return os.stat(path).st_size
        except FileNotFoundError:
            return 0

    def read(self, path: Path) -> bytes:
        """A whole file."""
        with open(path, "rb") as file:
            return file.read()

    def read_at(self, path: Path, offset: int, length: int) -> bytes:
        """At most ``length`` bytes from ``offset``; fewer at the end of the file."""
        with open(path, "rb") as file:
            file.seek(offset)
            return file.read(length)

    def read_from(self, path: Path, offset: int) -> bytes:
        """Everything from ``offset`` to the end of the file."""
        with open(path, "rb") as file:
            file.seek(offset)
            return file.read()

    def create(self, path: Path) -> int:
        """A descriptor for appending to a file that must not exist yet."""
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(path, flags, FILE_MODE)
        os.fchmod(descriptor, FILE_MODE)
        return descriptor

    def open_append(self, path: Path) -> int:
        """A descriptor for appending to a file that exists."""
        return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)

    def append(self, descriptor: int, data: bytes) -> None:
        """Write all of ``data``; a short write goes on, and fails as the system says."""
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    def sync(self, descriptor: int) -> None:
        """The file's data, and the size needed to read it, are on stable storage when this returns."""
        os.fdatasync(descriptor)

    def sync_folder(self, path: Path) -> None:
        """The folder's entries are on stable storage when this returns."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

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
        """Wait for the exclusive advisory lock of an open file."""
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    def replace(self, path: Path, data: bytes) -> None:
        """Put ``data`` in place of a file, durably: all of it or none of it."""
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        descriptor = self.create(temporary)
        try:
            self.append(descriptor, data)
            os.fsync(descriptor)
            os.rename(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
        finally:
            os.close(descriptor)
        self.sync_folder(path.parent)

    def remove(self, path: Path) -> None:
        """Remove a file; nothing happens where there is none."""
        try:
            os.unlink(path)
        except FileNotFoundError:
            return


FILES = Files()


def is_locked(path: Path) -> bool:
    """Whether a living process holds the exclusive lock of this file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False

"""The spool file of one exchange, which later exchanges use again.

Its first part has a fixed size and stays mapped as long as the file is kept, so that pieces of most streams cost no
call into the kernel at all: opening, mapping and the page faults of a new mapping cost more than a hundred pieces. What
is long, and what no longer fits, comes behind it.
"""

from collections.abc import Sequence
from pathlib import Path

from store.files import Files, Window
from store.spool_file import SpoolFile
from store.spool_frames import BEGINNING, FIRST


class FlightFile:
    """A file that holds one exchange at a time. Methods raise `OSError`. One thread at a time."""

    __slots__ = ("_descriptor", "_files", "_first", "_is_full", "_rest", "_used", "path")

    def __init__(self, path: Path, files: Files, is_mappable: bool) -> None:
        """Make the file, with the first part full of zeros. Where that fails it may be there all the same."""
        self.path = path
        self._files = files
        files.close(files.create(path))
        self._descriptor = files.open_write(path)
        self._rest = SpoolFile(self._descriptor, files, is_mappable, FIRST)
        self._first: Window | None = None
        self._used = 0  # of the first part
        self._is_full = False
        try:
            files.write_at(self._descriptor, bytes(FIRST), 0)
            if is_mappable:
                self._first = files.map(self._descriptor, 0, FIRST)
        except OSError:
            self.close()
            raise

    def clear(self) -> None:
        """What stands there is needed no longer: without its beginning it is no exchange, and the next goes over it."""
        self._used, self._is_full = 0, False
        self.put(bytes(BEGINNING))
        self._used = 0
        self._rest.restart(FIRST)

    def put(self, data: bytes) -> bool:
        """Add to the first part; false where it has no room for all of it, and then for nothing any more."""
        start = self._used
        end = start + len(data)
        if end > FIRST or self._is_full:
            self._is_full = True
            return False
        if self._first is not None:
            self._first[start:end] = data
        else:
            self._files.write_at(self._descriptor, data, start)
        self._used = end
        return True

    @property
    def used(self) -> int:
        """Bytes in the first part."""
        return self._used

    def append(self, pieces: Sequence[bytes]) -> None:
        """Add what is long behind the first part."""
        self._rest.append_all(pieces)

    def append_piece(self, data: bytes) -> None:
        """Add a piece of a stream behind the first part."""
        self._rest.append_piece(data)

    @property
    def size(self) -> int:
        """The file's size."""
        return self._rest.room

    @property
    def is_open(self) -> bool:
        """Whether anything can be added."""
        return self._rest.is_open

    def sync(self) -> None:
        """Everything added so far is on stable storage when this returns."""
        self._rest.sync()

    def close(self) -> None:
        """Give the descriptor and the mappings back. Idempotent; raises nothing."""
        first, self._first = self._first, None
        if first is not None:
            first.close()
        self._is_full = True
        self._rest.close()

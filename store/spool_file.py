"""How the bytes of one spool file reach the kernel: written, or for the pieces of a stream copied into a mapping.

A write costs a call into the kernel for every piece, 8 µs where a proxy's caches are cold; copying into a mapped window
costs 2. Either way the bytes are the kernel's at once and survive kill -9. A window is filled with zeros by ordinary
writes before it is mapped, so that a full disk fails there, as `OSError`: touching a page whose block the file system
cannot find would be SIGBUS and the end of the proxy. That holds where blocks are overwritten in place, so nowhere else
is anything mapped (`Files.can_map`).
"""

import contextlib
import mmap
from collections.abc import Sequence

from store.files import Files, Window

WINDOW = 16 << 10


class SpoolFile:
    """Bytes added to an open file from ``start`` on; what was added may be followed by zeros, or by what stood there.

    The descriptor is from `Files.open_write`, and is owned. Methods raise `OSError`. One thread at a time.
    """

    __slots__ = ("_descriptor", "_end", "_files", "_has_piece", "_is_mappable", "_map", "_room", "_size", "_used")

    def __init__(self, descriptor: int, files: Files, is_mappable: bool, start: int = 0) -> None:
        self._files = files
        self._is_mappable = is_mappable
        self._descriptor = descriptor
        self._room = start  # size of the file
        self._map: Window | None = None
        self._size = 0  # of the window; 0 where there is none
        self._used = 0  # of the window
        self.restart(start)

    def restart(self, start: int) -> None:
        """Go on at ``start``, over what stands there."""
        self._drop_window()
        self._end = start  # of what was added, with the window's zeros
        self._has_piece = False

    def append(self, data: bytes) -> None:
        """Add bytes that seldom come: they are written, as far as the window has no room for them."""
        if self._map is not None:
            room = self._size - self._used
            self._map[self._used : self._used + len(data)] = data[:room]
            self._used += min(room, len(data))
            data = data[room:]
            if not data:
                return
            self._drop_window()
        self._write(data)

    def append_all(self, pieces: Sequence[bytes]) -> None:
        """Add what is long and comes in pieces, with one write."""
        if self._map is not None:
            self.append(b"".join(pieces))
            return
        self._files.write_pieces_at(self._descriptor, pieces, self._end)
        self._end += sum(map(len, pieces))
        self._room = max(self._room, self._end)

    def append_piece(self, data: bytes) -> None:
        """Add a piece of a stream. The first is written: many responses have no second one."""
        start = self._used
        end = start + len(data)
        if end <= self._size:
            self._map[start:end] = data  # type: ignore[index]  # there is a map where there is a size
            self._used = end
            return
        if self._map is None and self._has_piece and self._is_mappable and len(data) <= WINDOW:
            self._open_window()
        self._has_piece = True
        self.append(data)

    @property
    def room(self) -> int:
        """The file's size."""
        return self._room

    def sync(self) -> None:
        """Everything added so far is on stable storage when this returns."""
        self._files.sync(self._descriptor)

    def close(self) -> None:
        """Give the descriptor and the window back. Idempotent; raises nothing."""
        self._drop_window()
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with contextlib.suppress(OSError):
                self._files.close(descriptor)

    @property
    def is_open(self) -> bool:
        """Whether anything can be added."""
        return self._descriptor >= 0

    def _open_window(self) -> None:
        start = self._end
        if start + WINDOW <= self._room:
            self._end += WINDOW
        else:
            self._write(bytes(WINDOW))
        offset = start - start % mmap.ALLOCATIONGRANULARITY
        size = self._end - offset
        self._map = self._files.map(self._descriptor, offset, size)
        self._size, self._used = size, start - offset

    def _write(self, data: bytes) -> None:
        self._files.write_at(self._descriptor, data, self._end)
        self._end += len(data)
        self._room = max(self._room, self._end)

    def _drop_window(self) -> None:
        window, self._map = self._map, None
        self._size = self._used = 0
        if window is not None:
            window.close()

"""A little room on the disk, kept so that a full one can still take the record of what it cost.

It is an open file without a name: it goes with the process, and nobody else ever sees it.
"""

import contextlib
import errno
import os
from pathlib import Path
from typing import Final

from store.files import Files

ROOM: Final = 16 << 10  # a new pack, a new journal and what their folders may grow by
_NAME: Final = "reserve"
_IS_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_full(error: OSError) -> bool:
    """Whether an error says that there is no room."""
    return error.errno in _IS_FULL


class Reserve:
    """The reserve of one process; ``folder`` is where it is made."""

    def __init__(self, files: Files, folder: Path) -> None:
        self._files = files
        self._path = folder / _NAME
        self._descriptor = -1

    def take(self) -> None:
        """Make sure that there is one, if the disk has room for it."""
        if self._descriptor >= 0:
            return
        with contextlib.suppress(OSError):
            self._files.remove(self._path)  # somebody died right between making it and taking its name away
            self._descriptor = self._files.create(self._path)
            try:
                self._files.append(self._descriptor, os.urandom(ROOM))
            except OSError:
                self.release()
            finally:
                self._files.remove(self._path)

    def release(self) -> bool:
        """Give the room back; whether there was any."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with contextlib.suppress(OSError):
                self._files.close(descriptor)
        return descriptor >= 0

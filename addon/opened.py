"""The archive as the writer's thread has it open: the archive, this process's spool folder, and the recorder."""

import contextlib
from pathlib import Path

from store.archive import Archive
from store.files import Files
from store.mask import Masker
from store.record import Recorder
from store.spool import Spool


class Opened:
    """Whatever of it could be opened so far; ``recorder`` comes last. Closing it leaves it as it was made."""

    def __init__(self, path: Path, files: Files) -> None:
        self.archive: Archive | None = None
        self.spool: Spool | None = None
        self.recorder: Recorder | None = None
        self._path = path
        self._files = files

    def open(self) -> tuple[Archive, Recorder]:
        """Open what is not open yet. Raises `StoreError`, `OSError`, or what a damaged index does."""
        self.archive = self.archive or Archive.create(self._path, self._files)
        self.spool = self.spool or Spool.create(self._path, Masker(self.archive.key), self._files)
        self.recorder = self.recorder or Recorder(self.archive)
        return self.archive, self.recorder

    def close(self) -> None:
        """Give everything back; raises nothing. Idempotent."""
        parts = (self.recorder, self.spool, self.archive)
        self.recorder = self.spool = self.archive = None
        for part in parts:
            if part is not None:
                with contextlib.suppress(Exception):  # what could not be sealed is adopted by the next writer
                    part.close()

    def close_if_gone(self) -> None:
        """Close an archive whose folder was removed, so that it is made anew. A disk that does not say so is left."""
        with contextlib.suppress(OSError):
            if self.archive is not None and not self._files.exists(self._path / "FORMAT"):
                self.close()

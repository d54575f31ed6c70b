"""The archive as the writer's thread has it open: archive, this process's spool folder with its book, and recorder."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from addon.aside import Aside
from addon.inflight import Spooling
from store import books, status
from store.archive import Archive
from store.book import Book
from store.clean import Cleaner
from store.exchange import Exchange
from store.files import Files
from store.masking import config
from store.objects import LITTLE
from store.record import Recorder
from store.spool import Spool
from store.spool_entry import Entry


class Opened:
    """Whatever of it could be opened so far; ``recorder`` comes last. Closing it leaves it as it was made."""

    def __init__(self, path: Path, files: Files, book: Book) -> None:
        self.book = book
        self._status: dict[str, object] = {}
        self._telling = threading.Lock()
        self.archive: Archive | None = None
        self.spool: Spool | None = None
        self.recorder: Recorder | None = None
        self._aside = Aside()
        self._path = path
        self._files = files

    def open(self) -> tuple[Archive, Recorder]:
        """Open what is not open yet. Raises `StoreError`, `OSError`, or what a damaged index does."""
        if self.archive is None:
            self.archive = Archive.create(self._path, self._files)
            self.archive.objects.keep = LITTLE
        if self.spool is None:
            cleaner = Cleaner(self.archive.key, config.load(self._path, self.archive.key, os.environ))
            spool = Spool.create(self._path, cleaner, files=self._files)
            self.book.attach(spool.folder, self._files, int(time.time() * 1000), spool.is_mappable)
            self.spool = spool
            self.tell({})
        self.recorder = self.recorder or Recorder(self.archive, self.spool.seen, self.spool.cleaner)
        return self.archive, self.recorder

    def spooling(self, head: Exchange, number: int, failed: Callable[[OSError], object]) -> Spooling | None:
        """What spools an exchange; ``failed`` is told why where it gets no file. None while the spool is not open."""
        spool = self.spool
        if spool is None:
            return None
        return Spooling(spool.cleaner, partial(_entry, spool, head, number, failed), self._aside.run)

    def tell(self, members: Mapping[str, object]) -> None:
        """Put these members into this process's status, where `deck doctor` finds it (`store.status`).

        From any thread; raises nothing.
        """
        with self._telling, contextlib.suppress(OSError):  # a status that nobody can read harms no traffic
            self._status |= members
            if self.spool is not None and self._status:
                status.write(self.spool.folder, self._files, self._status)

    def close_book(self) -> None:
        """Put the book's sums on record, unless the spool still has exchanges of it. Raises `OSError` and `StoreError`.

        Whoever recovers the spool folder does it where it was not done.
        """
        if self.recorder is not None and self.spool is not None:
            recorder, folder = self.recorder, self.spool.folder
            books.close_own(self.book, folder, self._files, recorder.close_book)

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


def _entry(spool: Spool, head: Exchange, number: int, failed: Callable[[OSError], object]) -> Entry | None:
    try:
        return spool.open(head, number)
    except OSError as error:
        failed(error)
        return None

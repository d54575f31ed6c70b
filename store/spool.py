"""Exchanges in flight, kept on disk so that what a client has seen survives the death of the recorder.

``spool/<name>/`` is one process's folder, alive while that process holds the lock on its ``lock`` file; in it one
file per exchange (`store.spool_entry`). Each piece is in it before it is passed on, but for what masking holds back
and what may lag (docs/format.md), and not synced: it survives kill -9, and a power cut where `Entry.sync` was called.
Heads are masked before they are written; bodies come clean (`store.clean`).
A request that goes on with one that the archive holds is told by what is new in it: a conversation is sent again with
every turn.
Making and claiming a folder happen under ``spool/lock``, so that nobody takes a folder that is just being made.
`store.orphans` reads what a dead process left.
"""

import contextlib
import os
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from store import spool_exchange
from store.exchange import Exchange
from store.files import FILES, Files
from store.flight_file import FlightFile
from store.seen import Conversations
from store.spool_entry import Entry

if TYPE_CHECKING:  # masking is compiled where something is recorded only
    from store.clean import Cleaner

FOLDER = "spool"
LOCK = "lock"
SUFFIX = ".flight"
_MOST_KEPT, _MOST_ROOM = 8, 4 << 20  # files kept open for the next exchanges, and the size up to which one is


class Spool:
    """One process's folder of exchanges in flight.

    Files of exchanges that are done with are kept, open, for the next ones; nothing in them counts until then.
    """

    def __init__(self, folder: Path, lock: int, cleaner: "Cleaner", seen: Conversations, files: Files) -> None:
        self.folder = folder
        self.cleaner = cleaner
        self.seen = seen
        self.is_mappable = files.can_map(folder)
        self._lock = lock
        self._files = files
        self._serial = 0  # of exchanges
        self._made = 0  # files
        self._turn = threading.Lock()  # files are parked by one thread and disposed of by another
        self._parked: dict[FlightFile, None] = {}  # of exchanges that wait for their commit, oldest first
        self._free: list[FlightFile] = []

    @staticmethod
    def create(archive: Path, cleaner: "Cleaner", seen: Conversations | None = None, files: Files = FILES) -> "Spool":
        """Make this process's folder in an archive and lock it. Raises `OSError`.

        ``seen`` are the conversations that this process keeps in the archive.
        """
        root = archive / FOLDER
        with guard(root, files):
            folder = root / f"{os.getpid()}-{secrets.token_hex(4)}"
            files.make_folder(folder)
            try:
                lock = files.create(folder / LOCK)
                files.lock(lock)
            except OSError:
                with contextlib.suppress(OSError):
                    files.remove(folder / LOCK)
                    files.remove_folder(folder)
                raise
        return Spool(folder, lock, cleaner, seen or Conversations(), files)

    def open(self, head: Exchange, number: int = 0) -> Entry:
        """Begin an entry with the head of a request (bodies and everything after it are ignored). Raises `OSError`.

        ``number`` is the exchange's in the process's book (`store.book`).
        """
        self._serial += 1
        cleaner = self.cleaner
        headers = cleaner.headers(head.request_headers)  # first: what they hold may stand in the URL too
        payload = spool_exchange.request_head(head, cleaner.url(head.url), headers, cleaner.rules, number)
        file = self._take()
        try:
            return Entry(self, file, self._serial & 0xFFFFFFFF, payload)
        except OSError:
            self._remove(file)
            raise

    def _take(self) -> FlightFile:
        """A file that is free, else a new one. Raises `OSError`, and leaves none behind then."""
        while self._free:
            free = self._free.pop()
            try:
                is_there = self._files.is_file(free.path)
            except OSError:
                self._remove(free)
                raise
            if is_there:
                return free
            free.close()  # its folder was taken away
        self._made += 1
        path = self.folder / f"{self._made:08d}{SUFFIX}"
        try:
            return FlightFile(path, self._files, self.is_mappable)
        except OSError:
            self._unlink(path)
            raise

    def park(self, file: FlightFile) -> None:
        """Hold a file that waits for its exchange's commit; of many that do the oldest is closed."""
        with self._turn:
            self._parked[file] = None
            is_full = len(self._parked) > _MOST_KEPT or self._lock < 0
            oldest = next(iter(self._parked)) if is_full else None
            if oldest is not None:
                del self._parked[oldest]
        if oldest is not None:
            oldest.close()

    def dispose(self, file: FlightFile, is_sound: bool) -> None:
        """Keep a parked file for the next exchange, or remove it. Raises nothing."""
        with self._turn:
            is_parked = file in self._parked
            self._parked.pop(file, None)
        if is_parked and is_sound and file.size <= _MOST_ROOM and len(self._free) < _MOST_KEPT:
            with contextlib.suppress(OSError):
                file.clear()
                self._free.append(file)
                return
        self._remove(file)

    def _remove(self, file: FlightFile) -> None:
        file.close()
        self._unlink(file.path)

    def _unlink(self, path: Path) -> None:
        with contextlib.suppress(OSError):  # a file that stays is recovered later, as a turn already known
            self._files.remove(path)

    def sync_folder(self) -> None:
        """The names of the folder's files are on stable storage when this returns. Raises `OSError`."""
        self._files.sync_folder(self.folder)

    def close(self) -> None:
        """Release the folder: it goes if nothing is left in it, else it waits for recovery. Idempotent."""
        with self._turn:
            lock, self._lock = self._lock, -1
            parked, self._parked = self._parked, {}
        if lock >= 0:
            for file in parked:
                file.close()
            for file in self._free:
                self._remove(file)
            self._free.clear()
            release(self.folder, lock, self._files)


@contextlib.contextmanager
def guard(root: Path, files: Files) -> Iterator[None]:
    """Nobody else makes or claims a folder of ``root`` while this lasts."""
    files.make_folder(root)
    try:
        descriptor = files.create(root / LOCK)
    except FileExistsError:
        descriptor = files.open_append(root / LOCK)
    try:
        files.lock(descriptor)
        yield
    finally:
        files.close(descriptor)


def release(folder: Path, lock: int, files: Files) -> None:
    """Give a folder back: it goes if no exchange is left in it, else it waits for recovery. Raises nothing."""
    with contextlib.suppress(OSError):
        if files.names(folder) == [LOCK]:
            files.remove(folder / LOCK)
            files.remove_folder(folder)
    with contextlib.suppress(OSError):
        files.close(lock)

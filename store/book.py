"""One recorder's book: which exchanges it saw, and what became of each.

An exchange gets a number when its head arrives, before anything can fail, and a *fate* when it is settled. Both are
entries in a file of the recorder's spool folder, so that the book survives kill -9 with the exchanges in flight:

    file  = header (64 bytes: magic(8) boot(16) started in ms(8) run(32)) entry*
    entry = fate(1) zeros(3) number(4) session(8)                          16 bytes, little-endian

An exchange may get more than one fate (given up, and recovered later): the lowest code counts. ``boot`` says which
start of the machine this was; the file is not synced, so that after another one the book is not certain. ``session``
is `tag` of the session's name, or zeros where none is known. Entries of zeros are room that was never written.
"""

import contextlib
import struct
import threading
from collections import Counter
from collections.abc import Collection
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from blake3 import blake3

from store.files import FILES, Files
from store.headers import Headers
from store.spool_file import SpoolFile

NAME: Final = "book"
TORN: Final = "book.torn"
NO_SESSION: Final = bytes(8)
_MAGIC: Final = b"DECKBK01"
_HEADER: Final = struct.Struct("<8s16sQ32s")
_ENTRY: Final = struct.Struct("<B3xI8s")
_MOST_WAITING: Final = 1 << 20  # bytes of entries kept in memory where no file takes them
_NO_BOOT: Final = bytes(16)
_BOOT_ID: Final = "/proc/sys/kernel/random/boot_id"
_SESSION_HEADERS: Final = frozenset(
    (
        *(b"x-claude-code-session-id", b"x-parent-session-id", b"session-id", b"session_id", b"x-session-id"),
        b"conversation_id",
    )
)
"""Headers in which clients name their session (the wire modules read them, and bodies, with more care)."""


class Fate(IntEnum):
    """What became of an exchange; the number stands in books and never changes its meaning."""

    STORED = 1  # a new turn
    TRUNCATED = 2  # a new turn that does not hold all of it
    KNOWN = 3  # a turn that was there already
    NO_MODEL_CALL = 16  # from here on: not kept, and nothing was to be kept
    HANDSHAKE = 17  # the opening of a WebSocket on which model calls are messages
    SOCKET = 18  # the opening of any other WebSocket
    REFUSED = 19  # the fail policy answered it; it never reached the provider
    CAPTURE_FAILED = 32  # from here on: lost
    QUEUE_FULL = 33
    NOT_RECORDED = 34
    UNFINISHED = 63  # nobody settled it, and the spool has nothing of it
    OPEN = 255  # seen, and not settled

    @property
    def word(self) -> str:
        """As it is called in records and gap reasons."""
        return self.name.lower().replace("_", "-")

    @property
    def is_skip(self) -> bool:
        """Whether there was nothing to keep."""
        return Fate.NO_MODEL_CALL <= self <= Fate.REFUSED

    @property
    def is_loss(self) -> bool:
        """Whether something should have been kept and is not."""
        return Fate.CAPTURE_FAILED <= self <= Fate.UNFINISHED


_BY_WORD: Final = {fate.word: fate for fate in Fate}


def fate_of(word: str) -> Fate | None:
    """The fate that is called so, if any."""
    return _BY_WORD.get(word)


@lru_cache(64)  # an agent asks many times in one session
def tag(session: str) -> bytes:
    """What stands for a session in a book."""
    return blake3(session.encode("utf-8", "surrogatepass")).digest(length=len(NO_SESSION)) if session else NO_SESSION


def session_in(headers: Headers) -> str:
    """The session that a request's headers name, as far as they can be understood without its body."""
    named = {key: value for name, value in headers if (key := name.lower()) in _SESSION_HEADERS}
    if not named:
        return ""
    value = named.get(b"x-parent-session-id") or next(iter(named.values()))
    return value.decode("utf-8", "replace")


class Pages(NamedTuple):
    """What a book says: how many exchanges of a session (its tag) had a fate."""

    counts: Counter[tuple[bytes, Fate]]
    certain: bool  # nothing of it can be missing
    run: str  # hex id of the run object, or empty
    started_ms: int


class Book:
    """A book that is being written. Numbers begin with 1. No method raises `OSError`; any thread may call them."""

    def __init__(self, run: str = "") -> None:
        self._run = run
        self._head = b""
        self._lock = threading.Lock()
        self._number = 0
        self._files = FILES
        self._path = Path()
        self._file: SpoolFile | None = None
        self._waiting = bytearray()  # entries that no file has
        self._is_torn = False  # entries are lost for good
        self._is_told = True  # a file that lacks entries says so

    def seen(self, session: bytes = NO_SESSION, fate: Fate = Fate.OPEN) -> int:
        """An exchange begins, and may be settled at once; its number."""
        with self._lock:
            self._number += 1
            self._enter(fate, self._number, session)
            return self._number

    def settle(self, number: int, fate: Fate, session: bytes = NO_SESSION) -> None:
        """What became of an exchange; without a session it stays in the one it began in. Number 0 is none."""
        if number:
            with self._lock:
                self._enter(fate, number, session)

    def _enter(self, fate: Fate, number: int, session: bytes) -> None:
        data = entry(number, fate, session)
        if self._file is not None:
            try:
                self._file.append_piece(data)
                return
            except OSError:
                self._tear()
        elif not self._is_told:
            self._tell()
        if len(self._waiting) < _MOST_WAITING:
            self._waiting += data
        else:
            self._is_torn = True

    def attach(self, folder: Path, files: Files, started_ms: int, is_mappable: bool) -> None:
        """Keep the book in this spool folder from now on."""
        with self._lock:
            self._path, self._files, self._head = folder / NAME, files, _header(self._run, started_ms)
            try:
                files.close(files.create(self._path))
                self._file = SpoolFile(files.open_write(self._path), files, is_mappable)
                self._file.append(self._head + bytes(self._waiting))
            except OSError:
                self._tear()
            else:
                self._waiting.clear()
                if self._is_torn:
                    self._tear()

    def _tear(self) -> None:
        """The file takes no more entries, and its name says so to whoever finds it; they go on in memory."""
        self._release()
        self._is_told = False
        self._tell()

    def _tell(self) -> None:
        with contextlib.suppress(OSError):  # tried again with the next entry
            if self._files.is_file(self._path):
                self._files.rename(self._path, self._path.with_name(TORN))
            self._is_told = True

    def _release(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def close(self) -> Pages:
        """Let the file go; the whole book, of which nothing is in flight any more. Raises `OSError`."""
        with self._lock:
            self._release()
            found = parse(self._whole(), is_alive=True, left=(), is_torn=self._is_torn)
            for session in [session for session, fate in found.counts if fate is Fate.OPEN]:
                found.counts[session, Fate.UNFINISHED] = found.counts.pop((session, Fate.OPEN))
            return found

    def leave(self) -> None:
        """Let the file go for whoever recovers the folder, and put into it what it lacks. Raises `OSError`."""
        with self._lock:
            self._release()
            if self._waiting and not self._is_torn:
                self._files.replace(self._path, self._whole())
                self._files.remove(self._path.with_name(TORN))

    def _whole(self) -> bytes:
        """All entries that are known, behind the header."""
        data = b""
        for path in (self._path, self._path.with_name(TORN)):
            if self._files.is_file(path):
                data = self._files.read(path)
        whole = data[: len(data) - len(data) % _ENTRY.size] if len(data) >= _HEADER.size else self._head
        return whole + bytes(self._waiting)


def parse(data: bytes, *, is_alive: bool, left: Collection[int], is_torn: bool) -> Pages:
    """What a book's file says. ``left`` are the numbers of exchanges that the spool still has files of.

    An open exchange is in flight while its recorder is alive or its file is there; else it is lost. Data that is no
    book gives nothing, and is not certain.
    """
    if not _is_book(data):
        return Pages(Counter(), False, "", 0)
    _magic, booted, started_ms, run = _HEADER.unpack_from(data)
    fates, is_whole = _fates(data)
    counts: Counter[tuple[bytes, Fate]] = Counter()
    for number, (code, session) in fates.items():
        fate = Fate(code)
        if fate is Fate.OPEN and not is_alive and number not in left:
            fate = Fate.UNFINISHED
        counts[session, fate] += 1
    certain = is_whole and not is_torn and (is_alive or booted == boot() != _NO_BOOT)
    return Pages(counts, certain, run.hex() if any(run) else "", started_ms)


def fate_in(data: bytes, number: int) -> Fate:
    """The fate of one exchange, as a book's file says; `Fate.OPEN` where it says none."""
    return Fate(_fates(data)[0].get(number, (Fate.OPEN, NO_SESSION))[0]) if _is_book(data) else Fate.OPEN


def _is_book(data: bytes) -> bool:
    return len(data) >= _HEADER.size and data.startswith(_MAGIC)


def _fates(data: bytes) -> tuple[dict[int, tuple[int, bytes]], bool]:
    """Fate and session by number, and whether every entry can be understood."""
    fates: dict[int, tuple[int, bytes]] = {}
    whole = len(data) - (len(data) - _HEADER.size) % _ENTRY.size
    known = {int(fate) for fate in Fate}
    is_whole = True
    for code, number, session in _ENTRY.iter_unpack(data[_HEADER.size : whole]):
        if not code:
            continue
        if code not in known or not number:
            is_whole = False
            continue
        before, named = fates.get(number, (int(Fate.OPEN), NO_SESSION))
        fates[number] = (min(code, before), session if session != NO_SESSION else named)
    return fates, is_whole


def _header(run: str, started_ms: int) -> bytes:
    return _HEADER.pack(_MAGIC, boot(), started_ms, bytes.fromhex(run))


def boot() -> bytes:
    """Which start of the machine this is; zeros where it does not say."""
    try:
        with open(_BOOT_ID, encoding="ascii") as file:
            return bytes.fromhex(file.read().strip().replace("-", ""))
    except (OSError, ValueError):
        return _NO_BOOT


def entry(number: int, fate: Fate, session: bytes) -> bytes:
    """The bytes of an entry."""
    return _ENTRY.pack(fate, number, session)

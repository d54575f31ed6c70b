"""The spool file of one exchange in flight, written frame by frame (`store.spool_frames`)."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from store import spool_exchange, spool_frames
from store.exchange import UNCHANGED, Outcome, Side
from store.flight_file import FlightFile
from store.headers import Headers
from store.seen import Conversations
from store.spool_frames import Kind

if TYPE_CHECKING:  # masking is compiled where something is recorded only
    from store.clean import Cleaner

_SHORT = 8 << 10  # bytes of a request that cost less copied than written
_RESPONSE_DATA = Kind.RESPONSE_DATA.value


class Folder(Protocol):
    """What an entry needs of the spool that its file is in (`store.spool.Spool`)."""

    cleaner: "Cleaner"
    seen: Conversations

    def park(self, file: FlightFile) -> None:
        """Hold a file that waits for its exchange's commit."""

    def dispose(self, file: FlightFile, is_sound: bool) -> None:
        """Keep a parked file for the next exchange, or remove it. Raises nothing."""

    def sync_folder(self) -> None:
        """The names of the folder's files are on stable storage when this returns. Raises `OSError`."""


class Entry:
    """The spool file of one exchange in flight.

    No method raises `OSError`: the first failure ends the entry (a torn frame would hide all later ones) and stays
    readable in ``failed``. Used by one thread at a time.
    """

    __slots__ = ("_file", "_is_open", "_requested", "_rest_salt", "_salt", "_spool", "failed")

    def __init__(self, spool: Folder, file: FlightFile, salt: int, head: bytes) -> None:
        """Write the payload ``head`` of the request's head. Raises `OSError`."""
        self.failed = ""
        self._file: FlightFile | None = file
        self._is_open = True
        self._salt = salt
        self._rest_salt: int | None = None  # of what comes behind the first part of the file, once that is full
        self._requested = 0  # bytes of the request
        self._spool = spool
        file.put(spool_frames.beginning(salt))
        self._put(file, lambda salt: spool_frames.pack(Kind.REQUEST_HEAD, 0, head, salt))

    def request(self, pieces: Sequence[bytes], at_ms: int) -> None:
        """Pieces of the request body have passed or are about to."""
        file = self._file
        if self.failed or file is None or not self._is_open:
            return
        try:
            file.append([spool_frames.pack_pieces(Kind.REQUEST_DATA, at_ms, pieces, self._salt), *pieces])
            self._requested += sum(map(len, pieces))
        except OSError as error:
            self.failed = str(error)

    def whole_request(self, body: bytes, at_ms: int) -> None:
        """The whole request has passed: what it has in common with an earlier one is told by that one's id."""
        common = self._spool.seen.same(body)
        if common is None:
            if body:
                self.request((body,), at_ms)
            return
        self._add(Kind.REQUEST_SAME, at_ms, spool_exchange.same(common))
        new = body[common.start : len(body) - common.end]
        if len(new) > _SHORT:
            self.request((new,), at_ms)
        else:
            self._add(Kind.REQUEST_DATA, at_ms, new)
        self._requested = len(body)

    def request_end(self, at_ms: int, side: Side = UNCHANGED) -> None:
        """The request is complete; ``side`` is what came of cleaning it."""
        self._add(Kind.REQUEST_END, at_ms, spool_exchange.request_end(self._requested, side))

    def response_head(self, status: int, headers: Headers, at_ms: int) -> None:
        """The response has begun."""
        payload = spool_exchange.response_head(status, self._spool.cleaner.headers(headers))
        self._add(Kind.RESPONSE_HEAD, at_ms, payload)

    def response(self, data: bytes, at_ms: int) -> None:
        """A piece of the response body is about to be passed on."""
        self._add(_RESPONSE_DATA, at_ms, data)

    def responses(self, pieces: Sequence[tuple[bytes, int]]) -> None:
        """Pieces of the response body have passed or are about to, each at its time."""
        self._write(
            lambda salt: b"".join([spool_frames.pack(_RESPONSE_DATA, at_ms, data, salt) for data, at_ms in pieces])
        )

    def end(
        self,
        outcome: Outcome,
        error: str,
        at_ms: int,
        request_size: int | None,
        response_size: int | None,
        side: Side = UNCHANGED,
    ) -> None:
        """The recorder saw the end; it only waits for its commit. ``side`` is what came of cleaning the response."""
        words = self._spool.cleaner.text(error)
        self._add(Kind.END, at_ms, spool_exchange.ending(outcome, words, request_size, response_size, side))

    def sync(self) -> None:
        """Everything written so far survives a power cut when this returns without `failed`."""
        if not self.failed and self._file is not None:
            try:
                self._file.sync()
                self._spool.sync_folder()
            except OSError as error:
                self.failed = str(error)

    def close(self) -> None:
        """Nothing more comes; the file is left for recovery. Idempotent."""
        if self._is_open and self._file is not None:
            self._is_open = False
            self._spool.park(self._file)

    def discard(self) -> None:
        """The exchange is committed (or given up): its file is needed no longer. Idempotent."""
        self.close()
        file, self._file = self._file, None
        if file is not None:
            self._spool.dispose(file, is_sound=not self.failed)

    def _add(self, kind: int, at_ms: int, payload: bytes) -> None:
        self._write(lambda salt: spool_frames.pack(kind, at_ms, payload, salt))

    def _write(self, frames: Callable[[int], bytes]) -> None:
        """Write the frames that are made with a salt."""
        file = self._file
        if file is not None and self._is_open and not self.failed:
            try:
                self._put(file, frames)
            except OSError as error:
                self.failed = str(error)

    def _put(self, file: FlightFile, frames: Callable[[int], bytes]) -> None:
        salt = self._rest_salt
        if salt is None:
            if file.put(frames(self._salt)):
                return
            salt = self._rest_salt = spool_frames.rest_salt(self._salt, file.used)
        file.append_piece(frames(salt))

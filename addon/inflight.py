"""One exchange while it passes: the pieces seen so far, with their times, in memory and in the spool.

The proxy's event loop fills it until `InFlight.end`; from then on it belongs to the writer's thread, which turns it
into an `Exchange`. Each piece of a response is spooled before the tee passes it on. A body is kept up to `BODY_LIMIT`;
what comes after it is only counted, and the outcome becomes `truncated`.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from time import monotonic

from store.exchange import Chunk, Exchange, Outcome
from store.headers import Headers
from store.spool import Entry

BODY_LIMIT = 64 << 20
LAG, LAG_BYTES = 0.05, 4 << 20  # seconds and bytes of a request that may pass before it is spooled


class Body:
    """One direction's body: the pieces that are kept, and the size of all that passed."""

    __slots__ = ("pieces", "size")

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.size = 0

    def take(self, data: bytes) -> bytes:
        """Keep ``data`` as far as the limit allows; the part that was kept."""
        size = self.size = self.size + len(data)
        if size > BODY_LIMIT:
            data = data[: max(0, len(data) - (size - BODY_LIMIT))]
        if data:
            self.pieces.append(data)
        return data

    @property
    def kept(self) -> int:
        """Bytes kept."""
        return min(self.size, BODY_LIMIT)

    @property
    def size_if_cut(self) -> int | None:
        """Bytes on the wire where not all of them were kept."""
        return self.size if self.size > BODY_LIMIT else None


class InFlight:
    """One exchange between its first and its last byte. Times are ms since it was made.

    With ``open_entry`` the request may pass on before it is spooled (`spool`): nobody has seen an answer to it yet.
    """

    def __init__(
        self,
        head: Exchange,
        entry: Entry | None,
        number: int = 0,
        open_entry: Callable[[], Entry | None] | None = None,
    ) -> None:
        self.entry = entry
        self.number = number  # in the recorder's book
        self._open_entry = open_entry
        self._unspooled: list[bytes] = []  # pieces of the request
        self.head = head
        self.ended = False
        self._began = monotonic()
        self._request = Body()
        self._request_end: int | None = None
        self._status: int | None = None
        self._response_headers: Headers = ()
        self._first_byte: int | None = None
        self._response = Body()
        self._times: list[int] = []
        self._end: int | None = None
        self._outcome = Outcome.INTERRUPTED
        self._error = ""
        self._durable_at: int | None = None

    @property
    def size(self) -> int:
        """Bytes held in memory."""
        return self._request.kept + self._response.kept

    @property
    def is_spooled(self) -> bool:
        """Whether the spool has all of it, so that the next start can recover it."""
        return self.entry is not None and not self.entry.failed

    def request_data(self, data: bytes) -> None:
        """A piece of the request body."""
        if self.ended:
            return
        part = self._request.take(data)
        if part and self._open_entry is not None:
            self._unspooled.append(part)
            if self._request.size > LAG_BYTES:
                self.spool()
        elif part and self.entry is not None:
            self.entry.request((part,), self._now())

    def request_end(self) -> None:
        """The request is complete."""
        if self.ended:
            return
        self._request_end = self._now()
        if self._open_entry is None and self.entry is not None:
            self.entry.request_end(self._request_end)

    def spool(self) -> None:
        """Spool what has passed of the request, and from now on each piece before it passes. Idempotent."""
        open_entry, self._open_entry = self._open_entry, None
        pieces, self._unspooled = self._unspooled, []
        if open_entry is not None:
            self.entry = open_entry()
        if self.entry is not None:
            if open_entry is not None and self._request_end is not None:
                self._request.pieces = [b"".join(self._request.pieces)]
                self.entry.whole_request(self._request.pieces[0], self._now())
                self.entry.request_end(self._request_end)
            elif pieces:
                self.entry.request(pieces, self._now())

    @property
    def is_answered(self) -> bool:
        """Whether the response has begun."""
        return self._status is not None

    def response_head(self, status: int, headers: Headers, durable_at: int | None) -> None:
        """The response begins; its body will be on stable storage before byte ``durable_at`` of it is passed on."""
        if self.ended:
            return
        self.spool()
        self._status, self._response_headers, self._durable_at = status, headers, durable_at
        self._first_byte = self._now()
        if self.entry is not None:
            self.entry.response_head(status, headers, self._first_byte)

    def response_data(self, data: bytes) -> None:
        """A piece of the response body."""
        if self.ended:
            return
        now = int((monotonic() - self._began) * 1000)
        data = self._response.take(data)
        if not data:
            return
        self._times.append(now)
        if self.entry is not None:
            self.entry.response(data, now)
            if self._durable_at is not None and self._response.size >= self._durable_at:
                self.entry.sync()

    def end(self, outcome: Outcome, error: str) -> None:
        """Nothing more comes: the loop's last call. Later pieces are ignored."""
        self.ended = True
        self._end = self._now()
        request_size, response_size = self._request.size_if_cut, self._response.size_if_cut
        is_whole = request_size is None and response_size is None
        self._outcome, self._error = outcome if is_whole else Outcome.TRUNCATED, error
        self.spool()
        if self.entry is not None:
            self.entry.end(self._outcome, error, self._end, request_size, response_size)
            self.entry.close()

    def release(self) -> None:
        """Let the bodies go: mitmproxy's flow and the tee refer to each other, so they live until a collection."""
        self._request.pieces, self._response.pieces, self._times = [], [], []

    def abandon(self) -> None:
        """Give it up: later pieces are ignored, and what the spool has of it is left for recovery."""
        self.ended = True
        with contextlib.suppress(Exception):  # something failed already, and that much can still be recovered
            self.spool()
        if self.entry is not None:
            self.entry.close()

    def exchange(self, notes: tuple[str, ...] = ()) -> Exchange:
        """The exchange as it passed; after `end`."""
        sizes = map(len, self._response.pieces)
        return replace(
            self.head,
            request_body=b"".join(self._request.pieces),
            request_end_ms=self._request_end,
            request_size=self._request.size_if_cut,
            status=self._status,
            response_headers=self._response_headers,
            first_byte_ms=self._first_byte,
            response_body=b"".join(self._response.pieces),
            response_size=self._response.size_if_cut,
            chunks=tuple(map(Chunk, self._times, sizes)),
            end_ms=self._end,
            outcome=self._outcome,
            error=self._error,
            notes=notes,
        )

    def _now(self) -> int:
        return int((monotonic() - self._began) * 1000)

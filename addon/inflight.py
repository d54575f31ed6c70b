"""One exchange while it passes: the pieces seen so far, with their times, in memory and in the spool.

The proxy's event loop fills it until `InFlight.end`; from then on it belongs to the writer's thread, which turns it
into an `Exchange`. Bodies are cleaned (`store.clean`) on their way into the spool: a request when it has passed as a
whole, each piece of a response before the tee passes it on, but for more of a text that streams, which may lag behind
(`InFlight.on_lag`). Where there is no spool yet they wait as they came. A body is kept up to `BODY_LIMIT`; what comes
after it is only counted, and the outcome becomes `truncated`.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic

from store.clean import CleanResponse, Piece
from store.exchange import UNCHANGED, Chunk, Cleaned, Exchange, Outcome, Side
from store.headers import Headers
from store.spool_entry import Entry

BODY_LIMIT = 64 << 20
LAG = 0.05  # seconds that the beginning of a request may pass before the spool knows of it
ANSWER_LAG = 0.1  # seconds that more of a text that streams may pass before the spool has it


class Body:
    """One direction's body: the pieces that are kept, and the size of all that passed."""

    __slots__ = ("pieces", "size")

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.size = 0

    def count(self, data: bytes) -> bytes:
        """The part of ``data`` that the limit allows to keep."""
        size = self.size = self.size + len(data)
        return data if size <= BODY_LIMIT else data[: max(0, len(data) - (size - BODY_LIMIT))]

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
        self.head = head
        self.ended = False
        self._began = monotonic()
        self._request = Body()
        self._request_end: int | None = None
        self._request_side: Side | None = None  # None: the request is there as it came
        self._status: int | None = None
        self._response_headers: Headers = ()
        self._first_byte: int | None = None
        self._response = Body()  # its pieces, where there is nothing that cleans them
        self._times: list[int] = []
        self._clean: CleanResponse | None = None
        self._is_lagging = False
        self.on_lag: Callable[[], object] | None = None
        """Has `catch_up` called after `ANSWER_LAG`; without it no piece of a response may lag behind."""
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
        if not self.ended and (part := self._request.count(data)):
            self._request.pieces.append(part)

    def request_end(self) -> None:
        """The request is complete; it is to be spooled (`spool`) when its end has been passed on."""
        if not self.ended:
            self._request_end = self._now()

    def spool(self) -> None:
        """Spool that there is a request, and the whole of it when it is complete. Idempotent."""
        open_entry, self._open_entry = self._open_entry, None
        if open_entry is not None:
            self.entry = open_entry()
        if self._request_end is not None:
            self._spool_request(self._request_end)

    def _spool_request(self, end: int | None) -> None:
        entry = self.entry
        if entry is None or self._request_side is not None:
            return
        is_cut = end is None or self._request.size_if_cut is not None
        came = b"".join(self._request.pieces)
        body, self._request_side = entry.cleaner.request(came, self.head.request_headers, is_cut)
        self._request.pieces = [body]
        entry.whole_request(body, self._now())
        if end is not None:
            entry.request_end(end, self._request_side)

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
            self._clean = self.entry.cleaner.response(headers)
            self.entry.response_head(status, headers, self._first_byte)

    def response_data(self, data: bytes) -> None:
        """A piece of the response body."""
        if self.ended:
            return
        now = int((monotonic() - self._began) * 1000)
        data = self._response.count(data)
        if not data:
            return
        clean, entry = self._clean, self.entry
        if clean is None or entry is None:
            self._times.append(now)
            self._response.pieces.append(data)
            return
        on_lag = self.on_lag
        if pieces := clean.feed(data, now, may_wait=on_lag is not None):
            _spool(entry, pieces, now)
        elif on_lag is not None and not self._is_lagging and clean.is_waiting:
            self._is_lagging = True
            on_lag()
        if self._durable_at is not None and self._response.size >= self._durable_at:
            self._finish_response(clean, entry, now, is_cut=False)
            entry.sync()

    def catch_up(self) -> None:
        """Spool what has passed of the response and lags behind."""
        self._is_lagging = False
        if not self.ended:
            self._catch_up()

    def _catch_up(self) -> None:
        if self._clean is not None and self.entry is not None:
            _spool(self.entry, self._clean.catch_up(), self._now())

    def _finish_response(self, clean: CleanResponse, entry: Entry, now: int, is_cut: bool) -> None:
        _spool(entry, clean.catch_up(), now)
        if rest := clean.finish(is_cut):
            entry.response(rest, now)

    def end(self, outcome: Outcome, error: str) -> None:
        """Nothing more comes: the loop's last call. Later pieces are ignored."""
        self.ended = True
        self._end = self._now()
        request_size, response_size = self._request.size_if_cut, self._response.size_if_cut
        is_whole = request_size is None and response_size is None
        self._outcome, self._error = outcome if is_whole else Outcome.TRUNCATED, error
        self.spool()
        self._spool_request(None)
        entry = self.entry
        if entry is not None:
            if self._clean is not None:
                is_cut = outcome is not Outcome.COMPLETE or response_size is not None
                self._finish_response(self._clean, entry, self._end, is_cut)
            entry.end(self._outcome, error, self._end, request_size, response_size, self._response_side)
            entry.close()

    @property
    def _response_side(self) -> Side:
        return self._clean.side if self._clean is not None else UNCHANGED

    def release(self) -> None:
        """Let the bodies go: mitmproxy's flow and the tee refer to each other, so they live until a collection."""
        self._request.pieces, self._response.pieces, self._times = [], [], []
        self._clean = None

    def abandon(self) -> None:
        """Give it up: later pieces are ignored, and what the spool has of it is left for recovery."""
        self.ended = True
        with contextlib.suppress(Exception):  # something failed already, and that much can still be recovered
            self.spool()
            self._spool_request(None)
            self._catch_up()
        if self.entry is not None:
            self.entry.close()

    def exchange(self, notes: tuple[str, ...] = ()) -> Exchange:
        """The exchange as it passed; after `end`."""
        clean, side, rules = self._clean, self._request_side, self.entry.cleaner.rules if self.entry else ""
        sizes = map(len, self._response.pieces)
        return replace(
            self.head,
            request_body=b"".join(self._request.pieces),
            request_end_ms=self._request_end,
            request_size=self._request.size_if_cut,
            status=self._status,
            response_headers=self._response_headers,
            first_byte_ms=self._first_byte,
            response_body=clean.body if clean else b"".join(self._response.pieces),
            response_size=self._response.size_if_cut,
            chunks=clean.chunks if clean else tuple(map(Chunk, self._times, sizes)),
            cleaned=Cleaned(rules, side, self._response_side) if side is not None else None,
            end_ms=self._end,
            outcome=self._outcome,
            error=self._error,
            notes=notes,
        )

    def _now(self) -> int:
        return int((monotonic() - self._began) * 1000)


def _spool(entry: Entry, pieces: Sequence[Piece], now: int) -> None:
    if pieces:
        entry.responses([(data, now if at_ms is None else at_ms) for data, at_ms in pieces])

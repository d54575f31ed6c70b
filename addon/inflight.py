"""One exchange while it passes: the pieces seen so far, with their times, in memory and in the spool.

The proxy's event loop fills it until `InFlight.end`; from then on it belongs to the writer's thread, which turns it
into an `Exchange`. Nothing is spooled before it has passed on but what may be the end of an answer; whoever made it has
`catch_up` called soon after a request (`REQUEST_LAG`) and while an answer streams (`addon.lagging`). Bodies are cleaned
(`store.clean`) on their way into the spool; what would keep the loop for long is cleaned aside, or by the writer's
thread. A body is kept up to a limit (`addon.body`); of what comes after it only the size is, and the outcome becomes
`truncated`.
"""

import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import Final, NamedTuple

from addon.answer import MOST_AT_ONCE, Answer
from addon.aside import RunAside
from addon.body import Body
from store.clean import Cleaner
from store.clean_response import Piece
from store.exchange import UNCHANGED, Chunk, Cleaned, Exchange, Outcome, Side
from store.headers import Headers
from store.masking.body import TooMuch
from store.spool_entry import Entry

BEGINNING_LAG: Final = 50  # ms after which the next piece of a request has the spool told of it
REQUEST_LAG: Final = 0.01  # seconds that a whole request, and what is answered then, may

Clean = tuple[bytes, Side]
"""A body as it is to be kept, and what came of cleaning it."""


class Spooling(NamedTuple):
    """What one exchange needs to be spooled."""

    cleaner: Cleaner
    open_entry: Callable[[], Entry | None]  # asked once
    aside: RunAside | None = None
    """Does what would take long; None: it is done at once."""


class InFlight:
    """One exchange between its first and its last byte. Times are ms since it was made."""

    def __init__(self, head: Exchange, spooling: Spooling | None, number: int = 0) -> None:
        """``number`` is the exchange's in the recorder's book. Without a spool bodies are kept as they came."""
        self.entry: Entry | None = None
        self.number = number
        self.head = head
        self.ended = False
        self._spooling = spooling
        self._has_asked = False  # for a spool entry
        self._began = monotonic()
        self._request = Body()
        self._request_end: int | None = None
        self._request_side: Side | None = None  # None: the request is there as it came
        self._request_aside: Future[Clean] | None = None  # it is being cleaned
        self._status: int | None = None
        self._response_headers: Headers = ()
        self._is_head_spooled = False
        self._first_byte: int | None = None
        self._response = Body()  # its pieces, where there is nothing that cleans them
        self._times: list[int] = []
        self._answer: Answer | None = None
        self._is_lagging = False
        self.on_lag: Callable[[], object] | None = None
        """Has `catch_up` called soon (`addon.lagging`); without it no piece of a response may lag behind."""
        self._end: int | None = None
        self._outcome = Outcome.INTERRUPTED
        self._is_cut = True  # the response
        self._error = ""
        self._durable_at: int | None = None
        self._is_spooled = False

    @property
    def size(self) -> int:
        """Bytes held in memory."""
        return self._request.kept + self._response.kept

    @property
    def is_waiting(self) -> bool:
        """Whether `exchange` would wait for what is cleaned aside."""
        aside, answer = self._request_aside, self._answer
        return (aside is not None and not aside.done()) or (answer is not None and answer.is_waiting)

    @property
    def is_spooled(self) -> bool:
        """Whether the spool has all of it, so that the next start can recover it."""
        return self._is_spooled and self.entry is not None and not self.entry.failed

    def request_data(self, data: bytes) -> None:
        """A piece of the request body."""
        if not self.ended and (part := self._request.count(data)):
            self._request.pieces.append(part)
            if not self._has_asked and self._now() > BEGINNING_LAG:
                self._spool()

    def request_end(self) -> None:
        """The request is complete; whoever says so has `catch_up` called after `REQUEST_LAG`."""
        if not self.ended:
            self._request_end = self._now()
            self._is_lagging = True

    @property
    def is_answered(self) -> bool:
        """Whether the response has begun."""
        return self._status is not None

    def response_head(self, status: int, headers: Headers, durable_at: int | None) -> None:
        """The response begins; its body will be on stable storage before byte ``durable_at`` of it is passed on.

        But for a body of one JSON value, held back as a whole until it is clean, and one that is cleaned aside.
        """
        if self.ended:
            return
        self._status, self._response_headers, self._durable_at = status, headers, durable_at
        self._first_byte = self._now()
        if self._spooling is not None:
            self._answer = Answer(self._spooling.cleaner.response(headers), self._spooling.aside)

    def response_data(self, data: bytes) -> None:
        """A piece of the response body."""
        if self.ended:
            return
        now = int((monotonic() - self._began) * 1000)
        data = self._response.count(data)
        if not data:
            return
        answer = self._answer
        if answer is None:
            self._times.append(now)
            self._response.pieces.append(data)
            return
        on_lag = self.on_lag
        if answer.arrive(data, now) or on_lag is None:
            self._spool()
        elif not self._is_lagging:
            self._is_lagging = True
            on_lag()
        if self._durable_at is not None and self._response.size >= self._durable_at:
            self._make_durable(answer)

    def _make_durable(self, answer: Answer) -> None:
        self._spool()
        if self.entry is not None and answer.is_short:
            self._finish_response(answer, self.entry, self._now(), self._response.size_if_cut is not None)
            self.entry.sync()

    def catch_up(self) -> None:
        """Spool what has passed and lags behind."""
        if not self.ended:
            self._spool()

    def _spool(self) -> None:
        """Spool all that is there: the request when it is complete, and as much of the response as may be written."""
        self._is_lagging = False
        spooling = self._spooling
        if spooling is None:
            return
        if not self._has_asked:
            self._has_asked = True
            self.entry = spooling.open_entry()
        entry = self.entry
        if self._request_end is not None:
            self._spool_request(spooling, entry)
        if self._status is not None and not self._is_head_spooled:
            self._is_head_spooled = True
            if entry is not None:
                entry.response_head(self._status, self._response_headers, self._first_byte or 0)
        if self._answer is not None:
            self._answer.take(self._write)

    def _spool_request(self, spooling: Spooling, entry: Entry | None) -> None:
        if self._request_side is not None or self._request_aside is not None:
            return
        is_cut = self._request_end is None or self._request.size_if_cut is not None
        came = b"".join(self._request.pieces)
        clean = partial(spooling.cleaner.request, came, self.head.request_headers, is_cut)
        try:
            self._request_is_clean(entry, clean(most=MOST_AT_ONCE if spooling.aside else None))
        except TooMuch:
            if spooling.aside is not None:
                self._request_aside = spooling.aside(clean, self._take_request)

    def _take_request(self) -> None:
        """The request has been cleaned aside."""
        aside = self._request_aside
        if aside is not None and not self.ended:
            self._request_is_clean(self.entry, aside.result())

    def _request_is_clean(self, entry: Entry | None, clean: Clean) -> None:
        body, self._request_side = clean
        self._request.pieces, self._request_aside = [body], None
        if entry is not None:
            entry.whole_request(body, self._now())
            if self._request_end is not None:
                entry.request_end(self._request_end, self._request_side)

    def _write(self, pieces: Sequence[Piece]) -> None:
        if self.entry is not None:
            now = self._now()
            self.entry.responses([(data, now if at_ms is None else at_ms) for data, at_ms in pieces])

    def _finish_response(self, answer: Answer, entry: Entry | None, now: int, is_cut: bool) -> None:
        rest = answer.finish(self._write if entry is not None else _nowhere, is_cut)
        if rest and entry is not None:
            entry.response(rest, now)

    def end(self, outcome: Outcome, error: str) -> None:
        """Nothing more comes: the loop's last call. Later pieces are ignored."""
        self.ended = True
        self._end = self._now()
        request_size, response_size = self._request.size_if_cut, self._response.size_if_cut
        is_whole = request_size is None and response_size is None
        self._outcome, self._error = outcome if is_whole else Outcome.TRUNCATED, error
        self._is_cut = outcome is not Outcome.COMPLETE or response_size is not None
        self._spool()
        entry, answer = self.entry, self._answer
        if self._spooling is not None:
            self._spool_request(self._spooling, entry)
        if answer is not None:
            answer.over()
            if answer.is_short:
                self._finish_response(answer, entry, self._end, self._is_cut)
                answer = None
        if entry is not None:
            if answer is None and self._request_aside is None:
                entry.end(self._outcome, error, self._end, request_size, response_size, self._response_side)
                self._is_spooled = True
            entry.close()

    @property
    def _response_side(self) -> Side:
        return self._answer.side if self._answer is not None else UNCHANGED

    def release(self) -> None:
        """Let the bodies go: mitmproxy's flow and the tee refer to each other, so they live until a collection."""
        self._request.pieces, self._response.pieces, self._times = [], [], []
        self._answer = self._spooling = self._request_aside = self.on_lag = None

    def abandon(self) -> None:
        """Give it up: later pieces are ignored, and what the spool has of it is left for recovery."""
        self.ended = True
        with contextlib.suppress(Exception):  # something failed already, and that much can still be recovered
            self._spool()
            if self._spooling is not None:
                self._spool_request(self._spooling, self.entry)
        if self.entry is not None:
            self.entry.close()

    def exchange(self, notes: tuple[str, ...] = ()) -> Exchange:
        """The exchange as it passed; after `end`. Waits for what is being cleaned."""
        answer = self._answer
        if self._request_aside is not None:
            self._request_is_clean(None, self._request_aside.result())
        if answer is not None:
            self._finish_response(answer, None, 0, self._is_cut)
        side, rules = self._request_side, self._spooling.cleaner.rules if self._spooling else ""
        sizes = map(len, self._response.pieces)
        return replace(
            self.head,
            request_body=b"".join(self._request.pieces),
            request_end_ms=self._request_end,
            request_size=self._request.size_if_cut,
            status=self._status,
            response_headers=self._response_headers,
            first_byte_ms=self._first_byte,
            response_body=answer.body if answer else b"".join(self._response.pieces),
            response_size=self._response.size_if_cut,
            chunks=answer.chunks if answer else tuple(map(Chunk, self._times, sizes)),
            cleaned=Cleaned(rules, side, self._response_side) if side is not None else None,
            end_ms=self._end,
            outcome=self._outcome,
            error=self._error,
            notes=notes,
        )

    def _now(self) -> int:
        return int((monotonic() - self._began) * 1000)


def _nowhere(_pieces: Sequence[Piece]) -> None:
    """What is written nowhere any more."""

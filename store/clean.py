"""Making what passed ready to be kept: content codings undone, secrets out. Behind this point nothing is unmasked.

A body in which nothing is found stays as it is, byte for byte. A content coding that breaks leaves the body as it came,
or, where it hides a secret, only what could be undone. A body that could not be masked is withheld.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from store.arrivals import Arrivals
from store.codings import Decoder, decodable, decode
from store.exchange import Chunk, Cleaned, Exchange, Side
from store.headers import Headers, header
from store.mask import Masker
from store.masking.body import BodyMasker, Masked, TooMuch
from store.masking.forms import Forms
from store.masking.masking import Masking
from store.masking.stream import StreamMasker
from store.midstream import is_unending

_MOST_WAITING: Final = 32  # pieces, of about 15 µs of work each: other streams must not wait for long


class Cleaner:
    """Cleans by one archive's rules. Responses are cleaned in one thread, everything else in any."""

    def __init__(self, key: bytes, masking: Masking | None = None) -> None:
        """``key`` is the archive's, of 32 bytes; ``masking`` what it is configured to, else the built-in rules."""
        self._masking = masking or Masking(key)
        self._masker = Masker(key, self._masking)
        self._bodies = BodyMasker(self._masking)
        self._forms = Forms()
        self._forms_of_whole = Forms()
        self._one_at_a_time = threading.Lock()  # of whole exchanges
        self.headers = self._masker.headers
        self.url = self._masker.url
        self.text = self._masker.text

    @property
    def rules(self) -> str:
        """Version of the rules."""
        return self._masking.version

    def request(
        self, body: bytes, headers: Headers, is_cut: bool = False, most: int | None = None
    ) -> tuple[bytes, Side]:
        """A request's body, as it is to be kept.

        Raises `TooMuch` where more than ``most`` bytes of it are not known from earlier ones, and nothing else.
        """
        try:
            return self._request(body, header(headers, "content-encoding"), is_cut, most)
        except TooMuch:
            raise
        except Exception as error:  # noqa: BLE001  whatever a body does to the masking, it is not kept unmasked
            return b"", Side(withheld=type(error).__name__)

    def response(self, headers: Headers) -> "CleanResponse":
        """What cleans the body of a response with these headers while it arrives."""
        return CleanResponse(self._masking, self._forms, headers)

    def exchange(self, exchange: Exchange) -> tuple[Exchange, Cleaned]:
        """A whole exchange, as it is to be kept. Cleaning a clean one changes nothing. Raises nothing."""
        cleaned = exchange.cleaned
        if cleaned is None:
            is_cut = exchange.request_size is not None
            request, side = self.request(exchange.request_body, exchange.request_headers, is_cut)
            response = self._response(exchange)
            cleaned = Cleaned(self.rules, side, response.side)
            exchange = replace(
                exchange, request_body=request, response_body=response.body, chunks=response.chunks, cleaned=cleaned
            )
        headed = replace(
            exchange,
            url=self.url(exchange.url),
            request_headers=self.headers(exchange.request_headers),
            response_headers=self.headers(exchange.response_headers),
            error=self.text(exchange.error) if exchange.error else "",
        )
        return headed, cleaned

    def _response(self, exchange: Exchange) -> "CleanResponse":
        with self._one_at_a_time:
            return self._whole_response(exchange)

    def _whole_response(self, exchange: Exchange) -> "CleanResponse":
        response = CleanResponse(self._masking, self._forms_of_whole, exchange.response_headers)
        body, position = exchange.response_body, 0
        for at_ms, size in exchange.chunks:
            response.arrive(body[position : position + size], at_ms)
            position += size
        response.arrive(body[position:], None)
        response.finish(is_cut=exchange.response_size is not None)
        return response

    def _request(self, body: bytes, coding: str, is_cut: bool, most: int | None) -> tuple[bytes, Side]:
        decoded = decode(body, coding)
        if decoded.failed:
            masked = self._masked(decodable(body, coding), True, most)
            if not masked.places:
                masked = self._masked(body, is_cut, most)
        else:
            masked = self._masked(decoded.data, is_cut, most)
        return masked.data, Side(decoded.failed, len(masked.places))

    def _masked(self, body: bytes, is_cut: bool, most: int | None) -> Masked:
        if not is_cut:
            return self._bodies.mask(body, most)
        if most is not None and len(body) > most:
            raise TooMuch
        masker = StreamMasker(self._masking)
        data = masker.feed(body) + masker.flush(is_cut=True)
        return Masked(data, tuple(masker.places))


class Piece(NamedTuple):
    """A part of a clean body, and the ms after the start at which it arrived (None: nobody knows)."""

    data: bytes
    at_ms: int | None


_Arrived = tuple[bytes, int | None]  # a piece as it came, and when


class CleanResponse:
    """One response's body while it arrives. What `take` and `finish` give may be written; ``body`` is what is kept.

    What arrived may wait until it is cleaned with what comes after it, in one go: that costs a third.
    """

    def __init__(self, masking: Masking, forms: Forms, headers: Headers) -> None:
        self._masking = masking
        self._forms = forms
        coding = header(headers, "content-encoding")
        decoder = Decoder(coding) if coding else None
        self._coding = coding
        self._unknown = decoder.failed if decoder is not None else ""
        self._decoder = None if self._unknown else decoder
        self._is_plain = decoder is None  # and goes on
        self._came: list[_Arrived] = []  # where there is a coding: what is kept should that fail
        self._waiting: list[_Arrived] = []  # decoded, and not clean yet
        self._withheld = ""
        self._is_finished = False
        self.body = b""
        self.chunks: tuple[Chunk, ...] = ()
        self.side = Side()
        self._begin()

    def _begin(self) -> None:
        self._masker = StreamMasker(self._masking, self._forms)
        self._arrivals = Arrivals()
        self._pieces: list[bytes] = []

    @property
    def held(self) -> int:
        """Bytes that arrived and could not be written yet."""
        return self._masker.held + sum([len(data) for data, _at_ms in self._waiting])

    def arrive(self, data: bytes, at_ms: int | None) -> bool:
        """A piece arrived, ``at_ms`` after the start (None: nobody knows when).

        Whether it is to be taken (`take`) before it is passed on: it may be the end of an answer, or enough waits.
        """
        waiting = self._waiting
        if self._is_plain and len(waiting) < _MOST_WAITING - 1 and is_unending(data):  # nearly every piece
            waiting.append((data, at_ms))
            return False
        return self._arrive(data, at_ms)

    def _arrive(self, data: bytes, at_ms: int | None) -> bool:
        if self._withheld or self._is_finished:
            return False
        try:
            if self._decoder is not None:
                self._came.append((data, at_ms))
                data = self._decoder.feed(data)
            self._waiting.append((data, at_ms))
            return len(self._waiting) >= _MOST_WAITING or not (is_unending(data) or self._masker.is_more(data))
        except Exception as error:  # noqa: BLE001  whatever a body does to the masking, it is not kept unmasked
            self._withhold(error)
            return False

    def take(self) -> list[Piece]:
        """What arrived, as far as it can be written now."""
        waiting = self._waiting
        if not waiting:
            return []
        self._waiting = []
        try:
            return self._take(waiting, self._masker.feed_all([data for data, _at_ms in waiting]))
        except Exception as error:  # noqa: BLE001  as in `arrive`
            self._withhold(error)
            return []

    def _withhold(self, error: Exception) -> None:
        self._withheld = type(error).__name__
        self._waiting, self._is_plain = [], False

    def finish(self, is_cut: bool) -> bytes:
        """Nothing more comes (``is_cut``: although it should have); the rest that can be written. Idempotent."""
        if self._is_finished:
            return b""
        self._is_finished, self._is_plain = True, False
        rest = b"".join([piece.data for piece in self.take()])
        try:
            rest += self._settle(is_cut)
        except Exception as error:  # noqa: BLE001  as in `arrive`
            self._withheld = type(error).__name__
        self._came = []
        self.body = b"".join(self._pieces)
        places = len(self._masker.places)
        is_changed = places or is_cut or self._withheld
        self.chunks = self._arrivals.chunks_in(self.body) if is_changed else self._arrivals.chunks()
        self.side = Side(self._failed, places, self._withheld)
        return rest

    def _settle(self, is_cut: bool) -> bytes:
        """Let go what is held back. Where the coding failed, and hides no secret, the body is what came."""
        if self._withheld:
            return b""
        rest = self._end(is_cut or bool(self._decoder and self._decoder.failed))
        if self._decoder is not None and self._decoder.failed and not self._hides_any():
            self._begin()
            self._take(self._came, [self._masker.feed(data) for data, _at_ms in self._came])
            self._end(is_cut)
        return rest

    def _hides_any(self) -> bool:
        came = b"".join([data for data, _at_ms in self._came])
        hidden = StreamMasker(self._masking)
        hidden.feed(decodable(came, self._coding))
        hidden.flush(is_cut=True)
        return bool(hidden.places)

    @property
    def _failed(self) -> str:
        return self._decoder.failed if self._decoder is not None else self._unknown

    def _take(self, pieces: Sequence[_Arrived], clean: Sequence[bytes]) -> list[Piece]:
        """Note what came and what can be written after each of it; that, where it is anything."""
        for data, at_ms in pieces:
            self._arrivals.add(at_ms, data)
        written = [Piece(data, at_ms) for data, (_came, at_ms) in zip(clean, pieces, strict=True) if data]
        self._pieces += [data for data, _at_ms in written]
        return written

    def _end(self, is_cut: bool) -> bytes:
        rest = self._masker.flush(is_cut)
        self._pieces.append(rest)
        return rest

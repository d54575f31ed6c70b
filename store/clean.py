"""Making what passed ready to be kept: content codings undone, secrets out. Behind this point nothing is unmasked.

A body in which nothing is found stays as it is, byte for byte. A content coding that breaks leaves the body as it came,
or, where it hides a secret, only what could be undone. A body that could not be masked is withheld.
"""

import threading
from dataclasses import replace

from store.clean_response import CleanResponse
from store.codings import decodable, decode
from store.exchange import Cleaned, Exchange, Side
from store.headers import Headers, header
from store.mask import Masker
from store.masking.body import BodyMasker, Masked, TooMuch
from store.masking.forms import Forms
from store.masking.masking import Masking
from store.masking.stream import StreamMasker


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

    def response(self, headers: Headers) -> CleanResponse:
        """What cleans the body of a response with these headers while it arrives."""
        self._masker.learn(headers)
        return CleanResponse(self._masking, self._forms, headers)

    def exchange(self, exchange: Exchange) -> tuple[Exchange, Cleaned]:
        """A whole exchange, as it is to be kept. Cleaning a clean one changes nothing. Raises nothing."""
        cleaned = exchange.cleaned
        self._masker.learn(exchange.request_headers + exchange.response_headers)
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

    def _response(self, exchange: Exchange) -> CleanResponse:
        with self._one_at_a_time:
            return self._whole_response(exchange)

    def _whole_response(self, exchange: Exchange) -> CleanResponse:
        response = CleanResponse(self._masking, self._forms_of_whole, exchange.response_headers)
        body, position = exchange.response_body, 0
        for at_ms, size in exchange.chunks:
            response.arrive(body[position : position + size], at_ms)
            position += size
        response.arrive(body[position:], None)
        response.finish(is_cut=exchange.response_size is not None)
        return response

    def _request(self, body: bytes, coding: str, is_cut: bool, most: int | None) -> tuple[bytes, Side]:
        decoded = decode(body, coding, is_whole=not is_cut)
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

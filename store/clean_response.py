"""One response's body made ready to be kept while it arrives: see `store.clean`."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from store.arrivals import Arrivals
from store.codings import Decoder, decodable
from store.exchange import Chunk, Side
from store.headers import Headers, header
from store.masking.forms import Forms
from store.masking.masking import Masking
from store.masking.stream import StreamMasker
from store.midstream import is_unending

_MOST_WAITING: Final = 32  # pieces, of about 15 µs of work each: other streams must not wait for long
_MOST_QUIET: Final = 256 << 10  # bytes without any sign of a secret, and lines, that are cleaned in next to no time
_MOST_DECODED: Final = _MOST_QUIET  # bytes that one piece is decoded to before it is taken: more takes long anyway
_MOST_LINES: Final = 512
_MOST_SIGNS: Final = 32  # of secrets, each of which is looked at again with every line behind it


class Piece(NamedTuple):
    """A part of a clean body, and the ms after the start at which it arrived (None: nobody knows)."""

    data: bytes
    at_ms: int | None


Arrived = tuple[bytes, int | None]
"""A piece as it came, and when."""


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
        self._came: list[Arrived] = []  # where there is a coding: what is kept should that fail
        self._waiting: list[Arrived] = []  # decoded, and not clean yet
        self._coded: list[Arrived] = []  # not decoded yet; the first goes on with the last that waits
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
                if self._coded:
                    self._coded.append((data, at_ms))
                    return True
                data, rest = self._decoder.feed_some(data, _MOST_DECODED)
                if rest:
                    self._coded.append((rest, at_ms))
            self._waiting.append((data, at_ms))
            return (
                bool(self._coded)
                or len(self._waiting) >= _MOST_WAITING
                or not (is_unending(data) or self._masker.is_more(data))
            )
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
            self._decode(waiting)
            return self._take(waiting, self._masker.feed_all([data for data, _at_ms in waiting]))
        except Exception as error:  # noqa: BLE001  as in `arrive`
            self._withhold(error)
            return []

    def _decode(self, waiting: list[Arrived]) -> None:
        """Decode what was left, to the end."""
        coded, self._coded = self._coded, []
        for number, (data, at_ms) in enumerate(coded):
            decoded = self._decoder.feed(data) if self._decoder is not None else data
            if number:
                waiting.append((decoded, at_ms))
            else:
                waiting[-1] = (waiting[-1][0] + decoded, at_ms)

    def takes_long(self, most: int) -> bool:
        """Whether `take`, or `finish`, may take longer than ``most`` bytes with signs of secrets do as a rule."""
        decoder = self._decoder
        is_kept = decoder is not None and (decoder.failed or not decoder.has_given)  # or may be in the end: as it came
        if is_kept and sum([len(data) for data, _at_ms in self._came]) > most:
            return True
        size = sum([len(data) for data, _at_ms in self._waiting])
        if size <= _MOST_LINES:
            return False
        text = b"".join([data for data, _at_ms in self._waiting])
        if size > _MOST_QUIET or text.count(b"\n") > _MOST_LINES:
            return True
        quiet = self._masking.finder.quiet
        return not quiet.is_quiet(text) and (size > most or quiet.is_loud(text, _MOST_SIGNS))

    def leave(self) -> None:
        """Go on in another thread than other responses."""
        self._masker.leave()

    def _withhold(self, error: Exception) -> None:
        self._withheld = type(error).__name__
        self._waiting, self._coded, self._is_plain = [], [], False

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
        if self._decoder is not None and self._came and not is_cut:
            self._decoder.end()
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

    def _take(self, pieces: Sequence[Arrived], clean: Sequence[bytes]) -> list[Piece]:
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

"""Masking a body while it arrives, whatever it turns out to be.

Lines are let go as they come, one JSON text when it is at its end.
"""

import re
from typing import Final

from store.masking.body import BodyMasker
from store.masking.edits import Place
from store.masking.masking import Masking
from store.masking.stream import StreamMasker

_MOST_UNDECIDED: Final = 1 << 16
_UNDECIDED = re.compile(rb"\s*(?:\{[^\n]*)?\Z")
_JSON = re.compile(rb"\s*[{\[]")
_JSON_LINE = re.compile(rb"\s*\{[^\n]*\}[ \t\r]*\n")


class ArrivingMasker:
    """One body. What it is, is told by its beginning."""

    def __init__(self, masking: Masking) -> None:
        self._masking = masking
        self._stream: StreamMasker | None = None  # while there is none, everything is held
        self._held: list[bytes] = []
        self._is_whole = False  # one JSON text, for all that can be seen
        self._places: tuple[Place, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """Where something was masked in the body as it came, as far as it was let go."""
        return tuple(self._stream.places) if self._stream else self._places

    def feed(self, data: bytes) -> bytes:
        """Go on with ``data``; what can be written now."""
        if self._stream is not None:
            return self._stream.feed(data)
        self._held.append(data)
        if self._is_whole:
            return b""
        beginning = b"".join(self._held)
        if _UNDECIDED.match(beginning):
            self._is_whole = len(beginning) > _MOST_UNDECIDED
            return b""
        self._is_whole = _JSON.match(beginning) is not None and _JSON_LINE.match(beginning) is None
        return b"" if self._is_whole else self._as_stream().feed(beginning)

    def flush(self, is_cut: bool = False) -> bytes:
        """The body is at its end; all that was held back. Where it ``is_cut``, the beginnings of secrets go, too."""
        if self._stream is not None:
            return self._stream.flush(is_cut)
        held = b"".join(self._held)
        if is_cut:
            stream = self._as_stream()
            return stream.feed(held) + stream.flush(is_cut)
        self._held = []
        masked = BodyMasker(self._masking).mask(held)
        self._places = masked.places
        return masked.data

    def _as_stream(self) -> StreamMasker:
        self._held = []
        self._stream = StreamMasker(self._masking)
        return self._stream

"""What a client hears of one streamed answer, and how late."""

import re
import time
from dataclasses import dataclass

_SENT = re.compile(rb"sent=(\d+);")
_TEXT = re.compile(rb'"text_delta", "text": "([^"\\]*)"')


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, in ms: from its start to the first byte, each event on its way, from the sending of the last event
    to the end, and from start to end. ``text`` is the answer.
    """

    first_ms: float
    delays_ms: tuple[float, ...]
    end_ms: float
    took_ms: float
    text: str


class Hearing:
    """One answer as it comes; its request begins where this is made."""

    def __init__(self) -> None:
        self._start = time.monotonic_ns()
        self._first = 0
        self._sent_last = 0
        self._delays: list[float] = []
        self._whole = bytearray()

    def hear(self, data: bytes) -> None:
        """A piece of the body."""
        now = time.monotonic_ns()
        self._first = self._first or now
        self._whole += data
        sent = [int(each) for each in _SENT.findall(data)]
        self._delays += [(now - each) / 1e6 for each in sent]
        self._sent_last = sent[-1] if sent else self._sent_last

    def end(self) -> Asked:
        """The body is complete."""
        end = time.monotonic_ns()
        return Asked(
            first_ms=(self._first - self._start) / 1e6,
            delays_ms=tuple(self._delays),
            end_ms=(end - self._sent_last) / 1e6,
            took_ms=(end - self._start) / 1e6,
            text=b"".join(_TEXT.findall(self._whole)).decode(),
        )

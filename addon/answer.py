"""The body of one response on its way into the spool: cleaned in the event loop while that takes next to nothing.

A few hundred bytes of an answer can stand for megabytes, and some texts take the masking a thousand times as long as
others. Whatever would keep the loop is cleaned aside (`addon.aside`), and all that comes after it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from time import thread_time
from typing import Final

from addon.aside import RunAside
from store.clean_response import Arrived, CleanResponse, Piece
from store.exchange import Chunk, Side

MOST_AT_ONCE: Final = 16 << 10  # bytes that are cleaned in the event loop in one go: 2.5 ms at most, as a rule
_LONG: Final = 0.02  # seconds of work after which an answer does not keep the loop a second time

Write = Callable[[Sequence[Piece]], object]


class Answer:
    """Used by the event loop until the response has ended, then by whoever calls `finish`."""

    def __init__(self, clean: CleanResponse, aside: RunAside | None) -> None:
        """Without ``aside`` everything is done at once."""
        self._clean = clean
        self._aside = aside
        self._is_aside = False
        self._later: list[Arrived] = []  # what arrived since then, as it came
        self._work: Future[list[Piece]] | None = None
        self._is_over = False

    @property
    def body(self) -> bytes:
        """The clean body, after `finish`."""
        return self._clean.body

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        """How it arrived, after `finish`."""
        return self._clean.chunks

    @property
    def side(self) -> Side:
        """What came of cleaning it, after `finish`."""
        return self._clean.side

    @property
    def is_short(self) -> bool:
        """Whether `finish` takes next to no time."""
        return not self._is_aside and self._clean.held <= MOST_AT_ONCE and not self._clean.takes_long(MOST_AT_ONCE)

    @property
    def is_waiting(self) -> bool:
        """Whether `finish` would wait for what is done aside."""
        return self._work is not None and not self._work.done()

    def arrive(self, data: bytes, at_ms: int) -> bool:
        """A piece arrived. Whether it is to be taken before it is passed on; see `CleanResponse.arrive`."""
        if self._is_aside:
            self._later.append((data, at_ms))
            return False
        return self._clean.arrive(data, at_ms)

    def take(self, write: Write) -> None:
        """Have all that can be written of it written: now, or when it has been cleaned aside."""
        if self._is_aside:
            if self._work is None and self._later:
                self._work_aside(write)
            return
        if self._aside is not None and self._clean.takes_long(MOST_AT_ONCE):
            self._go_aside()
            self._work_aside(write)
            return
        began = thread_time()
        pieces = self._clean.take()
        if self._aside is not None and thread_time() - began > _LONG:
            self._go_aside()
        if pieces:
            write(pieces)

    def over(self) -> None:
        """Nothing more arrives: the loop's last call."""
        self._is_over = True

    def finish(self, write: Write, is_cut: bool) -> bytes:
        """The rest of what can be written, after what ``write`` is given. Waits for what is done aside. Idempotent."""
        if self._work is not None:
            self._work.result()
        later, self._later = self._later, []
        pieces = self._clean_all(later)
        if pieces:
            write(pieces)
        return self._clean.finish(is_cut)

    def _go_aside(self) -> None:
        self._is_aside = True
        self._clean.leave()

    def _work_aside(self, write: Write) -> None:
        later, self._later = self._later, []
        if self._aside is not None:
            self._work = self._aside(partial(self._clean_all, later), partial(self._done, write))

    def _clean_all(self, arrived: Sequence[Arrived]) -> list[Piece]:
        for data, at_ms in arrived:
            self._clean.arrive(data, at_ms)
        return self._clean.take()

    def _done(self, write: Write) -> None:
        """What was done aside is there; in the event loop."""
        if self._is_over or self._work is None:
            return
        pieces, self._work = self._work.result(), None
        if pieces:
            write(pieces)
        if self._later:
            self._work_aside(write)

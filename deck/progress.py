"""Progress of long work: one line on stderr, on a terminal only."""

import sys
import time
from types import TracebackType
from typing import Self

_EVERY_S = 0.1


class Progress:
    """A line that is written over and removed at the end. A context manager."""

    def __init__(self) -> None:
        self._shown = False
        self._next = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def show(self, what: str, done: int, of: int) -> None:
        """``done`` of ``of`` things are done; drawn at most ten times a second."""
        now = time.monotonic()
        if not sys.stderr.isatty() or now < self._next:
            return
        self._next, self._shown = now + _EVERY_S, True
        print(f"\r\x1b[K{what} {done:,}/{of:,}", end="", file=sys.stderr, flush=True)

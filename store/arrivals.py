"""When the pieces of a body arrived, told of the same body with other bytes in its lines.

Masking keeps the lines of a body: the end of a piece keeps its line, and its place there as far as there is one.
"""

from itertools import accumulate

from store.exchange import Chunk


class Arrivals:
    """The pieces of one body, with the ms after the start at which each arrived."""

    def __init__(self) -> None:
        self._pieces: list[tuple[int, int, int, int]] = []  # ms, size, and where it ended: lines before, bytes in it
        self._line = self._column = 0

    def add(self, at_ms: int | None, data: bytes) -> None:
        """A piece arrived; one of which nobody knows when goes with the piece before it."""
        lines = data.count(b"\n")
        if lines:
            self._line += lines
            self._column = len(data) - data.rfind(b"\n") - 1
        else:
            self._column += len(data)
        size = len(data)
        if at_ms is None:
            if not self._pieces:
                return
            at_ms, before, _line, _column = self._pieces.pop()
            size += before
        self._pieces.append((at_ms, size, self._line, self._column))

    def chunks(self) -> tuple[Chunk, ...]:
        """The pieces as they arrived."""
        return tuple([Chunk(at_ms, size) for at_ms, size, _line, _column in self._pieces])

    def chunks_in(self, body: bytes) -> tuple[Chunk, ...]:
        """The pieces in ``body``, which has the same lines with other bytes; the last one ends with it."""
        begins = [0, *accumulate(len(line) + 1 for line in body.split(b"\n"))]
        found: list[Chunk] = []
        start = 0
        for at_ms, _size, line, column in self._pieces:
            end = min(begins[line] + column, begins[line + 1], len(body)) if line + 1 < len(begins) else len(body)
            found.append(Chunk(at_ms, max(end - start, 0)))
            start = max(start, end)
        if found and start < len(body):
            found[-1] = Chunk(found[-1].at_ms, found[-1].size + len(body) - start)
        return tuple(found)

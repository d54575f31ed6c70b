"""When the pieces of a body arrived, told of the same body with other bytes in its lines."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

from store.exchange import Chunk


def retimed(arrived: Iterable[tuple[int, int]], before: bytes, after: bytes) -> Iterator[Chunk]:
    """The (ms, size) of each piece of ``before``, with the sizes that fit ``after``.

    Masking keeps the lines of a stream: the end of a piece keeps its line, and its place there as far as there is one.
    """
    old, new = _line_ends(before), _line_ends(after)
    done = start = 0
    for at_ms, size in arrived:
        done += size
        line = bisect_right(old, done)
        if done >= len(before) or line >= len(new):
            end = len(after)
        else:
            column = done - (old[line - 1] if line else 0)
            end = min((new[line - 1] if line else 0) + column, new[line])
        yield Chunk(at_ms, max(end - start, 0))
        start = max(start, end)


def _line_ends(body: bytes) -> list[int]:
    return list(accumulate(len(line) for line in body.splitlines(keepends=True)))

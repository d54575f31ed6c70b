"""When each piece of a response arrived: the chunk-times blob.

Its bytes are pairs of varints: milliseconds since the chunk before (the first: since the request started), and how
many bytes of the *decoded* body the chunk completed. A chunk in the middle of a compressed block completes 0.
"""

from collections.abc import Iterable, Iterator

from store.varint import Cursor, put_all


def encode(chunks: Iterable[tuple[int, int]]) -> bytes:
    """The blob for ``(at_ms, decoded_size)`` pairs in the order of arrival."""
    numbers: list[int] = []
    last = 0
    for at_ms, size in chunks:
        if at_ms > last:
            numbers += (at_ms - last, size)
            last = at_ms
        else:
            numbers += (0, size)
    return put_all(numbers)


def decode(blob: bytes) -> Iterator[tuple[int, int]]:
    """``(at_ms, decoded_size)`` of each chunk. Raises `Damaged` where the blob is none."""
    cursor = Cursor(blob)
    at_ms = 0
    while not cursor.done:
        at_ms += cursor.varint()
        yield at_ms, cursor.varint()

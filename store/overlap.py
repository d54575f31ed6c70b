"""How much two bodies have in common at their ends, without a copy of either."""

from collections.abc import Callable


def at_beginning(known: bytes | memoryview, body: bytes, at: int = 0) -> int:
    """How many bytes at the beginning are equal; of ``body`` those ``at`` a place and behind it."""
    view = memoryview(known)
    return _most_that(min(len(view), len(body) - at), lambda low, high: body.startswith(view[low:high], at + low))


def at_end(known: bytes | memoryview, body: bytes, most: int) -> int:
    """How many bytes at the end are equal; at most ``most``."""
    view = memoryview(known)
    last, size = len(view), len(body)
    return _most_that(most, lambda low, high: body.endswith(view[last - high : last - low], 0, size - low))


def _most_that(most: int, is_same: Callable[[int, int], bool]) -> int:
    """How many bytes up to ``most`` are the same; ``is_same`` says it of those between two sizes."""
    low, high = 0, most
    if is_same(0, most):
        return most
    while high - low > 1:
        middle = (low + high) // 2
        if is_same(low, middle):
            low = middle
        else:
            high = middle
    return low

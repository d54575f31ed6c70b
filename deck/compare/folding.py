"""Long lists of what is the same and what is not: items far from any difference are left out and counted."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Fold(NamedTuple):
    """So many items that are not shown here."""

    number: int


def folded(items: Sequence[T], differs: Callable[[T], bool], context: int) -> Iterator[T | Fold]:
    """The items that differ and ``context`` of those around them; in place of the others how many they are."""
    near = _near(items, differs, context)
    left_out = 0
    for item, kept in zip(items, near, strict=True):
        if not kept:
            left_out += 1
            continue
        if left_out:
            yield Fold(left_out)
        left_out = 0
        yield item
    if left_out:
        yield Fold(left_out)


def _near(items: Sequence[T], differs: Callable[[T], bool], context: int) -> list[bool]:
    near = [False] * len(items)
    for number, item in enumerate(items):
        if differs(item):
            start, stop = max(number - context, 0), min(number + context + 1, len(items))
            near[start:stop] = [True] * (stop - start)
    for number in range(1, len(items) - 1):  # a fold of one item saves none
        if not near[number] and near[number - 1] and near[number + 1]:
            near[number] = True
    return near

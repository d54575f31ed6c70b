"""The latest of many things that go on at once, within bounds: few large ones, or many small ones."""

import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

_MOST: Final = 64
_PATIENCE: Final = 4  # that many came since for each that is kept, `_MOST` at least: then one is forgotten
_MOST_BYTES: Final = 8 << 20  # beside the latest one

_T = TypeVar("_T")


class Recent(Generic[_T]):
    """What came lately, from any thread."""

    def __init__(self, size: Callable[[_T], int]) -> None:
        """``size`` tells how many bytes one holds."""
        self._size = size
        self._kept: tuple[tuple[int, _T], ...] = ()  # with the number of each; only replaced
        self._count = 0
        self._remembering = threading.Lock()

    @property
    def latest_first(self) -> list[_T]:
        """What is kept."""
        return [each for _number, each in self._kept]

    def remember(self, new: _T, is_over: Callable[[_T], bool]) -> None:
        """Keep the latest one; those go that are over with it, and those for which nothing came for long."""
        with self._remembering:
            self._count += 1
            kept, size = [(self._count, new)], 0
            for number, each in self._kept:
                if len(kept) == _MOST or self._count - number > max(_MOST, _PATIENCE * len(kept)):
                    break
                weight = self._size(each)
                if not is_over(each) and size + weight <= _MOST_BYTES:
                    size += weight
                    kept.append((number, each))
            self._kept = tuple(kept)

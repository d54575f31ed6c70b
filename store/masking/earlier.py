"""The bodies that were masked lately, to tell what of a new one is known already.

A conversation is sent again with every turn, and many may go on at once: of each the latest body counts.
"""

import threading
from collections.abc import Sequence
from typing import Final

from store.masking.known import Earlier

_MOST: Final = 64
_MOST_BYTES: Final = 8 << 20  # beside the latest one
_PATIENCE: Final = 4  # bodies that one may wait for its next, for each that is kept; `_MOST` at least
_TRIED: Final = 3
_PROBE: Final = 32  # bytes
_SHIFT: Final = 512  # bytes by which cache markers that moved on shift what stands behind them


class EarlierBodies:
    """What was masked by one set of rules. From any thread."""

    def __init__(self, rules: object) -> None:
        self.rules = rules
        self._kept: tuple[tuple[int, Earlier], ...] = ()  # latest first, with the number of the body; only replaced
        self._count = 0
        self._remembering = threading.Lock()

    def like(self, body: bytes) -> Sequence[Earlier]:
        """Those that are most like a body, as far as a few places tell; of such the latest first."""
        kept = [each for _number, each in self._kept]
        return sorted(kept, key=lambda each: _likeness(each.raw, body), reverse=True)[:_TRIED]

    def remember(self, body: Earlier, instead: Earlier | None) -> None:
        """Keep a body, ``instead`` of the one that it goes on with."""
        with self._remembering:
            self._count += 1
            kept, size = [(self._count, body)], 0
            for number, each in self._kept:
                if len(kept) == _MOST or self._count - number > max(_MOST, _PATIENCE * len(kept)):
                    break
                if each is not instead and size + len(each.raw) <= _MOST_BYTES:
                    size += len(each.raw)
                    kept.append((number, each))
            self._kept = tuple(kept)


def _likeness(earlier: bytes, body: bytes) -> int:
    """How many of a few places in an earlier body, most of them near its end, are in this one too, or nearly there."""
    size = len(earlier)
    places = [max(0, size - before) for before in (2 << 10, 6 << 10, 16 << 10, size // 2)]
    return sum(_is_near(earlier[at : at + _PROBE], at, body) for at in places)


def _is_near(probe: bytes, at: int, body: bytes) -> bool:
    return body.find(probe, max(0, at - _SHIFT), at + _PROBE + _SHIFT) >= 0

"""The bodies that were masked lately, to tell what of a new one is known already.

A conversation is sent again with every turn, and many may go on at once: of each the latest body counts.
"""

import threading
from collections.abc import Sequence
from itertools import product
from typing import Final, NamedTuple

from store import overlap
from store.masking.known import Earlier

_MOST: Final = 64
_MOST_BYTES: Final = 8 << 20  # beside the latest one
_PATIENCE: Final = 4  # bodies that one may wait for its next, for each that is kept; `_MOST` at least
_TRIED: Final = 2
_LITTLE, _PROBE = 512, 48  # bytes: what cache markers take at most, and what no two talks have by chance
_LISTS: Final = tuple([b'"%b":%b[' % each for each in product((b"messages", b"input", b"contents"), (b"", b" "))])
"""How conversations begin (store/wire)."""


class _Kept(NamedTuple):
    number: int  # of the body
    body: Earlier
    talk: int  # where its conversation begins


class EarlierBodies:
    """What was masked by one set of rules. From any thread."""

    def __init__(self, rules: object) -> None:
        self.rules = rules
        self._kept: tuple[_Kept, ...] = ()  # latest first; only replaced
        self._count = 0
        self._remembering = threading.Lock()

    def like(self, body: bytes) -> Sequence[Earlier]:
        """Those of which a body has most of the conversation; of such the latest first."""
        said = body[_talk(body) :]
        by_likeness = sorted(self._kept, key=lambda each: _shared(each, said), reverse=True)
        return [each.body for each in by_likeness[:_TRIED]]

    def remember(self, body: Earlier) -> None:
        """Keep a body, instead of the one that it goes on with."""
        talk = _talk(body.raw)
        said = body.raw[talk:]
        with self._remembering:
            self._count += 1
            kept, size = [_Kept(self._count, body, talk)], 0
            for each in self._kept:
                raw = each.body.raw
                if len(kept) == _MOST or self._count - each.number > max(_MOST, _PATIENCE * len(kept)):
                    break
                if not _is_over(each, said) and size + len(raw) <= _MOST_BYTES:
                    size += len(raw)
                    kept.append(each)
            self._kept = tuple(kept)


def _talk(body: bytes) -> int:
    """Where the conversation of a request begins, as far as its name tells; 0 where none is there."""
    return next((at for name in _LISTS if (at := body.find(name)) >= 0), 0)


def _shared(earlier: _Kept, said: bytes) -> int:
    """How many bytes the conversation of an earlier body has in common with what is ``said`` now."""
    return overlap.at_beginning(memoryview(earlier.body.raw)[earlier.talk :], said)


def _is_over(earlier: _Kept, said: bytes) -> bool:
    """Whether what is ``said`` goes on with all that the earlier conversation had.

    Where they part, that one ends, or cache markers moved on and both go on alike; another talk goes on otherwise.
    """
    old, parted = earlier.body.raw, _shared(earlier, said)
    here = earlier.talk + parted
    more = _equal(old[here : here + _LITTLE], said[parted : parted + _LITTLE])
    here, parted = here + more, parted + more
    if old[here : here + 1] in (b"", b"]"):
        return True
    probe = old[here + _LITTLE : here + _LITTLE + _PROBE]
    return said.find(probe, parted, parted + 2 * _LITTLE + _PROBE) >= 0


def _equal(one: bytes, other: bytes) -> int:
    """How many bytes are equal at the beginning."""
    different = (at for at, (mine, its) in enumerate(zip(one, other, strict=False)) if mine != its)
    return next(different, min(len(one), len(other)))

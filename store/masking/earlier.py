"""The bodies that were masked lately, to tell what of a new one is known already.

A conversation is sent again with every turn, and many may go on at once: of each the latest body counts.
"""

from collections.abc import Sequence
from itertools import product
from typing import Final, NamedTuple

from store import overlap
from store.masking.known import Earlier
from store.recent import Recent

_TRIED: Final = 2
_LITTLE, _PROBE = 512, 48  # bytes: what cache markers take at most, and what no two talks have by chance
_LISTS: Final = tuple([b'"%b":%b[' % each for each in product((b"messages", b"input", b"contents"), (b"", b" "))])
"""How conversations begin (store/wire)."""


class _Kept(NamedTuple):
    body: Earlier
    talk: int


class EarlierBodies:
    """What was masked by one set of rules. From any thread. ``talk`` is where a body's conversation begins."""

    def __init__(self, rules: object) -> None:
        self.rules = rules
        self._kept: Recent[_Kept] = Recent(lambda each: len(each.body.raw))

    def like(self, body: bytes, talk: int) -> Sequence[Earlier]:
        """Those of which a body has most of the conversation; of such the latest first."""
        kept = self._kept.latest_first
        return [each.body for each in sorted(kept, key=lambda each: -_shared(each, body, talk))[:_TRIED]]

    def remember(self, body: Earlier, talk: int) -> None:
        """Keep a body, instead of the one that it goes on with."""
        self._kept.remember(_Kept(body, talk), lambda each: _is_over(each, body.raw, talk))


def talk_in(body: bytes) -> int:
    """Where the conversation of a request begins, as far as its name tells; 0 where none is there."""
    return next((at for name in _LISTS if (at := body.find(name)) >= 0), 0)


def _shared(earlier: _Kept, body: bytes, talk: int) -> int:
    """How many bytes the conversation of an earlier body has in common with this one's."""
    return overlap.at_beginning(memoryview(earlier.body.raw)[earlier.talk :], body, talk)


def _is_over(earlier: _Kept, body: bytes, talk: int) -> bool:
    """Whether a body's conversation goes on with all that the earlier one had.

    Where they part, that one ends, or cache markers moved on and both go on alike; another talk goes on otherwise.
    """
    old, shared = earlier.body.raw, _shared(earlier, body, talk)
    here, there = earlier.talk + shared, talk + shared
    more = _equal(old[here : here + _LITTLE], body[there : there + _LITTLE])
    here, there = here + more, there + more
    if old[here : here + 1] in (b"", b"]"):
        return True
    probe = old[here + _LITTLE : here + _LITTLE + _PROBE]
    return body.find(probe, there, there + 2 * _LITTLE + _PROBE) >= 0


def _equal(one: bytes, other: bytes) -> int:
    """How many bytes are equal at the beginning."""
    different = (at for at, (mine, its) in enumerate(zip(one, other, strict=False)) if mine != its)
    return next(different, min(len(one), len(other)))

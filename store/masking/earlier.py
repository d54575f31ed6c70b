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
_LITTLE, _PROBE = 512, 48  # bytes: what cache markers take at most, and what stands in two places by chance seldom
_MOST_MARKERS: Final = 8
_AFTER_VALUE: Final = (b",", b"}", b"]")
_LISTS: Final = tuple([b'"%b":%b[' % each for each in product((b"messages", b"input", b"contents"), (b"", b" "))])
"""How conversations begin (store/wire)."""


class Like(NamedTuple):
    """An earlier body, and the place in it up to which another one goes on as it does, but for cache markers."""

    body: Earlier
    place: int


class _Kept(NamedTuple):
    body: Earlier
    talk: int


class EarlierBodies:
    """What was masked by one set of rules. From any thread. ``talk`` is where a body's conversation begins."""

    def __init__(self, rules: object) -> None:
        self.rules = rules
        self._kept: Recent[_Kept] = Recent(lambda each: len(each.body.raw))

    def like(self, body: bytes, talk: int) -> Sequence[Like]:
        """Those of which a body has most of the conversation; of such the latest first."""
        most, found = 0, list[tuple[int, Like]]()
        for each in self._kept.latest_first:
            old = each.body.raw
            if body.startswith(memoryview(old)[each.talk : each.talk + most], talk):  # else another one has more of it
                most = _same(old, each.talk, body, talk)
                place = _parting(old, each.talk + most, body, talk + most)
                found.append((place - each.talk, Like(each.body, place)))
        return [like for _size, like in sorted(found, key=lambda each: -each[0])[:_TRIED]]

    def remember(self, body: Earlier, talk: int, likes: Sequence[Like]) -> None:
        """Keep a body, instead of that of its ``likes`` which it goes on with."""
        over = {id(like.body) for like in likes if _is_over(like, body.raw)}
        self._kept.remember(_Kept(body, talk), lambda each: id(each.body) in over)


def talk_in(body: bytes) -> int:
    """Where the conversation of a request begins, as far as its name tells; 0 where none is there."""
    return next((at for name in _LISTS if (at := body.find(name)) >= 0), 0)


def _parting(old: bytes, here: int, body: bytes, there: int) -> int:
    """Where an earlier body and this one part for good: cache markers move on, and both go on alike behind them.

    They first part ``here`` and ``there``. Markers stand where a value has ended; within a text another talk begins.
    """
    for _marker in range(_MOST_MARKERS):
        if old[here : here + 1] not in _AFTER_VALUE or body[there : there + 1] not in _AFTER_VALUE:
            break
        probe = old[here + _LITTLE : here + _LITTLE + _PROBE]
        found = body.find(probe, there, there + 2 * _LITTLE + _PROBE) if probe else -1
        if found < 0:
            break
        same = _same(old, here + _LITTLE, body, found)
        here, there = here + _LITTLE + same, found + same
    return here


def _is_over(like: Like, body: bytes) -> bool:
    """Whether a body has all of the earlier one, but for little: behind their parting is what all requests end with."""
    old = like.body.raw
    rest = len(old) - like.place
    return rest - overlap.at_end(old, body, min(rest, len(body))) <= _LITTLE


def _same(old: bytes, here: int, body: bytes, there: int) -> int:
    """How many bytes are equal from two places on."""
    return overlap.at_beginning(memoryview(old)[here:], body, there)

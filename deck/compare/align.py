"""Which items of two lists belong together: the standard library's matcher within a budget.

`difflib` is cubic at worst, and what was recorded can be made to bring the worst about. So the work of each search for
a longest match is reckoned before it is done; where the budget does not cover it, nothing more is found there, and the
items count as replaced.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from difflib import Match, SequenceMatcher
from itertools import accumulate
from typing import NamedTuple, TypeVar

T = TypeVar("T")

WORK = 4_000_000  # steps of the matcher, about two seconds
_LONG = 2_000  # items of a list from which on anchors are looked for first
_OVERHEAD = 2  # steps that an item costs whatever it is compared with


class Budget:
    """How much work a whole comparison may still take."""

    def __init__(self, work: int = WORK) -> None:
        self._left = work

    def covers(self, work: int) -> bool:
        """Whether this much is left; it is taken then."""
        if work > self._left:
            return False
        self._left -= work
        return True


class Pair(NamedTuple):
    """Positions of two items that belong together, or of one that stands alone; ``level`` is the key they agree in."""

    before: int | None
    after: int | None
    level: int


class _Matcher(SequenceMatcher[Hashable]):
    def __init__(self, a: Sequence[Hashable], b: Sequence[Hashable], budget: Budget, popular_too: bool) -> None:
        super().__init__(None, a, b, autojunk=not popular_too)
        self._budget = budget
        work = (_OVERHEAD + len(self.b2j.get(item, ())) for item in a)  # type: ignore[attr-defined]
        self._work = list(accumulate(work, initial=0))

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        """None at all where the budget does not cover the search."""
        end = len(self._work) - 1 if ahi is None else ahi
        if not self._budget.covers(self._work[end] - self._work[alo]):
            return Match(alo, blo, 0)
        return super().find_longest_match(alo, ahi, blo, bhi)


def runs(
    before: Sequence[Hashable], after: Sequence[Hashable], budget: Budget, *, popular_too: bool = True
) -> Iterator[tuple[int, int, int]]:
    """(position in before, in after, length) of runs that both have, in order; the last one is empty, at both ends.

    With ``popular_too=False`` items that make up more than a hundredth of a long list start no run of their own.
    """
    done_a = done_b = 0
    long = min(len(before), len(after)) >= _LONG
    for a, b in [*(_anchors(before, after) if long else ()), (len(before), len(after))]:
        for at, to, size in _between(before[done_a:a], after[done_b:b], budget, popular_too):
            yield done_a + at, done_b + to, size
        if a < len(before):
            yield a, b, 1
        done_a, done_b = a + 1, b + 1
    yield len(before), len(after), 0


def _between(
    before: Sequence[Hashable], after: Sequence[Hashable], budget: Budget, popular_too: bool
) -> Iterator[tuple[int, int, int]]:
    """Runs of a stretch: its beginning and its end are compared, what is left is searched."""
    most = min(len(before), len(after))
    head = next((n for n in range(most) if before[n] != after[n]), most)
    most -= head
    tail = next((n for n in range(most) if before[-1 - n] != after[-1 - n]), most)
    if head:
        yield 0, 0, head
    end_a, end_b = len(before) - tail, len(after) - tail
    if head < end_a and head < end_b:
        matcher = _Matcher(before[head:end_a], after[head:end_b], budget, popular_too)
        yield from ((a + head, b + head, size) for a, b, size in matcher.get_matching_blocks() if size)
    if tail:
        yield end_a, end_b, tail


def _anchors(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Positions of items that each list has just once, as many as come in the same order in both.

    They cut long lists into stretches that are short enough to search, as in a patience diff.
    """
    places = _once(after)
    both = [(at, places[item]) for item, at in _once(before).items() if item in places]
    ends: list[int] = []  # of the increasing rows of each length the smallest last place, and which pair that is
    last: list[int] = []
    previous: list[int] = []
    for number, (_at, place) in enumerate(both):
        length = bisect_left(ends, place)
        previous.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        last[length : length + 1] = [number]
    found: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        found.append(both[number])
        number = previous[number]
    return found[::-1]


def _once(items: Sequence[Hashable]) -> dict[Hashable, int]:
    """The place of each item that is there just once, in order."""
    counts = Counter(items)
    return {item: at for at, item in enumerate(items) if counts[item] == 1}


def pairs(
    before: Sequence[T], after: Sequence[T], keys: Sequence[Callable[[T], Hashable]], budget: Budget
) -> Iterator[Pair]:
    """Every item of both lists, in order, those together that agree in a key; the first key that fits counts.

    Later keys are asked only for what earlier ones have left between two matches.
    """
    return _pairs(before, after, range(len(before)), range(len(after)), keys, 0, budget)


def _pairs(
    before: Sequence[T],
    after: Sequence[T],
    here: range,
    there: range,
    keys: Sequence[Callable[[T], Hashable]],
    level: int,
    budget: Budget,
) -> Iterator[Pair]:
    if level == len(keys) or not here or not there:
        yield from (Pair(position, None, level) for position in here)
        yield from (Pair(None, position, level) for position in there)
        return
    key = keys[level]
    found = runs([key(before[n]) for n in here], [key(after[n]) for n in there], budget)
    done_a = done_b = 0
    for a, b, size in found:
        yield from _pairs(before, after, here[done_a:a], there[done_b:b], keys, level + 1, budget)
        yield from (Pair(here[a + n], there[b + n], level) for n in range(size))
        done_a, done_b = a + size, b + size

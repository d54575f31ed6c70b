"""What became of the context: compactions, resets, tokens that left it without either, and cache that did not hold.

Two sizes of context are compared only along an edge, as they are only the same conversation there.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol, TypeVar

from deck.stats.counts import same_model
from deck.stats.values import Amount, Edge, Facts, Turn
from store.reading import Usage

_LEAST = 1024  # tokens: what is less is a reminder that came and went, and no provider caches it
_ASIDE = ("retries", "spawned-by")  # edges along which no conversation goes on


class Break(NamedTuple):
    """A turn that had to pay for context that the turn before it had in the cache."""

    turn: int
    before: Edge
    tokens: int


class _HasKind(Protocol):
    @property
    def kind(self) -> str: ...


AnyEdge = TypeVar("AnyEdge", bound=_HasKind)
"""An edge to a parent, of the facts or of a turn's row."""


def main_edge(edges: Iterable[AnyEdge]) -> AnyEdge | None:
    """Of the edges of a turn the one along which its conversation goes on."""
    own = [edge for edge in edges if edge.kind not in _ASIDE]
    return next((edge for edge in own if edge.kind == "continues"), next(iter(own), None))


def goes_on_from(facts: Facts, place: int) -> Edge | None:
    """The edge along which a turn's conversation goes on."""
    return main_edge(facts.edges.get(place, ()))


def count_context(facts: Facts) -> Iterator[Amount]:
    """Compactions, resets, and tokens that left the context otherwise.

    A reset is a turn of the main line that goes on from nothing although the session had begun, with less context than
    the one before it.
    """
    main: dict[str, Turn] = {}
    for place, turn in enumerate(facts.turns):
        if turn.role.startswith("aux"):
            continue
        edges, now = facts.edges.get(place, ()), turn.spent.context
        before = goes_on_from(facts, place)
        earlier = main.get(turn.session)
        if any(edge.kind == "compacts" for edge in edges):
            yield Amount("compactions", place)
        elif before is not None and now and same_model(before.parent.model, turn.model):
            lost = before.parent.spent.context - now
            if lost >= max(_LEAST, before.parent.spent.context // 10):
                yield Amount("context-lost", place, lost)
        elif not edges and turn.is_main and earlier is not None and 0 < now < earlier.spent.context:
            yield Amount("resets", place)
        if turn.is_main and now:
            main[turn.session] = turn


def breaks(facts: Facts) -> Iterator[Break]:
    """Turns that paid again for context that the turn before them had in the cache."""
    for place, turn in enumerate(facts.turns):
        before = goes_on_from(facts, place)
        if before is not None and (lost := lost_from_cache(before.parent.spent, turn.spent)):
            yield Break(place, before, lost)


def lost_from_cache(before: Usage, now: Usage) -> int:
    """Tokens that stood in the cache after one turn and were not read from it by the next; 0 for less than a tenth.

    Where a provider does not say what it wrote, all of the context of the turn before should have been there.
    """
    if now.cache_read is None:
        return 0
    written = [tokens for tokens in (before.cache_write_5m, before.cache_write_1h) if tokens is not None]
    cached = sum(written) + (before.cache_read or 0) if written else before.context
    lost = min(cached, now.context) - now.cache_read
    return lost if lost >= max(_LEAST, cached // 10) else 0

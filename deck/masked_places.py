"""Where something was masked in turns: the tokens that stand there now, counted by rule. No value is known any more."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from deck.timeline_turns import Turns
from store.masking.tokens import OPENING, TOKEN

WITHHELD = "withheld"
"""Stands for a rule where a body is not kept, because masking it failed."""


class MaskedPlace(NamedTuple):
    """A part of a turn in which a rule masked something."""

    turn: str
    where: str  # url, request or response with the header's name, or with "body"
    rule: str
    number: int
    tokens: frozenset[str]  # equal secrets have equal ones


class Sum(NamedTuple):
    """All of one rule in one kind of place."""

    rule: str
    where: str
    secrets: int  # that differ
    places: int
    turns: int
    first: str  # the first of these turns


def places_in(turns: Turns, ids: Iterable[str]) -> Iterator[MaskedPlace]:
    """The places of these turns, in their order. Raises what reading a turn does."""
    for id in ids:
        payload = turns.payload(id)
        for side in payload["capture"].get("withheld", ()):
            yield MaskedPlace(id, f"{side} body", WITHHELD, 1, frozenset())
        for where, text in _parts(turns, id, payload):
            found: dict[str, Counter[str]] = {}
            for token in TOKEN.findall(text) if OPENING in text else ():
                rule = token.split(b":")[1].decode("ascii")
                found.setdefault(rule, Counter())[token.decode("ascii")] += 1
            for rule, tokens in sorted(found.items()):
                yield MaskedPlace(id, where, rule, tokens.total(), frozenset(tokens))


def sums(places: Iterable[MaskedPlace]) -> list[Sum]:
    """What there is of each rule in each kind of place, the most frequent first."""
    grouped: dict[tuple[str, str], list[MaskedPlace]] = {}
    for place in places:
        grouped.setdefault((place.rule, place.where), []).append(place)
    found = [
        Sum(
            rule,
            where,
            len(frozenset[str]().union(*(place.tokens for place in group))),
            sum(place.number for place in group),
            len({place.turn for place in group}),
            group[0].turn,
        )
        for (rule, where), group in grouped.items()
    ]
    return sorted(found, key=lambda each: (-each.places, each.rule, each.where))


def _parts(turns: Turns, id: str, payload: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    yield "url", unquote_to_bytes(payload["http"]["url"])
    if payload["error"]:
        yield "error", payload["error"].encode("utf-8", "surrogatepass")
    for side in ("request", "response"):
        for name, value in turns.headers(payload[side]["headers"]):
            yield f"{side} header {name.lower()}", value.encode("utf-8", "surrogatepass")
        yield f"{side} body", turns.body(id, side)

"""What differs in the members of two requests besides the conversation: system prompt, tools, parameters, headers."""

from collections.abc import Mapping, Sequence
from typing import Any

from deck.compare.align import Budget
from deck.compare.keys import ITEMS, changes
from deck.compare.noise import NAMES_OF_WHO, exact_text, quiet_text
from deck.compare.values import Change, Member

HEADERS = "request headers"
"""The name under which headers stand among the members; no member of a body that a client sends has a space."""


def compare_members(before: Mapping[str, Any], after: Mapping[str, Any], budget: Budget) -> tuple[Member, ...]:
    """The members that differ, in the order of the new request, then those that it no longer has."""
    names = dict.fromkeys((*after, *before))
    return tuple(found for name in names if (found := _member(name, before, after, budget)) is not None)


def compare_headers(
    before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]], budget: Budget
) -> tuple[Member, ...]:
    """The headers as one more member; they say how a request was sent, so whatever changes in them is noise."""
    old, new = ([list(pair) for pair in pairs] for pairs in (before, after))
    if old == new:
        return ()
    found = changes(old, new, ITEMS, budget)
    return (Member(HEADERS, True, tuple(each._replace(noise=each.sign != "=") for each in found)),)


def _member(name: str, before: Mapping[str, Any], after: Mapping[str, Any], budget: Budget) -> Member | None:
    if name not in after:
        return Member(name, False, (Change("-", before[name], None, 1, 0, name in NAMES_OF_WHO),))
    if name not in before:
        return Member(name, False, (Change("+", None, after[name], 0, 1, name in NAMES_OF_WHO),))
    old, new = before[name], after[name]
    if exact_text(old) == exact_text(new):
        return None
    if isinstance(old, list) and isinstance(new, list):
        return Member(name, True, changes(old, new, ITEMS, budget))
    noise = name in NAMES_OF_WHO or quiet_text(old) == quiet_text(new)
    return Member(name, False, (Change("~", old, new, 1, 1, noise),))

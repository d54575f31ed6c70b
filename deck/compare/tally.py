"""How much differs, part by part: the figures of ``--stat``."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from deck.compare.values import Change, SessionDiff, TextDiff, TurnDiff


class Tally(NamedTuple):
    """One part that was compared: how many of its ``unit`` became what."""

    part: str
    unit: str
    added: int
    dropped: int
    changed: int
    same: int


def tallies(diff: TurnDiff | SessionDiff | TextDiff, exact: bool) -> list[Tally]:
    """The parts that differ, and the conversation in any case; unless ``exact``, noise counts as the same."""
    match diff:
        case TurnDiff():
            found = [
                _tally("messages", "message", diff.messages, exact, diff.same),
                *(_tally(each.name, "item" if each.listed else "value", each.changes, exact) for each in diff.members),
                _tally("answer", "block", diff.answer, exact),
            ]
            facts = sum(1 for fact in diff.facts if exact or not fact.noise)
            found.append(Tally("outcome", "fact", 0, 0, facts, 0))
        case SessionDiff():
            signs = Counter(pair.sign for pair in diff.steps)
            found = [
                Tally("turns", "turn", len(diff.after) - diff.shared, len(diff.before) - diff.shared, 0, diff.shared),
                Tally("steps after them", "step", signs["+"], signs["-"], signs["~"], signs["="]),
                *(_tally(each.name, "item" if each.listed else "value", each.changes, exact) for each in diff.members),
            ]
        case TextDiff():
            words = Counter[str]()
            for piece in diff.pieces:
                words[piece.sign] += len(piece.text.split())
            found = [Tally("text", "word", words["+"], words["-"], 0, words["="])]
    return [each for each in found if each.added or each.dropped or each.changed or each.part == "messages"]


def _tally(part: str, unit: str, changes: Iterable[Change[Any]], exact: bool, same: int = 0) -> Tally:
    signs = Counter("=" if change.noise and not exact else change.sign for change in changes)
    return Tally(part, unit, signs["+"], signs["-"], signs["~"], same + signs["="])

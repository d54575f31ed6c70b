"""Comparisons as plain values, for ``--json``. What is the same is told by its place alone."""

from collections.abc import Callable
from typing import Any

from deck.compare.parting import parting_text
from deck.compare.tally import tallies
from deck.compare.values import Change, Mark, Member, SessionDiff, TextDiff, TurnDiff
from deck.to_json import block_json, message_json, row_json
from deck.views import Step, StepRow


def diff_json(diff: TurnDiff | SessionDiff | TextDiff, *, exact: bool, stat: bool) -> dict[str, Any]:
    """A comparison; with ``stat`` only its figures. Noise is there with its mark; ``exact`` makes it count."""
    differ = diff.differs if isinstance(diff, TextDiff) else diff.differs(exact)
    kind = {TurnDiff: "turns", SessionDiff: "sessions", TextDiff: "texts"}[type(diff)]
    shown = {"kind": kind, **_sides(diff), "differ": differ}
    shown["stat"] = [dict(zip(each._fields, each, strict=True)) for each in tallies(diff, exact)]
    if stat:
        return shown
    match diff:
        case TurnDiff():
            return shown | _turns(diff)
        case SessionDiff():
            return shown | _sessions(diff)
        case TextDiff():
            return shown | {"pieces": [list(piece) for piece in diff.pieces]}


def _sides(diff: TurnDiff | SessionDiff | TextDiff) -> dict[str, Any]:
    match diff:
        case TurnDiff():
            return {"before": row_json(diff.before), "after": row_json(diff.after)}
        case SessionDiff():
            before, after = diff.before, diff.after
            return {"before": [turn.id for turn in before], "after": [turn.id for turn in after]}
        case TextDiff():
            return {"before": diff.before, "after": diff.after}


def _turns(diff: TurnDiff) -> dict[str, Any]:
    return {
        "edge": diff.edge,
        "base": diff.base,
        "tools_offered": {"before": diff.tools[0], "after": diff.tools[1]},
        "messages": {
            "same": diff.same,
            "echoed": diff.echoed,
            "changes": [_change(change, message_json) for change in diff.messages],
            "cache_markers": {
                "before": [_mark(mark) for mark in diff.marks[0]],
                "after": [_mark(mark) for mark in diff.marks[1]],
            },
        },
        "members": [_member(member) for member in diff.members],
        "answer": [_change(change, block_json) for change in diff.answer],
        "facts": [fact._asdict() for fact in diff.facts],
    }


def _sessions(diff: SessionDiff) -> dict[str, Any]:
    parting = diff.parting
    return {
        "shared_turns": diff.shared,
        "parting": parting_text(diff),
        "first_difference": None
        if parting is None
        else {"before": _step(parting.before), "after": _step(parting.after)},
        "members": [_member(member) for member in diff.members],
        "steps": [
            {"sign": pair.sign, "before": _address(pair.before), "after": _address(pair.after)} for pair in diff.steps
        ],
    }


def _change(change: Change[Any], form: Callable[[Any], Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"sign": change.sign, "at": change.at, "to": change.to, "noise": change.noise}
    if change.sign in ("~", "-"):
        shown["before"] = form(change.before)
    if change.sign in ("~", "+"):
        shown["after"] = form(change.after)
    return shown


def _member(member: Member) -> dict[str, Any]:
    changes = [_change(change, lambda value: value) for change in member.changes]
    return {"name": member.name, "listed": member.listed, "changes": changes}


def _mark(mark: Mark) -> dict[str, Any]:
    return {"message": mark.message, "offset": mark.offset, "text": mark.data.decode("utf-8", "backslashreplace")}


def _step(step: Step | None) -> dict[str, Any] | None:
    return None if step is None else {"step": _address(step.row), "block": block_json(step.block)}


def _address(row: StepRow | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {"turn": row.turn, "number": row.number, "role": row.role, "kind": row.kind, "summary": row.summary}

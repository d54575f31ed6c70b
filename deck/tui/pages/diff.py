"""What a turn's request sent that the one before did not: messages, system prompt, tools, parameters.

"The one before" is the turn's parent; a turn without one is compared with the turn before it in the session.
"""

from itertools import takewhile
from typing import Any

from deck.render import plural, short
from deck.tui import palette
from deck.tui.document import Document, Writer
from deck.tui.model import ReadModel
from deck.tui.pages.blocks import as_json, write_text_diff
from deck.tui.pages.request import write_message
from deck.views import StepRow, TurnView
from store.canonical import loads

TITLE = "diff"

_SHOWN_APART = frozenset(("messages", "input", "contents", "system", "instructions", "tools"))


def build(model: ReadModel, row: StepRow, unfolded: bool) -> Document:
    """The page; unfolded, with the messages that both requests sent."""
    turn = model.turn(row.turn)
    out = Writer()
    before, why = _before(model, row, turn)
    if before is None:
        out.line(f"turn {turn.row.number} is the first of its session: all of its request is new", palette.FAINT)
        return out.done()
    out.line(f"request of turn {turn.row.number} against turn {before.row.number} ({why})", palette.FAINT)
    out.line(f"{before.row.id[:12]}..{turn.row.id[:12]}", palette.FAINT)
    _write_messages(out, before, turn, unfolded)
    _write_system(out, before, turn)
    _write_tools(out, before, turn)
    _write_parameters(out, _parameters(model, before), _parameters(model, turn))
    return out.done()


def _before(model: ReadModel, row: StepRow, turn: TurnView) -> tuple[TurnView | None, str]:
    edges = sorted(turn.row.parents, key=lambda edge: edge.kind != "continues")
    for edge in edges:
        if edge.kind != "spawned-by":
            return model.turn(edge.turn), edge.kind
    first = row.position - row.number + 1
    earlier = model.steps(turn.row.session, first - 1, first) if first > 0 else []
    return (model.turn(earlier[0].turn), "the turn before it; this one begins a thread") if earlier else (None, "")


def _write_messages(out: Writer, before: TurnView, turn: TurnView, unfolded: bool) -> None:
    old, new = (*before.earlier, *before.new), (*turn.earlier, *turn.new)
    same = sum(1 for _ in takewhile(lambda pair: pair[0].id == pair[1].id, zip(old, new, strict=False)))
    echo = max(len(turn.earlier) - same, 0) if same == len(old) else 0
    out.heading("messages")
    if unfolded:
        for message in new[:same]:
            write_message(out, message)
    elif same:
        out.fold(f"{plural(same, 'message')} unchanged")
    if echo:
        out.line(f"= {plural(echo, 'message')} echoing the answer of turn {before.row.number}", palette.FAINT)
    gone = old[same:]
    if gone and not unfolded:
        out.fold(f"{plural(len(gone), 'message')} of turn {before.row.number} not sent any more")
    for message in gone if unfolded else ():
        out.line(f"- {message.role} message", palette.REMOVED)
        write_message(out, message)
    for message in new[same + echo :]:
        out.line(f"+ {message.role} message", palette.ADDED)
        write_message(out, message)
    if same == len(old) == len(new):
        out.line("= the same conversation", palette.FAINT)


def _write_system(out: Writer, before: TurnView, turn: TurnView) -> None:
    old, new = ("\n".join(block.text for block in view.system) for view in (before, turn))
    out.heading("system")
    if old == new:
        out.line("= unchanged", palette.FAINT)
    else:
        write_text_diff(out, old, new)


def _write_tools(out: Writer, before: TurnView, turn: TurnView) -> None:
    old, new = dict(before.tools), dict(turn.tools)
    out.heading("tools")
    if turn.payload["reading"].get("base") and not new:
        out.line("= none sent: the provider keeps those of the response that this goes on from", palette.FAINT)
        return
    if old == new:
        out.line(f"= {plural(len(new), 'tool')} unchanged", palette.FAINT)
        return
    for name in (*old, *(name for name in new if name not in old)):
        if name not in new:
            out.line(f"- {name}", palette.REMOVED)
        elif name not in old:
            out.line(f"+ {name}", palette.ADDED)
        elif old[name] != new[name]:
            out.line(f"~ {name}", palette.STRONG)
            write_text_diff(out, as_json(old[name]), as_json(new[name]), 2)


def _write_parameters(out: Writer, old: dict[str, Any], new: dict[str, Any]) -> None:
    out.heading("parameters")
    names = [name for name in (*old, *(name for name in new if name not in old)) if old.get(name) != new.get(name)]
    if not names:
        out.line("= unchanged", palette.FAINT)
    for name in names:
        if name in old:
            out.line(f"- {name}: {short(as_json(old[name]), 400)}", palette.REMOVED)
        if name in new:
            out.line(f"+ {name}: {short(as_json(new[name]), 400)}", palette.ADDED)


def _parameters(model: ReadModel, turn: TurnView) -> dict[str, Any]:
    body = loads(model.body(turn.row.id, "request"))
    if not isinstance(body, dict):
        return {}
    return {name: value for name, value in body.items() if name not in _SHOWN_APART}

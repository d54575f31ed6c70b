"""Two parts of turns, or two other objects, as texts."""

from deck.compare.align import Budget
from deck.compare.texts import as_json, block_text, value_text
from deck.compare.values import TextDiff
from deck.compare.words import compare_texts
from deck.diagnostics import NOT_FOUND, Problem
from deck.parts import part_address, step_row
from deck.revs import Target
from deck.timeline import Timeline
from store.canonical import UNPARSABLE, loads


def compare_parts(timeline: Timeline, before: Target, after: Target) -> TextDiff:
    """Two parts of turns, or two other objects."""
    old, new = (part_address(timeline, target) for target in (before, after))
    if old == new:
        return TextDiff(old, new, ())
    return TextDiff(old, new, compare_texts(_text(timeline, before), _text(timeline, after), Budget()))


def _text(timeline: Timeline, target: Target) -> str:
    match target.part:
        case "":
            return _payload(timeline.object(target.id).payload)
        case "step":
            return block_text(timeline.step(step_row(timeline, target)).block)
        case "request" | "response":
            return _payload(timeline.body(target.id, target.part))
        case "headers":
            view = timeline.turn(target.id, earlier=False, setting=False)
            return "".join(f"{name}: {value}\n" for name, value in (*view.request_headers, *view.response_headers))
        case "system":
            return "\n\n".join(map(block_text, timeline.turn(target.id, earlier=False).system))
        case _:
            return _tools(timeline, target)


def _tools(timeline: Timeline, target: Target) -> str:
    tools = timeline.turn(target.id, earlier=False).tools
    chosen = [value_text(schema) for name, schema in tools if target.tool in ("", name)]
    if target.tool and not chosen:
        raise Problem(f"the turn was offered no tool {target.tool!r}", f"deck show {target.id[:12]}:tools", NOT_FOUND)
    return "\n\n".join(chosen)


def _payload(payload: bytes) -> str:
    value = loads(payload)
    if value is not UNPARSABLE and isinstance(value, dict | list):
        return as_json(value)
    return payload.decode("utf-8", "backslashreplace")

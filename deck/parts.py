"""What a rev names, as text or as the object behind it: turns, parts of turns, and every other object."""

from collections.abc import Iterator

from deck.diagnostics import NOT_FOUND, Problem
from deck.render import Style, json_block, safe, short, width_of
from deck.render_turn import block_text, step_text, tool_text, turn_text
from deck.revs import Target
from deck.timeline import Timeline
from deck.views import StepRow
from store.canonical import UNPARSABLE, loads

_NAME = 32  # columns; a longer name moves its description
_DESCRIPTION = 80


def object_of(timeline: Timeline, target: Target) -> str:
    """The id of the object a rev names; a turn's bodies and request headers are objects of their own."""
    if not target.part:
        return target.id
    payload = timeline.payload(target.id)
    found: str = {
        "request": payload["request"]["body"],
        "response": payload["response"]["body"],
        "headers": payload["request"]["headers"],
    }.get(target.part, "")
    if not found:
        raise Problem(f"{target.rev} is no object of its own", "`deck show` prints it", NOT_FOUND)
    return found


def part_address(timeline: Timeline, target: Target) -> str:
    """The whole address: an object's id, or a turn's id with the part behind a colon."""
    match target.part:
        case "" | "request" | "response" | "headers":
            return object_of(timeline, target)
        case "step":
            return f"{target.id}:{step_row(timeline, target).number}"
        case _:
            return f"{target.id}:{target.part}" + (f"/{target.tool}" if target.tool else "")


def step_row(timeline: Timeline, target: Target) -> StepRow:
    """The row of the step a rev names."""
    rows = timeline.turn_steps(target.id)
    found = next((row for row in rows if row.number == target.step), None)
    if found is None:
        raise Problem(f"{target.rev}: the turn has steps 1 to {len(rows)}", code=NOT_FOUND)
    return found


def part_text(timeline: Timeline, target: Target, style: Style) -> Iterator[str]:
    """Lines of a part of a turn."""
    match target.part:
        case "step":
            yield from step_text(timeline.step(step_row(timeline, target)), style)
        case "request" | "response":
            yield payload_text(timeline.body(target.id, target.part))
        case "headers":
            view = timeline.turn(target.id, earlier=False)
            for name, value in (*view.request_headers, ("", ""), *view.response_headers):
                yield safe(f"{name}: {value}", newlines=False) if name else ""
        case "system":
            for block in timeline.turn(target.id, earlier=False).system:
                yield from block_text(block)
                yield ""
        case _:
            yield from _tools(timeline, target, style)


def _tools(timeline: Timeline, target: Target, style: Style) -> Iterator[str]:
    tools = timeline.turn(target.id, earlier=False).tools
    if target.tool:
        tools = tuple((name, schema) for name, schema in tools if name == target.tool)
        if not tools:
            raise Problem(
                f"the turn was offered no tool {target.tool!r}", f"deck show {target.id[:12]}:tools", NOT_FOUND
            )
        yield from (tool_text(schema) for _name, schema in tools)
        return
    names = [safe(name, newlines=False) for name, _schema in tools]
    column = min(max(map(width_of, names), default=0), _NAME)
    for name, (_name, schema) in zip(names, tools, strict=True):
        described = schema.get("description") if isinstance(schema, dict) else None
        first = described.strip().split("\n")[0] if isinstance(described, str) else ""
        gap = " " * (column - width_of(name))
        yield f"{style.strong(name)}{gap}  {short(safe(first, newlines=False), _DESCRIPTION)}".rstrip()


def object_text(timeline: Timeline, target: Target, style: Style) -> Iterator[str]:
    """Lines of any object."""
    if target.kind == "turn":
        view = timeline.turn(target.id, earlier=False)
        yield from turn_text(timeline, view, style)
        return
    yield f"{style.strong(target.kind)} {style.id(target.id)}"
    yield ""
    yield payload_text(timeline.object(target.id).payload)


def payload_text(payload: bytes) -> str:
    """Bytes as text for a terminal: JSON indented, everything else as it is, with what is no text as escapes."""
    value = loads(payload)
    if value is not UNPARSABLE and isinstance(value, dict | list):
        return json_block(value)
    return safe(payload.decode("utf-8", "backslashreplace").rstrip("\n"))

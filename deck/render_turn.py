"""A turn as text: header, what is new in the request, the answer with its tool calls and their results.

The lines are made from captured text, so every piece of it passes `deck.render.safe` here.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deck.render import Style, duration, indent, json_block, plural, safe, wall_time
from deck.render_notes import decoration, note_lines
from deck.views import Beside, Message, Step, StepRow, TurnView
from store.errors import StoreError
from store.reading import Block, Usage
from store.summary import first_line

if TYPE_CHECKING:
    from deck.timeline import Timeline


def turn_text(timeline: "Timeline", view: TurnView, style: Style, *, full: bool = False) -> Iterator[str]:
    """Lines of a turn, with what it cost and what people put beside it."""
    beside = timeline.beside(view.row.id)
    yield from _header(timeline, view, beside, style)
    yield ""
    for note in beside.notes:
        yield from note_lines(note, style, timeline.short_digits())
        yield ""
    numbered = iter(view.steps)
    if full:
        yield from _context(view, style)
    elif view.payload["request"]["known"] or view.payload["request"]["tools"]:
        request = view.payload["request"]
        folded = [plural(request["known"], "earlier message"), plural(request["tools"], "tool")]
        yield style.faint(f"= {', '.join(folded)} (--full)")
        yield ""
    for message in view.new:
        yield from _message(timeline, message, numbered, style, full)
    if view.answer is not None:
        yield from _message(timeline, view.answer, numbered, style, full)
    elif not view.payload["response"]["body"]:
        yield style.faint("no response")


def cost_text(timeline: "Timeline", id: str) -> str:
    """What a turn cost, in words; where the user's own prices cannot be understood, why. Not yet safe."""
    from deck.cost.money import dollars  # a step or a part has no cost

    try:
        return dollars(timeline.cost(id))
    except StoreError as error:
        return f"? ({error})"


def _header(timeline: "Timeline", view: TurnView, beside: Beside, style: Style) -> Iterator[str]:
    """What is known of a turn besides its content."""
    row, payload = view.row, view.payload
    yield f"{style.strong('turn')} {style.id(row.id)}{decoration(beside, style)}"
    for name, value in _facts(timeline, view):
        if value:
            yield f"{name + ':':<9}{safe(value, newlines=False)}"
    for edge in row.parents:
        sure = "" if edge.confidence >= 1 else f" ({edge.confidence:.0%} sure)"
        call = f" by call {safe(edge.call, newlines=False)}" if edge.call else ""
        yield f"{'Parent:':<9}{safe(edge.kind, newlines=False)} {style.id(edge.turn)}{call}{sure}"
    error = row.error or payload["error"]
    if error:
        yield style.kind("error", f"{'Error:':<9}{safe(error, newlines=False)}")


def _facts(timeline: "Timeline", view: TurnView) -> Iterator[tuple[str, str]]:
    row, payload = view.row, view.payload
    client, http = payload["client"], payload["http"]
    place = f"turn {row.number:,} of {timeline.turn_count(row.session):,}" + (
        f", thread {row.thread}" if row.thread else ""
    )
    kind = f", {row.role}" if row.role not in ("main", "sub") else ""
    yield "Session", f"{row.session} · {place}{kind}"
    yield "Agent", _joined(f"{client['name']} {client['version']}".strip(), row.model, client["cwd"])
    first = row.first_byte_ms is not None and f"first byte {duration(row.first_byte_ms)}"
    yield "Date", _joined(wall_time(row.started_ms), first, duration(row.duration_ms))
    status = "no response" if row.status is None else str(row.status)
    yield "Request", f"{http['method']} {http['url']} → {status}"
    yield "Outcome", _joined(row.outcome, row.stop_reason)
    yield "Usage", usage_text(row.usage)
    yield "Cost", cost_text(timeline, row.id)
    yield "Tags", ", ".join(payload["tags"])
    yield "Notes", ", ".join(payload["notes"])
    yield "Run", payload["run"]


def _joined(*parts: str | bool) -> str:
    return " · ".join(part for part in parts if isinstance(part, str) and part)


def usage_text(usage: Usage) -> str:
    """Token counts in words; empty where nothing was reported."""
    counts = (
        ("in", usage.input),
        ("cache read", usage.cache_read),
        ("cache write 5m", usage.cache_write_5m),
        ("cache write 1h", usage.cache_write_1h),
        ("out", usage.output),
        ("of it thinking", usage.reasoning),
    )
    said = [f"{name} {number:,}" for name, number in counts if number]
    return " · ".join(said)


def _context(view: TurnView, style: Style) -> Iterator[str]:
    """What the request carried besides what is new in it."""
    for title, headers in (("request headers", view.request_headers), ("response headers", view.response_headers)):
        yield style.strong(title)
        yield from (f"    {safe(f'{name}: {value}', newlines=False)}" for name, value in headers)
        yield ""
    for block in view.system:
        yield from _block("", block, style)
    for name, schema in view.tools:
        yield f"{style.strong('tool')} {safe(name, newlines=False)}"
        yield indent(tool_text(schema))
        yield ""
    for message in view.earlier:
        for block in message.blocks:
            yield from _block("earlier ", block, style)


def tool_text(schema: Any) -> str:
    """A tool as it was offered: its description as text, the rest as JSON. Safe for a terminal."""
    if not isinstance(schema, dict) or not isinstance(schema.get("description"), str):
        return json_block(schema)
    rest = {name: value for name, value in schema.items() if name != "description"}
    return f"{safe(schema['description'])}\n{json_block(rest)}"


def _message(
    timeline: "Timeline", message: Message, numbered: Iterator[StepRow], style: Style, full: bool
) -> Iterator[str]:
    for block in message.blocks:
        if block.kind == "text" and not first_line(block.text):  # a reminder that the client injects is no step
            if full:
                yield from _block("injected ", block, style)
            continue
        row = next(numbered, None)
        if row is None:
            yield from _block("", block, style)
        else:
            yield from step_text(timeline.step(row), style)


def step_text(step: Step, style: Style) -> Iterator[str]:
    """A step: its number, its block, and the result of a call."""
    call = step.call
    yield from _block(f"[{step.row.number}] ", step.block, style, of=call.name if call else "")
    if step.result is not None:
        where = f"{step.result_turn[:8]} " if step.result_turn != step.row.turn else ""
        yield from _block(f"    {where}↳ ", step.result, style, margin="        ")


def _block(label: str, block: Block, style: Style, *, of: str = "", margin: str = "    ") -> Iterator[str]:
    kind = "user" if block.role == "user" and block.kind == "text" else block.kind
    kind = "error" if block.is_error else kind
    title = block_title(block, of) + (" (error)" if block.is_error else "")
    yield label + style.kind(kind, safe(title, newlines=False))
    for part in block_text(block):
        yield indent(part, margin)
    yield ""


def block_title(block: Block | StepRow, of: str = "") -> str:
    """What a block is, in a word or three: ``user``, ``thinking``, ``call Bash``, ``result of Bash``; not yet safe.

    ``of`` is the tool of a result, where the block itself does not say.
    """
    match block.kind:
        case "text":
            return block.role
        case "tool-call" | "server-tool-call":
            return f"call {block.name}"
        case "tool-result" | "server-tool-result":
            name = of or block.name
            return f"result of {name}" if name else "result"
        case "other":
            return f"{block.role} {block.name or 'block'}"
        case _:
            return block.kind


def block_text(block: Block) -> Iterator[str]:
    """The content of a block, safe for a terminal: its text, then a call's arguments or other data."""
    if block.text:
        yield safe(block.text.rstrip("\n"))
    if block.kind in ("image", "document") and isinstance(block.data, dict):
        media = block.data.get("media_type") or block.data.get("type") or ""
        data = block.data.get("data") or block.data.get("url") or ""
        yield safe(f"({media}, {plural(len(data), 'character') if isinstance(data, str) else ''})")
    elif block.kind.endswith("tool-call"):
        yield arguments_text(block.data)
    elif block.data is not None and not (block.kind == "server-tool-result" and block.text):
        yield json_block(block.data)
    elif block.kind == "thinking" and not block.text:
        yield "(withheld by the provider)"


def arguments_text(data: Any) -> str:
    """A tool call's arguments, one a line, text as text and everything else as JSON. Safe for a terminal."""
    if isinstance(data, str):
        return safe(data)
    if not isinstance(data, dict):
        return json_block(data)
    lines: list[str] = []
    for name, value in data.items():
        if isinstance(value, str) and "\n" in value.rstrip("\n"):
            lines += [f"{safe(name, newlines=False)}:", indent(safe(value.rstrip("\n")))]
        else:
            shown = safe(value, newlines=False) if isinstance(value, str) else json_block(value, compact=True)
            lines.append(f"{safe(name, newlines=False)}: {shown}")
    return "\n".join(lines)

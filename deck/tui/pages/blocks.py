"""A block of a message as lines: text as text, a tool call as the tool would see it, anything else as JSON."""

import difflib
import json
from typing import Any

from rich.style import Style

from deck.tui import palette
from deck.tui.document import Writer
from store.reading import Block

_EDIT_KEYS = ("old_string", "new_string")
_COMMAND_KEYS = ("command", "cmd")
CALLS = ("tool-call", "server-tool-call")
RESULTS = ("tool-result", "server-tool-result")


def write_block(out: Writer, block: Block, indent: int = 0) -> None:
    """One block under a line that says what it is."""
    title, style = _title(block)
    out.line(title, style, indent)
    write_content(out, block, indent + 2)


def write_content(out: Writer, block: Block, indent: int = 0) -> None:
    """What a block holds, without a title."""
    if block.kind in CALLS:
        write_arguments(out, block.data, indent)
        return
    style = palette.ERROR if block.is_error else palette.THINKING if block.kind == "thinking" else palette.PLAIN
    if block.text:
        out.text(block.text, style, indent)
    elif block.data is None:
        out.line("(empty)", palette.FAINT, indent)
    if block.data is not None and block.kind != "text":
        out.text(as_json(_without_long(block.data)), palette.FAINT, indent)


def write_arguments(out: Writer, data: Any, indent: int = 0) -> None:
    """The arguments of a tool call: a command line, an edit as a diff, the rest by name."""
    if not isinstance(data, dict):
        out.text(as_json(data), indent=indent)
        return
    for name, value in data.items():
        if name in _COMMAND_KEYS and isinstance(value, str):
            out.text(f"$ {value}", palette.TOOL, indent)
        elif name in _EDIT_KEYS and all(isinstance(data.get(key), str) for key in _EDIT_KEYS):
            if name == _EDIT_KEYS[0]:
                write_text_diff(out, data[_EDIT_KEYS[0]], data[_EDIT_KEYS[1]], indent)
        elif isinstance(value, str) and ("\n" in value or len(value) > 80):
            out.line(f"{name}:", palette.STRONG, indent)
            out.text(value, indent=indent + 2)
        else:
            out.text(f"{name}: {value if isinstance(value, str) else as_json(value)}", indent=indent)


def write_text_diff(out: Writer, before: str, after: str, indent: int = 0) -> None:
    """Two texts as a unified diff, three lines of context."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
    for number, line in enumerate(lines):
        if number >= 2:  # the first two name files
            out.line(line, diff_style(line), indent)


def diff_style(line: str) -> Style:
    """The style of a line of a diff by its sign."""
    return {"+": palette.ADDED, "-": palette.REMOVED, "@": palette.FAINT}.get(line[:1], palette.PLAIN)


def as_json(value: Any) -> str:
    """A value as indented JSON; what JSON cannot say becomes its text."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _title(block: Block) -> tuple[str, Style]:
    if block.kind in CALLS:
        return f"→ {block.name or 'tool'}", palette.TOOL
    if block.kind in RESULTS:
        name = f" of {block.name}" if block.name else ""
        return (f"↳ error{name}", palette.ERROR) if block.is_error else (f"↳ result{name}", palette.RESULT)
    if block.kind == "thinking":
        return "thinking", palette.THINKING
    if block.kind == "text":
        return (block.role, palette.USER if block.role == "user" else palette.STRONG)
    return f"{block.role} {block.kind}", palette.ERROR if block.kind in ("error", "refusal") else palette.STRONG


def _without_long(value: Any, limit: int = 2000) -> Any:
    """A value with long strings (image data, mostly) replaced by their length."""
    if isinstance(value, str):
        return value if len(value) <= limit else f"({len(value):,} characters)"
    if isinstance(value, dict):
        return {key: _without_long(item, limit) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_long(item, limit) for item in value]
    return value

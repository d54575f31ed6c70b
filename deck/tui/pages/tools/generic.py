"""Any tool: its arguments by name, its result as text; and the forms that the views of single tools share."""

import json
from collections.abc import Mapping
from typing import Any

from deck.tui import palette
from deck.tui.document import Writer
from deck.tui.highlight import code_lines
from store.reading import Block

_SHORT = 80


def as_json(value: Any) -> str:
    """A value as indented JSON; what JSON cannot say becomes its text."""
    try:
        return json.dumps(value, indent=2, ensure_ascii=False, default=str)
    except RecursionError:
        return "(nested too deeply to show)"


def write_values(out: Writer, values: Mapping[str, Any], indent: int) -> None:
    """Values by name: a short one beside its name, a long one below it. One without a name is all there is."""
    for name, value in values.items():
        text = value if isinstance(value, str) else as_json(value)
        lead = [(f"{name}: ", palette.FAINT)] if name else []
        if "\n" not in text and len(text) <= _SHORT:
            out.runs([*lead, (text, palette.PLAIN)], indent, hang=2)
            continue
        if name:
            out.runs(lead, indent)
        if isinstance(value, str):
            out.text(text, indent=indent + 2)
        else:
            write_code(out, text, "json", indent + 2)


def write_code(out: Writer, text: str, language: str, indent: int) -> None:
    """Source code."""
    for line in code_lines(text.rstrip("\n"), language):
        out.runs(line, indent, hang=2)


def write_command(out: Writer, command: str, indent: int) -> None:
    """A shell command, as at a prompt."""
    for number, line in enumerate(code_lines(command.rstrip("\n"), "bash")):
        out.runs([("$ " if number == 0 else "  ", palette.TOOL), *line], indent, hang=2)


def write_notes(out: Writer, *notes: str, indent: int) -> None:
    """What else is to be said of a call, on one line; empty notes are left out."""
    if said := " · ".join(note for note in notes if note):
        out.line(said, palette.FAINT, indent)


def write_result(out: Writer, result: Block, indent: int) -> None:
    """A result as text; the first line of an error stands out."""
    write_output(out, result.text, result.is_error, indent)


def write_output(out: Writer, text: str, failed: bool, indent: int) -> None:
    """What a program printed, or a tool said; the first line of a failure stands out."""
    first, line_break, rest = text.partition("\n")
    if failed:
        out.line(first, palette.ERROR, indent)
        text = rest if line_break else ""
    if text:
        out.text(text, indent=indent)

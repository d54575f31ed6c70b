"""One line for a block: what lists and titles show."""

import re
from typing import Any, Final

from store.reading import Block

SUMMARY_CHARACTERS = 200
_LOOKED_AT: Final = 20_000  # characters
_MOST_PARTS: Final = 100
_INJECTED: Final = re.compile(
    r"\s*+(?:<(system-reminder|local-command-caveat"  # Claude Code's
    r"|session_context|hook_context"  # Gemini CLI's
    r"|environment_context|user_instructions|apps_instructions)>"  # Codex's, as the next
    r"|# AGENTS\.md instructions for [^\n]*+\n\s*+<(INSTRUCTIONS)>)"
)


def first_line(text: str) -> str:
    """The first line of a text that says something, without injected reminders, at most 200 characters."""
    start = _said_from(text)
    lines = text[start : start + _LOOKED_AT].splitlines()
    line = next((line.strip() for line in lines if line.strip()), "")[:SUMMARY_CHARACTERS]
    reminder = _INJECTED.search(line)
    return line[: reminder.start()] if reminder and reminder.start() else line


def _said_from(text: str) -> int:
    """Where in ``text`` something begins that somebody said: past the parts that a client has put before it.

    A part without an end is what was said; but instructions from files, whose end may be cut, go on to the end.
    """
    position = 0
    for _ in range(_MOST_PARTS):
        part = _INJECTED.match(text, position)
        if part is None:
            break
        closing = f"</{part[1] or part[2]}>"
        end = text.find(closing, part.end())
        if end < 0:
            return len(text) if part[2] else position
        position = end + len(closing)
    return position


def is_step(block: Block) -> bool:
    """Whether a block of a request is a step: injected reminders are context, not something that anybody said."""
    return block.kind != "text" or bool(first_line(block.text))


def summary_of(block: Block) -> str:
    """One line for a step."""
    if block.kind in ("tool-call", "server-tool-call"):
        return _call_summary(block.data)
    if block.kind in ("image", "document"):
        return first_line(block.text) or block.kind
    return first_line(block.text)


def _call_summary(data: Any) -> str:
    if not isinstance(data, dict):
        return first_line(str(data or ""))
    for name in ("command", "file_path", "path", "pattern", "query", "url", "description", "prompt"):
        if isinstance(value := data.get(name), str) and value:
            return first_line(value)
    return first_line(", ".join(f"{name}={value}" for name, value in data.items()))

"""One line for a block: what lists and titles show."""

import re
from typing import Any

from store.reading import Block

SUMMARY_CHARACTERS = 200
_REMINDER = re.compile(
    r"<(system-reminder|session_context|environment_context)>.*?</\1>"  # Claude Code's, Gemini CLI's, Codex's
    r"|# AGENTS\.md instructions for [^\n]*\n\s*<INSTRUCTIONS>.*?(?:</INSTRUCTIONS>|\Z)",
    re.S,
)


def first_line(text: str) -> str:
    """The first line of a text that says something, without injected reminders, at most 200 characters."""
    text = text[:20_000]
    text = _REMINDER.sub("", text) if "</" in text or "<INSTRUCTIONS>" in text else text
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line[:SUMMARY_CHARACTERS]


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

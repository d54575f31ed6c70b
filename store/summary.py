"""One line for a block: what lists and titles show."""

import re
from collections.abc import Iterator
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
_RULE: Final = re.compile(
    r"(?:([-*_=])[ \t]*+(?:\1[ \t]*+){2,}|(?:```|~~~)[^`~]*+)\Z"
)  # a rule, or where a fence stands
_MARKS: Final = re.compile(r"(?:(?:#{1,6}|[>*+-])[ \t]++)+(?=\S)")  # of headings, quotes and lists
_STRONG: Final = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")


def first_line(text: str) -> str:
    """The first line of a text that says something, without injected reminders, at most 200 characters."""
    return next(_lines(text), "")


def subject(text: str) -> str:
    """The first line of what was written as Markdown: no rule, no fence, and without the marks that it begins with."""
    lines = _lines(text)
    first = next(lines, "")
    line = next((line for line in (first, *lines) if not _RULE.match(line)), first)
    marks = _MARKS.match(line)
    line = line[marks.end() :] if marks else line
    strong = _STRONG.match(line)
    return f"{strong[1]}{line[strong.end() :]}" if strong else line


def _lines(text: str) -> Iterator[str]:
    """The lines that say something, from where somebody said it, each without what was injected into it."""
    start = _said_from(text)
    for whole in text[start : start + _LOOKED_AT].splitlines():
        line = whole.strip()[:SUMMARY_CHARACTERS]
        if line:
            reminder = _INJECTED.search(line)
            yield line[: reminder.start()] if reminder and reminder.start() else line


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
    return subject(block.text) if block.kind in ("text", "thinking") else first_line(block.text)


def _call_summary(data: Any) -> str:
    if not isinstance(data, dict):
        return first_line(str(data or ""))
    for name in ("command", "file_path", "path", "pattern", "query", "url", "description", "prompt"):
        if isinstance(value := data.get(name), str) and value:
            return first_line(value)
    return first_line(", ".join(f"{name}={value}" for name, value in data.items()))

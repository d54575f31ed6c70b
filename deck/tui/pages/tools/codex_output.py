"""What Codex's tools give back: a program's output with how it ended, in one of two forms."""

import re
from typing import Any

from deck.tui import palette
from deck.tui.document import Writer
from deck.tui.pages.tools.arguments import Arguments
from deck.tui.pages.tools.generic import as_json, write_notes, write_output
from store.canonical import loads
from store.reading import Block

_HEAD = re.compile(r"(?:[A-Z][^\n:]{0,40}: [^\n]*\n|Process (?:exited|running) [^\n]*\n){0,8}Output:\n")
"""Newer versions put lines before the output: exit code, wall time."""

_FAILED = re.compile(r"(?:Exit code: |exited with code )(?!0\b)")


def write_codex_output(out: Writer, arguments: Arguments, result: Block, indent: int) -> None:
    """A result of the shell or of a patch."""
    told = loads(result.text) if result.text.startswith("{") else None
    if isinstance(told, dict) and isinstance(told.get("output"), str) and told.keys() <= {"output", "metadata"}:
        code, seconds = _metadata(told.get("metadata"))
        write_notes(out, code and f"exit code {code}", seconds and f"{seconds} s", indent=indent)
        write_output(out, told["output"], result.is_error or code not in ("", "0"), indent)
        return
    head = _HEAD.match(result.text)
    if head is None:
        write_output(out, result.text, result.is_error, indent)
        return
    failed = result.is_error or bool(_FAILED.search(head[0]))
    lines = head[0].split("\n")[:-2]
    out.line(" · ".join(lines), palette.ERROR if failed else palette.FAINT, indent)
    out.text(result.text[head.end() :], indent=indent)


def _metadata(value: Any) -> tuple[str, str]:
    """(exit code, seconds) as text, empty where they are not told."""
    known = value if isinstance(value, dict) else {}
    code, seconds = (as_json(known[name]) if name in known else "" for name in ("exit_code", "duration_seconds"))
    return code, seconds

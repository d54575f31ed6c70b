"""Codex's exec: a program in JavaScript that calls the other tools."""

from deck.tui.document import Writer
from deck.tui.pages.tools.arguments import Arguments
from deck.tui.pages.tools.codex_output import write_codex_output
from deck.tui.pages.tools.generic import write_code
from deck.tui.pages.tools.view import ToolView


def _call(out: Writer, arguments: Arguments, indent: int) -> None:
    write_code(out, arguments.text("input"), "javascript", indent)


VIEW = ToolView(("exec",), _call, write_codex_output)

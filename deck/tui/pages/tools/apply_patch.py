"""Codex's apply_patch, as a tool with arguments or with one text."""

from deck.tui.document import Writer
from deck.tui.pages.tools.arguments import Arguments
from deck.tui.pages.tools.codex_output import write_codex_output
from deck.tui.pages.tools.patch import write_patch
from deck.tui.pages.tools.view import ToolView


def _call(out: Writer, arguments: Arguments, indent: int) -> None:
    write_patch(out, arguments.text("input", "patch"), indent)


VIEW = ToolView(("apply_patch",), _call, write_codex_output)

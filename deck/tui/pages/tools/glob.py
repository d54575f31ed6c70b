"""Claude Code's Glob: a pattern of file names, and the files."""

from deck.tui import palette
from deck.tui.document import Writer
from deck.tui.pages.tools.arguments import Arguments
from deck.tui.pages.tools.found import write_found
from deck.tui.pages.tools.view import ToolView


def _call(out: Writer, arguments: Arguments, indent: int) -> None:
    where = arguments.text("path") or "the working folder"
    out.runs([(arguments.text("pattern"), palette.TOOL), (" in ", palette.FAINT), (where, palette.STRONG)], indent)


VIEW = ToolView(("Glob",), _call, write_found)

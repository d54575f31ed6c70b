"""Claude Code's Edit: the file, and what takes the place of what in it."""

from deck.tui import palette
from deck.tui.document import Writer
from deck.tui.pages.tools.arguments import Arguments
from deck.tui.pages.tools.changes import write_change
from deck.tui.pages.tools.view import ToolView


def _call(out: Writer, arguments: Arguments, indent: int) -> None:
    out.line(arguments.text("file_path"), palette.STRONG, indent)
    write_replacement(out, arguments, indent)


def write_replacement(out: Writer, arguments: Arguments, indent: int) -> None:
    """One replacement in a file."""
    if arguments.flag("replace_all"):
        out.line("wherever it stands", palette.FAINT, indent)
    write_change(out, arguments.text("old_string"), arguments.text("new_string"), indent)


VIEW = ToolView(("Edit",), _call)

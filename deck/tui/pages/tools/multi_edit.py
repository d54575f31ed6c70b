"""Claude Code's MultiEdit: several replacements in one file."""

from deck.tui import palette
from deck.tui.document import Writer
from deck.tui.pages.tools.arguments import Arguments
from deck.tui.pages.tools.edit import write_replacement
from deck.tui.pages.tools.generic import write_values
from deck.tui.pages.tools.view import ToolView


def _call(out: Writer, arguments: Arguments, indent: int) -> None:
    out.line(arguments.text("file_path"), palette.STRONG, indent)
    edits = arguments.objects("edits")
    for number, edit in enumerate(edits, 1):
        out.line(f"edit {number} of {len(edits)}", palette.FAINT, indent)
        one = Arguments(edit)
        write_replacement(out, one, indent)
        write_values(out, one.rest(), indent)


VIEW = ToolView(("MultiEdit",), _call)

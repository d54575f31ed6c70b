"""Claude Code's Write: a file and all that it is to hold."""

from deck.render import plural
from deck.tui import palette
from deck.tui.document import Writer
from deck.tui.highlight import language_of
from deck.tui.pages.tools.arguments import Arguments
from deck.tui.pages.tools.numbered import write_numbered
from deck.tui.pages.tools.view import ToolView


def _call(out: Writer, arguments: Arguments, indent: int) -> None:
    path, content = arguments.text("file_path"), arguments.text("content")
    lines = content.removesuffix("\n").split("\n")
    size = f" · {plural(len(lines), 'line')}" if content else " · empty"
    out.runs([(path, palette.STRONG), (size, palette.FAINT)], indent, hang=2)
    if content:
        write_numbered(out, 1, lines, language_of(path), indent)


VIEW = ToolView(("Write",), _call)

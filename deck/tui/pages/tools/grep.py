"""Claude Code's Grep: what is looked for, where, and what was found."""

from deck.tui import palette
from deck.tui.document import Writer
from deck.tui.pages.tools.arguments import Arguments
from deck.tui.pages.tools.found import write_found
from deck.tui.pages.tools.generic import write_notes
from deck.tui.pages.tools.view import ToolView

_FLAGS = {"-i": "in either case", "-n": "", "multiline": "over several lines"}
_NUMBERS = {
    "-A": "lines after: {:g}",
    "-B": "lines before: {:g}",
    "-C": "lines around: {:g}",
    "head_limit": "first {:g}",
}


def _call(out: Writer, arguments: Arguments, indent: int) -> None:
    where = arguments.text("path") or "the working folder"
    pattern = arguments.text("pattern")
    out.runs([("/", palette.FAINT), (pattern, palette.TOOL), ("/ in ", palette.FAINT), (where, palette.STRONG)], indent)
    glob, kind = arguments.text("glob"), arguments.text("type")
    write_notes(
        out,
        f"only {glob}" if glob else "",
        f"only {kind} files" if kind else "",
        *(words for name, words in _FLAGS.items() if arguments.flag(name)),
        *(words.format(n) for name, words in _NUMBERS.items() if (n := arguments.number(name)) is not None),
        arguments.text("output_mode"),
        indent=indent,
    )


VIEW = ToolView(("Grep",), _call, write_found)

"""Claude Code's Bash: a command at a prompt, what it printed, how it ended."""

from deck.tui.document import Writer
from deck.tui.pages.tools.arguments import Arguments
from deck.tui.pages.tools.generic import write_command, write_notes
from deck.tui.pages.tools.view import ToolView


def _call(out: Writer, arguments: Arguments, indent: int) -> None:
    write_command(out, arguments.text("command"), indent)
    timeout = arguments.number("timeout")
    write_notes(
        out,
        arguments.text("description"),
        f"at most {timeout / 1000:g} s" if timeout else "",
        "in the background" if arguments.flag("run_in_background") else "",
        indent=indent,
    )


VIEW = ToolView(("Bash",), _call)

"""Claude Code's Task, later called Agent: what a subagent was told, and what it answered."""

from deck.tui import palette
from deck.tui.document import Writer
from deck.tui.markdown import write_markdown
from deck.tui.pages.tools.arguments import Arguments
from deck.tui.pages.tools.generic import write_notes, write_result
from deck.tui.pages.tools.view import ToolView
from store.reading import Block


def _call(out: Writer, arguments: Arguments, indent: int) -> None:
    out.line(arguments.text("description"), palette.STRONG, indent)
    kind, model = arguments.text("subagent_type"), arguments.text("model")
    write_notes(out, f"subagent {kind}" if kind else "", model, indent=indent)
    write_markdown(out, arguments.text("prompt"), indent)


def _result(out: Writer, arguments: Arguments, result: Block, indent: int) -> None:
    if result.is_error:
        write_result(out, result, indent)
    else:
        write_markdown(out, result.text, indent)


VIEW = ToolView(("Task", "Agent"), _call, _result)

"""Claude Code's TodoWrite: a list of things to do, with what became of each."""

from deck.tui import palette
from deck.tui.document import Writer
from deck.tui.pages.tools.arguments import Arguments
from deck.tui.pages.tools.generic import write_values
from deck.tui.pages.tools.view import ToolView

_SIGNS = {
    "completed": ("[x]", palette.RESULT),
    "in_progress": ("[>]", palette.TOOL),
    "pending": ("[ ]", palette.PLAIN),
}


def _call(out: Writer, arguments: Arguments, indent: int) -> None:
    for todo in arguments.objects("todos"):
        one = Arguments(todo)
        status, content, active = one.text("status"), one.text("content"), one.text("activeForm")
        sign, style = _SIGNS.get(status, (f"[{status}]", palette.PLAIN))
        doing = f" · {active}" if active and status == "in_progress" else ""
        out.runs([(f"{sign} ", style), (content, style), (doing, palette.FAINT)], indent, hang=4)
        write_values(out, one.rest(), indent + 4)


VIEW = ToolView(("TodoWrite",), _call)

"""What a turn's request sent: what is new in it, the earlier conversation folded."""

from deck.render import plural
from deck.tui import palette
from deck.tui.document import Document, Writer
from deck.tui.model import ReadModel
from deck.tui.pages.blocks import write_block, write_content, write_json
from deck.tui.pages.viewing import Viewing
from deck.views import Message, StepRow, TurnView


def build(model: ReadModel, row: StepRow, viewing: Viewing) -> Document:
    """The page; unfolded, with the system prompt, the tools and all messages in full."""
    turn = model.turn(row.turn)
    out = Writer()
    out.line(f"turn {turn.row.number} · {turn.row.id}", palette.FAINT)
    out.line(
        f"{plural(len(turn.earlier) + len(turn.new), 'message')}, {plural(len(turn.tools), 'tool')}, system "
        f"{plural(sum(len(block.text) for block in turn.system), 'character')}"
    )
    _write_context(out, turn, viewing)
    out.heading(f"new: {plural(len(turn.new), 'message')}")
    for message in turn.new:
        write_message(out, message, viewing)
    return out.done()


def write_message(out: Writer, message: Message, viewing: Viewing) -> None:
    """A message, block by block."""
    for block in message.blocks:
        write_block(out, block, viewing)


def _write_context(out: Writer, turn: TurnView, viewing: Viewing) -> None:
    if not viewing.unfolded:
        if turn.system or turn.tools:
            out.fold(f"system prompt and {plural(len(turn.tools), 'tool')}")
        if turn.earlier:
            out.fold(plural(len(turn.earlier), "earlier message"))
        return
    if turn.system:
        out.heading("system")
        for block in turn.system:
            write_content(out, block, viewing, 2)
    if turn.tools:
        out.heading("tools")
        for name, schema in turn.tools:
            out.line(name, palette.TOOL)
            write_json(out, schema, viewing, 2)
    if turn.earlier:
        out.heading("earlier")
        for message in turn.earlier:
            write_message(out, message, viewing)

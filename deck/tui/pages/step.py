"""The step under the cursor in full; a tool call with its result, a result with its call."""

from deck.render import offset, plural
from deck.tui import palette
from deck.tui.document import Document, Writer
from deck.tui.model import ReadModel
from deck.tui.pages.blocks import CALLS, RESULTS, write_arguments, write_block, write_content
from deck.views import StepRow

TITLE = "step"


def build(model: ReadModel, row: StepRow, unfolded: bool) -> Document:
    """The page; nothing in it is folded."""
    step = model.step(row)
    out = Writer()
    thread = f" · thread {row.thread}" if row.thread else ""
    out.line(f"turn {row.turn_number}, step {row.number} · {offset(row.at_ms)}{thread}", palette.FAINT)
    if row.kind in CALLS:
        out.line(f"→ {row.name}", palette.TOOL)
        write_arguments(out, step.block.data, 2)
        if step.result is None:
            out.line("no result on record", palette.FAINT)
        else:
            write_block(out, step.result)
    elif row.kind in RESULTS:
        if step.call is not None:
            write_block(out, step.call)
        write_block(out, step.block)
    else:
        out.line(f"{row.role} · {row.kind} · {plural(len(step.block.text), 'character')}", palette.STRONG)
        write_content(out, step.block)
    return out.done()

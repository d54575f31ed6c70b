"""The step under the cursor in full, with what people put beside it; a call with its result, a result with its call."""

from deck.render import duration, offset, plural, wall_time
from deck.tui import palette
from deck.tui.document import Document, Writer
from deck.tui.model import ReadModel
from deck.tui.pages.blocks import CALLS, RESULTS, outcome_title, write_block, write_content
from deck.tui.pages.viewing import Viewing
from deck.views import Beside, Step, StepRow
from store.reading import Block


def build(model: ReadModel, row: StepRow, viewing: Viewing) -> Document:
    """The page; folded are long texts in JSON."""
    step = model.step(row)
    out = Writer()
    thread = f" · thread {row.thread}" if row.thread else ""
    out.line(f"turn {row.turn_number}, step {row.number} · {offset(row.at_ms)}{thread}", palette.FAINT)
    _write_beside(out, model.beside(row.turn), row)
    if row.kind in CALLS:
        write_block(out, step.block, viewing)
        if step.result is None:
            out.line("no result on record", palette.FAINT)
        else:
            _write_result(out, step, step.result, step.block, viewing)
    elif row.kind in RESULTS:
        if step.call is not None:
            write_block(out, step.call, viewing)
        _write_result(out, step, step.block, step.call, viewing)
    else:
        size = f" · {plural(len(step.block.text), 'character')}" if step.block.text else ""
        out.line(f"{row.role} · {row.kind}{size}", palette.STRONG)
        write_content(out, step.block, viewing)
    return out.done()


def _write_beside(out: Writer, beside: Beside, row: StepRow) -> None:
    """Tags, notes and stars; those of the whole turn stand at its first step."""
    if beside.tags and row.number == 1:
        out.line(f"tag: {', '.join(beside.tags)}", palette.STAR)
    for note in beside.notes:
        if note.step == row.number or (row.number == 1 and not note.step):
            what = "★ star" if note.is_star else "note"
            who = note.author.partition(" <")[0]  # the address is of no use here; `deck log` tells it
            out.line(f"{what} · {who} · {wall_time(note.time_ms)}", palette.STAR)
            if note.text:
                out.text(note.text, indent=2)


def _write_result(out: Writer, step: Step, result: Block, call: Block | None, viewing: Viewing) -> None:
    waited = abs(step.joined.at_ms - step.row.at_ms) if step.joined is not None else 0
    took = f"after {duration(waited)}" if waited else ""
    out.line(*outcome_title(result, "" if call is not None else result.name, took))
    write_content(out, result, viewing, 2, call)

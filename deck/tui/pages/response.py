"""What came back: the answer block by block, how it ended, what it used and how long it took."""

from deck.cost.money import Cost, dollars
from deck.render import duration
from deck.tui import palette
from deck.tui.document import Document, Writer
from deck.tui.model import ReadModel
from deck.tui.pages.blocks import write_block
from deck.tui.pages.viewing import Viewing
from deck.views import StepRow, TurnRow
from store.errors import StoreError


def build(model: ReadModel, row: StepRow, viewing: Viewing) -> Document:
    """The page; folded are long texts in JSON."""
    turn = model.turn(row.turn, earlier=False, setting=False)
    out = Writer()
    head = turn.row
    status = "no status" if head.status is None else str(head.status)
    out.line(f"turn {head.number} · {status} · {head.outcome} · {head.model}", palette.FAINT)
    if head.error:
        out.line(f"error: {head.error}", palette.ERROR)
    for block in turn.answer.blocks if turn.answer else ():
        write_block(out, block, viewing)
    if turn.answer is None and not head.error:
        out.line("no answer could be read (raw shows its bytes)", palette.FAINT)
    _write_figures(out, head, _cost(model, row))
    return out.done()


def _cost(model: ReadModel, row: StepRow) -> Cost | None:
    try:
        return model.costs.parts(bytes.fromhex(row.turn))
    except StoreError:  # the user's own prices cannot be understood; `deck stats` says why
        return None


def _write_figures(out: Writer, row: TurnRow, cost: Cost | None) -> None:
    out.heading("figures")
    usage, each = row.usage, cost or Cost()
    out.pairs(
        (
            ("stop reason", row.stop_reason),
            ("cost", dollars(cost.total) if cost is not None else "not known"),
            ("input tokens", _figure(usage.input, each.input)),
            ("read from cache", _figure(usage.cache_read, each.cache_read)),
            ("written to cache, 5 min", _figure(usage.cache_write_5m, each.cache_write_5m)),
            ("written to cache, 1 h", _figure(usage.cache_write_1h, each.cache_write_1h)),
            ("output tokens", _figure(usage.output, each.output)),
            ("reasoning tokens", _figure(usage.reasoning)),
            ("first byte after", duration(row.first_byte_ms)),
            ("whole answer after", duration(row.duration_ms)),
        )
    )


def _figure(number: int | None, micro_usd: int = 0) -> str:
    """A count, and what it cost."""
    if number is None:
        return ""
    return f"{number:,} · {dollars(micro_usd)}" if micro_usd else f"{number:,}"

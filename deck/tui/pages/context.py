"""What was in the model's window at this turn, in tokens and shares, and what had left it."""

from collections.abc import Sequence

from deck.context.values import KINDS, Composition, Left, Part
from deck.render import bar, plural
from deck.tui import palette
from deck.tui.document import Document, Writer
from deck.tui.model import ReadModel
from deck.tui.pages.blocks import write_block
from deck.tui.pages.viewing import Viewing
from deck.views import StepRow

_BAR = 14
_NAMED = 3  # parts of a kind that are named on its line
_NOUNS = {"tools": "tool", "tool results": "result", "tool calls": "call", "images": "image"}


def build(model: ReadModel, row: StepRow, viewing: Viewing) -> Document:
    """The page; unfolded, with every tool, and with what left in full."""
    found = model.composition(row.turn)
    out = Writer()
    source = "as reported; its parts are estimates" if found.reported else "an estimate, as nothing was reported"
    tokens = (f"{found.tokens:,} tokens", palette.STRONG)
    out.runs([(f"turn {found.number} · ", palette.FAINT), tokens, (f" · {source}", palette.FAINT)])
    if found.before_tokens and found.reported:
        change = found.tokens - found.before_tokens
        out.line(f"since turn {found.before}: {change:+,}", palette.FAINT)
    out.line()
    for kind in KINDS:
        if parts := found.of_kind(kind):
            _write_kind(out, kind, parts, found, viewing)
    if found.left is not None:
        _write_left(out, found.left, viewing)
    return out.done()


def _write_kind(out: Writer, kind: str, parts: Sequence[Part], found: Composition, viewing: Viewing) -> None:
    tokens = sum(part.tokens for part in parts)
    share = tokens / found.tokens if found.tokens else 0.0
    lead = f"{kind:<13}{tokens:>9,} {share:>4.0%} "
    words = plural(sum(part.items for part in parts), _NOUNS.get(kind, "block"))
    if kind == "tools":
        words += f", {sum(1 for part in parts if part.used):,} used so far"
    elif not tokens:
        words += " (withheld by the provider)" if kind == "thinking" else ""
    runs = [(lead, palette.PLAIN), (f"{bar(share, _BAR):<{_BAR}}", palette.RESULT), (f" {words}", palette.FAINT)]
    out.runs(runs, hang=4)
    named = [part for part in parts if part.name]
    if named and not viewing.unfolded:
        more = (f"{len(named) - _NAMED:,} more (f unfolds)",) if len(named) > _NAMED else ()
        out.runs(
            [(" · ".join((*(f"{part.name} {part.tokens:,}" for part in named[:_NAMED]), *more)), palette.FAINT)], 4, 2
        )
    for part in named if viewing.unfolded else ():
        use = "" if kind != "tools" else f" · used {part.used:,}×" if part.used else " · never used"
        items = "" if kind == "tools" else f" · {plural(part.items, _NOUNS[kind])}"
        style = palette.PLAIN if part.used or kind != "tools" else palette.FAINT
        out.runs([(f"  {part.tokens:>20,}  ", palette.FAINT), (part.name, style), (f"{items}{use}", palette.FAINT)])


def _write_left(out: Writer, left: Left, viewing: Viewing) -> None:
    words = f"left at turn {left.number} ({left.edge}): {left.tokens:,} tokens, {plural(len(left.blocks), 'block')}"
    out.line()
    if not viewing.unfolded:
        out.fold(words)
        return
    out.heading(words)
    for block in left.blocks:
        write_block(out, block, viewing, 2)

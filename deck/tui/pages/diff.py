"""What a turn's request sent that the one before did not: messages, system prompt, tools, parameters.

"The one before" is the turn's parent; a turn without one is compared with the turn before it in the session. What
differs is found by `deck.compare`, as for `deck diff`.
"""

from deck.compare.lines import Line, shown
from deck.compare.report import turn_lines
from deck.tui import palette
from deck.tui.document import Document, Writer
from deck.tui.model import ReadModel
from deck.tui.pages.viewing import Viewing
from deck.views import StepRow

TITLE = "diff"
_STYLES = {"=": palette.FAINT, "-": palette.REMOVED, "+": palette.ADDED, "~": palette.STRONG}


def build(model: ReadModel, row: StepRow, viewing: Viewing) -> Document:
    """The page; unfolded, with what is no longer sent, the answers, and noise."""
    out = Writer()
    found = model.turn_before(row.turn)
    if found is None:
        out.line(f"turn {row.turn_number} is the first of its session: all of its request is new", palette.FAINT)
        return out.done()
    before, edge = found
    diff = model.compare_turns(before, row.turn)
    why = edge or "the turn before it; this one begins a thread"
    out.line(f"request of turn {diff.after.number} against turn {diff.before.number} ({why})", palette.FAINT)
    out.line(f"{diff.before.id[:12]}..{diff.after.id[:12]}", palette.FAINT)
    for line in turn_lines(diff, exact=viewing.unfolded, brief=not viewing.unfolded, hint="f unfolds"):
        _write(out, line)
    return out.done()


def _write(out: Writer, line: Line) -> None:
    text = "".join(shown(piece) for piece in line.pieces)
    if line.sign == "#":
        out.heading(text)
    else:
        out.line(f"{line.sign} {text}", _STYLES.get(line.sign, palette.PLAIN), line.indent)

"""What a turn's request sent that another one did not: messages, system prompt, tools, parameters.

The other one is the turn that the user marked, of whichever session, else the turn's parent; a turn without one is
compared with the turn before it in the session. What differs is found by `deck.compare`, as for `deck diff`.
"""

from deck.compare.lines import Line, shown
from deck.compare.parting import parting_text
from deck.compare.report import turn_lines
from deck.compare.values import TurnDiff
from deck.render import short
from deck.tui import palette
from deck.tui.document import Document, Writer
from deck.tui.model import ReadModel
from deck.tui.pages.viewing import Viewing
from deck.views import StepRow

_STYLES = {"=": palette.FAINT, "-": palette.REMOVED, "+": palette.ADDED, "~": palette.STRONG}
_NAME = 60


def build(model: ReadModel, row: StepRow, viewing: Viewing) -> Document:
    """The page; unfolded, with what is no longer sent, the answers, and noise."""
    out = Writer()
    if viewing.marked == row.turn:
        out.line(f"turn {row.turn_number} is the marked turn itself: go to another one", palette.FAINT)
        return out.done()
    found = (viewing.marked, "marked") if viewing.marked else model.turn_before(row.turn)
    if found is None:
        out.line(f"turn {row.turn_number} is the first of its session: all of its request is new", palette.FAINT)
        return out.done()
    before, edge = found
    diff = model.compare_turns(before, row.turn)
    why = edge or "the turn before it; this one begins a thread"
    out.line(f"request of turn {diff.after.number} against turn {diff.before.number} ({why})", palette.FAINT)
    if diff.before.session != diff.after.session:
        _write_sessions(out, model, diff)
    out.line(f"{diff.before.id[:12]}..{diff.after.id[:12]}", palette.FAINT)
    for line in turn_lines(diff, exact=viewing.unfolded, brief=not viewing.unfolded, hint="f unfolds"):
        _write(out, line)
    return out.done()


def _write_sessions(out: Writer, model: ReadModel, diff: TurnDiff) -> None:
    """Which session the other turn is of, and where the two part."""
    out.line(f"turn {diff.before.number} is of session {short(diff.before.session, _NAME)}", palette.FAINT)
    sessions = model.compare_sessions(diff.before.session, diff.after.session, beyond=False)
    out.line(f"the two sessions: {parting_text(sessions)}", palette.STRONG)


def _write(out: Writer, line: Line) -> None:
    if line.sign == "#":
        out.heading("".join(shown(piece) for piece in line.pieces))
        return
    style = _STYLES.get(line.sign, palette.PLAIN)
    runs = [
        (shown(piece), _STYLES[piece.sign] if line.sign == "~" and piece.sign != "=" else style)
        for piece in line.pieces
    ]
    out.runs([(f"{line.sign} ", style), *runs], line.indent, hang=2)

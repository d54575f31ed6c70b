"""The headers of both directions as they are stored (credentials masked), and the links to other turns."""

from deck.tui import palette
from deck.tui.document import Document, Writer
from deck.tui.model import ReadModel
from deck.tui.pages.viewing import Viewing
from deck.views import StepRow


def build(model: ReadModel, row: StepRow, viewing: Viewing) -> Document:
    """The page; nothing in it is folded."""
    turn = model.turn(row.turn, earlier=False, setting=False)
    out = Writer()
    out.line(f"turn {turn.row.number} · {turn.row.id}", palette.FAINT)
    for edge in turn.row.parents:
        call = f" through {edge.call}" if edge.call else ""
        out.line(f"{edge.kind} {edge.turn} ({edge.confidence:.0%}){call}")
    out.heading("request")
    out.pairs(turn.request_headers)
    out.heading("response")
    out.pairs(turn.response_headers)
    return out.done()

"""The two bodies as they were captured, content codings undone: text as text, anything else as a hex dump."""

from deck.render import plural
from deck.tui import palette
from deck.tui.document import Document, Writer
from deck.tui.model import ReadModel
from deck.tui.pages.viewing import Viewing
from deck.views import StepRow

LIMIT = 4 * 2**20
"""Bytes of one body that are shown; `deck checkout --raw` prints all of them."""

_HEX_LIMIT = 64 * 2**10
_HEX_ROW = 16


def build(model: ReadModel, row: StepRow, viewing: Viewing) -> Document:
    """The page; unfolded, with the request's body, which is long."""
    out = Writer()
    out.line(f"turn {row.turn_number} · {row.turn}", palette.FAINT)
    out.heading("response")
    _write_body(out, model.body(row.turn, "response"))
    out.heading("request")
    request = model.body(row.turn, "request")
    if viewing.unfolded:
        _write_body(out, request)
    else:
        out.fold(plural(len(request), "byte"))
    return out.done()


def _write_body(out: Writer, body: bytes) -> None:
    out.line(plural(len(body), "byte"), palette.FAINT)
    shown = body[:LIMIT]
    try:
        # a cut can split a character: then the one broken character is no sign of a body that is no text
        out.text(shown.decode("utf-8", "strict" if shown is body else "replace"))
    except UnicodeDecodeError:
        _write_hex(out, body)
    if len(body) > LIMIT:
        out.line(f"the first {plural(LIMIT, 'byte')}; deck checkout --raw prints all", palette.FAINT)


def _write_hex(out: Writer, data: bytes) -> None:
    for start in range(0, min(len(data), _HEX_LIMIT), _HEX_ROW):
        row = data[start : start + _HEX_ROW]
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in row)
        out.line(f"{start:08x}  {row.hex(' '):<{3 * _HEX_ROW}} {text}")
    if len(data) > _HEX_LIMIT:
        out.line(f"the first {plural(_HEX_LIMIT, 'byte')} of {len(data):,}", palette.FAINT)

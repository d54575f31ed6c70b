"""An image drawn with half blocks: two points of it in each cell, in colours that every terminal has a sequence for."""

import base64
import binascii
from typing import Final

from rich.style import Style

from deck.pictures import Picture
from deck.png import Colour, points
from deck.tui import palette
from deck.tui.document import Writer

_COLUMNS: Final = 60
_ROWS: Final = 24
_UPPER_HALF: Final = "▀"


def write_picture(out: Writer, picture: Picture, indent: int) -> None:
    """Draw it, in at most 60 by 24 cells; say so where it cannot be drawn."""
    columns = min(_COLUMNS, picture.width)
    rows = min(_ROWS, max(columns * picture.height // max(2 * picture.width, 1), 1))
    drawn = points(_bytes(picture.coded), columns, 2 * rows) if columns else []
    for upper, lower in zip(drawn[::2], drawn[1::2], strict=False):
        cells = zip(upper, lower, strict=True)
        out.runs([(_UPPER_HALF, Style(color=_name(top), bgcolor=_name(bottom))) for top, bottom in cells], indent)
    if not drawn:
        out.line("cannot be drawn here: only whole PNG images with up to 4 MB of pixels are", palette.FAINT, indent)


def _bytes(coded: str) -> bytes:
    try:
        return base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _name(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)

"""Images in the detail: what they are, and unfolded what they show."""

import base64
import struct
import zlib

from deck.tui.document import Document, Writer
from deck.tui.pages.blocks import write_content
from deck.tui.pages.viewing import Viewing
from store.reading import Block


def png(width: int, height: int) -> bytes:
    """The upper half is red, the lower one blue."""
    lines = b"".join(b"\0" + (b"\xff\0\0" if line < height // 2 else b"\0\0\xff") * width for line in range(height))
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(lines)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + b"\0" * 4 for name, body in chunks
    )


def shown(data: bytes, *, unfolded: bool, media: str = "image/png") -> Document:
    source = {"type": "base64", "media_type": media, "data": base64.b64encode(data).decode()}
    out = Writer()
    write_content(out, Block("user", "image", data=source), Viewing(unfolded=unfolded))
    return out.done()


def test_an_image_is_told_and_drawn_where_it_is_unfolded() -> None:
    (told,) = shown(png(120, 60), unfolded=False).lines
    assert told.text.endswith(" bytes · 120 × 60 pixels (f draws it)")
    told, *drawn = shown(png(120, 60), unfolded=True).lines
    assert told.text.endswith("120 × 60 pixels")
    assert [line.text for line in drawn] == ["▀" * 60] * 15
    colours = [(style.color.name, style.bgcolor.name) for line in drawn for _, style in line.spans(0, 1)]
    assert colours == [("#ff0000", "#ff0000")] * 7 + [("#ff0000", "#0000ff")] + [("#0000ff", "#0000ff")] * 7


def test_what_cannot_be_drawn_says_so() -> None:
    _, said = shown(png(120, 60)[:50], unfolded=True).lines
    assert said.text.startswith("cannot be drawn here")


def test_nobody_is_told_to_draw_what_is_never_drawn() -> None:
    (told,) = shown(b"\xff\xd8\xff\xe0 a photo", unfolded=False, media="image/jpeg").lines
    assert "image/jpeg" in told.text
    assert "draws" not in told.text

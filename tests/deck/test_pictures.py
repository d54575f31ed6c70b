"""What is told of images, whatever is in them."""

import base64
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deck.pictures import Picture, dimensions, pictures_of
from store.reading import Block


def png(width: int, height: int) -> bytes:
    """A whole PNG file of one colour."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)))
    chunks = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    made = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


NOTES = b"\xff\xe1" + struct.pack(">H", 300) + bytes(298)
FILES = {
    "png": (png(13, 7), (13, 7)),
    "gif": (b"GIF89a" + struct.pack("<HH", 320, 200), (320, 200)),
    "jpeg": (b"\xff\xd8" + NOTES + b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", 480, 640), (640, 480)),
    "webp": (b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 100, 50), (100, 50)),
    "webp lossless": (b"RIFF\0\0\0\0WEBPVP8L" + bytes(4) + b"\x2f" + struct.pack("<I", 99 | 49 << 14), (100, 50)),
    "webp extended": (b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + b"\x63\0\0\x31\0\0", (100, 50)),
    "text": (b"<svg width='3'/>", (0, 0)),
    "endless jpeg": (b"\xff\xd8" + b"\xff\xe1\0\0" * 40, (0, 0)),
}


@pytest.mark.parametrize("name", FILES)
def test_dimensions_stand_in_the_head(name: str) -> None:
    data, found = FILES[name]
    assert dimensions(data) == found
    assert all(dimensions(data[:length]) in (found, (0, 0)) for length in range(len(data)))


@given(st.binary(max_size=64), st.sampled_from(sorted(FILES)))
def test_nothing_raises(tail: bytes, name: str) -> None:
    head = FILES[name][0]
    for length in (2, 12, 16, len(head)):
        width, height = dimensions(head[:length] + tail)
        assert width >= 0 and height >= 0


CODED = base64.b64encode(png(13, 7)).decode()
SEEN = Picture("image/png", len(png(13, 7)), 13, 7, coded=CODED)
ANTHROPIC = {"type": "base64", "media_type": "image/png", "data": CODED}


@pytest.mark.parametrize(
    ("block", "found"),
    [
        (Block("user", "image", data=ANTHROPIC), (SEEN,)),
        (Block("tool", "tool-result", data=[{"type": "image", "source": ANTHROPIC}] * 2), (SEEN, SEEN)),
        (Block("user", "image", data={"image_url": {"url": f"data:image/png;base64,{CODED}"}}), (SEEN,)),
        (Block("user", "image", data={"image_url": f"data:image/png;base64,{CODED}", "detail": "low"}), (SEEN,)),
        (Block("user", "image", data={"mimeType": "image/png", "data": CODED}), (SEEN,)),
        (Block("user", "image", data=CODED), (SEEN._replace(media_type=""),)),
        (Block("user", "image", data={"url": "http://x.test/a.png"}), (Picture("", 0, 0, 0, "http://x.test/a.png"),)),
        (
            Block("user", "image", data={"media_type": "image/png", "data": "no base64!"}),
            (Picture("image/png", 7, 0, 0),),
        ),
        (Block("assistant", "tool-call", data={"source": ANTHROPIC}), ()),
        (Block("user", "text", text="a"), ()),
    ],
)
def test_images_of_every_format_are_found(block: Block, found: tuple[Picture, ...]) -> None:
    assert pictures_of(block) == found


def test_an_image_in_words() -> None:
    assert SEEN.words() == f"image/png · {SEEN.size} bytes · 13 × 7 pixels"
    assert Picture("", 0, 0, 0, "http://x.test").words() == "image · http://x.test"

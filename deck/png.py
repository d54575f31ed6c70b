"""The colours of a PNG image at some of its points, so that a terminal can show what an image is about.

Written out here, over `store.bounded` alone, because the bytes are somebody else's and no image library has to
be trusted with them. What is unusual (interlaced, other than 8 bits), damaged, or too large to be drawn in a moment
gives nothing.
"""

import struct
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from store.bounded import Zlib

Colour = tuple[int, int, int]

MOST_BYTES: Final = 4_000_000
"""Of an image's pixels: about two seconds."""

_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by the colour type of the file
_PALETTE: Final = 3
_BEHIND: Final = 18  # of what is transparent


class _Head(NamedTuple):
    width: int
    height: int
    depth: int
    kind: int
    compression: int
    filtering: int
    interlace: int


def points(data: bytes, columns: int, rows: int) -> list[list[Colour]]:
    """The colours in the middle of so many rectangles, line by line; empty where they cannot be told."""
    try:
        return _points(data, columns, rows)
    except (struct.error, IndexError, ValueError):
        return []  # it is damaged


def _points(data: bytes, columns: int, rows: int) -> list[list[Colour]]:
    chunks = list(_chunks(data))
    head = _Head(*struct.unpack(">IIBBBBB", next((body for name, body in chunks if name == b"IHDR"), b"")))
    channels = _CHANNELS.get(head.kind, 0)
    stride = head.width * channels
    if head.depth != 8 or head.interlace or not 0 < stride * head.height <= MOST_BYTES:
        return []
    packed = b"".join(body for name, body in chunks if name == b"IDAT")
    lines = Zlib((stride + 1) * head.height, "deflate").feed(packed)
    palette = next((body for name, body in chunks if name == b"PLTE"), b"")
    places = [(2 * column + 1) * head.width // (2 * columns) * channels for column in range(columns)]
    wanted = [(2 * row + 1) * head.height // (2 * rows) for row in range(rows)]
    found: dict[int, list[Colour]] = {}
    for number, line in enumerate(_unfiltered(lines, stride, channels)):
        if number in wanted:
            found[number] = [_colour(line[place : place + channels], head.kind, palette) for place in places]
    return [found[number] for number in wanted if number in found]


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_MAGIC)
    while data.startswith(_MAGIC) and at + 8 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        at += size + 12


def _unfiltered(lines: bytes, stride: int, channels: int) -> Iterator[bytes]:
    """The lines of pixels; each is told as what it differs by from the line above and the pixel on its left."""
    above = bytes(stride)
    for at in range(0, len(lines) - stride, stride + 1):
        line = lines[at + 1 : at + 1 + stride]
        match lines[at]:
            case 1:
                whole = bytearray(stride)
                for channel in range(channels):
                    whole[channel::channels] = bytes(each & 255 for each in accumulate(line[channel::channels]))
                line = bytes(whole)
            case 2:
                line = bytes((each + over) & 255 for each, over in zip(line, above, strict=True))
            case 3 | 4 as how:
                line = _from_both(line, above, channels, how)
        yield line
        above = line


def _from_both(line: bytes, above: bytes, channels: int, how: int) -> bytes:
    """A line told as what it differs by from the mean of the two neighbours (3), or from the nearest of three (4)."""
    whole = bytearray(channels) + line  # with a pixel on its left
    corners = bytes(channels) + above
    for place, over in enumerate(above, channels):
        left = whole[place - channels]
        if how == 3:
            near = (left + over) >> 1
        else:
            corner = corners[place - channels]
            to_left, to_over, to_corner = abs(over - corner), abs(left - corner), abs(left + over - 2 * corner)
            near = left if to_left <= min(to_over, to_corner) else over if to_over <= to_corner else corner
        whole[place] = (whole[place] + near) & 255
    return bytes(whole[channels:])


def _colour(pixel: Sequence[int], kind: int, palette: bytes) -> Colour:
    if kind == _PALETTE:
        red, green, blue = palette[3 * pixel[0] : 3 * pixel[0] + 3]
        return red, green, blue
    *shades, last = pixel
    opacity = last if kind in (4, 6) else 255
    shades = shades if kind in (4, 6) else [*shades, last]
    red, green, blue = ((shade * opacity + _BEHIND * (255 - opacity)) // 255 for shade in (shades * 3)[:3])
    return red, green, blue

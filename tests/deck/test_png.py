"""The colours of PNG images, whichever way their lines are told; nothing from what is damaged or too large."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deck.png import MOST_BYTES, points

WIDTH, HEIGHT = 4, 3
PIXELS = [[(40 * x, 80 * y, (x * y * 31) % 256) for x in range(WIDTH)] for y in range(HEIGHT)]


def file(
    lines: bytes, kind: int, *, width: int = WIDTH, height: int = HEIGHT, depth: int = 8, more: bytes = b""
) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", zlib.compress(lines))


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def filtered(how: int) -> bytes:
    """The pixels as RGB, told by one of the five filters of the format's specification."""
    told, above = b"", [0] * (3 * WIDTH)
    for line in PIXELS:
        flat = [shade for pixel in line for shade in pixel]
        left, corner = [0, 0, 0, *flat], [0, 0, 0, *above]
        guesses = [[0, a, b, (a + b) // 2, paeth(a, b, c)][how] for a, b, c in zip(left, above, corner, strict=False)]
        told += bytes([how]) + bytes((each - guess) % 256 for each, guess in zip(flat, guesses, strict=True))
        above = flat
    return told


def paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda each: abs(guess - each))


@pytest.mark.parametrize("how", range(5))
def test_lines_told_by_every_filter(how: int) -> None:
    assert points(file(filtered(how), 2), WIDTH, HEIGHT) == PIXELS


def test_fewer_points_than_pixels_and_more() -> None:
    assert points(file(filtered(0), 2), 1, 1) == [[PIXELS[1][2]]]
    assert points(file(filtered(4), 2), 2 * WIDTH, 1) == [[pixel for pixel in PIXELS[1] for _ in range(2)]]


@pytest.mark.parametrize(
    ("kind", "pixel", "colour"),
    [(0, b"\x50", (80, 80, 80)), (4, b"\x50\xff", (80, 80, 80)), (6, b"\xff\xff\xff\x00", (18, 18, 18))],
)
def test_grey_and_transparent_pixels(kind: int, pixel: bytes, colour: tuple[int, int, int]) -> None:
    assert points(file(b"\0" + pixel, kind, width=1, height=1), 1, 1) == [[colour]]


def test_a_palette() -> None:
    assert points(file(b"\0\1", 3, width=1, height=1, more=chunk(b"PLTE", b"\0\0\0\1\2\3")), 1, 1) == [[(1, 2, 3)]]
    assert points(file(b"\0\7", 3, width=1, height=1, more=chunk(b"PLTE", b"\0\0\0\1\2\3")), 1, 1) == []


def test_what_is_unusual_or_too_large_gives_nothing() -> None:
    assert points(file(filtered(0), 2, depth=16), 1, 1) == []
    assert points(file(filtered(0), 2, width=MOST_BYTES, height=9), 1, 1) == []
    assert points(file(filtered(0), 9), 1, 1) == []
    assert points(file(filtered(0), 2, height=300), 2, 2) == []
    assert points(b"GIF89a", 1, 1) == [] == points(b"", 1, 1)


@given(st.binary(max_size=60), st.integers(0, 120), st.integers(1, 9), st.integers(1, 9))
def test_damage_is_no_trouble(junk: bytes, at: int, columns: int, rows: int) -> None:
    whole = file(filtered(3), 2)
    for found in (points(whole[:at] + junk, columns, rows), points(whole[:at] + junk + whole[at:], columns, rows)):
        assert all(
            len(line) == columns and all(0 <= shade < 256 for pixel in line for shade in pixel) for line in found
        )

"""Images inside messages: media type, size, pixel dimensions. Their pixels are not decoded here.

Dimensions stand in the first bytes of a file, which is all that is looked at: no image library has to be trusted with
bytes that somebody else chose.
"""

import base64
import binascii
import struct
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from store.reading import Block

_HEAD: Final = 64 * 1024  # bytes; before the dimensions of a JPEG may stand its camera's notes
_DEEPEST: Final = 6
_MARKERS_WITH_SIZE: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # "start of frame" of JPEG
_MEMBERS: Final = ("source", "image_url", "inlineData", "inline_data", "file", "fileData", "file_data", "content")
"""Members of a content part in which the formats of the providers put an image."""


class Picture(NamedTuple):
    """An image. ``size`` is in bytes, 0 where only an address leads to it; pixels are 0 where they are not known."""

    media_type: str
    size: int
    width: int
    height: int
    address: str = ""
    coded: str = ""  # its bytes in base64, as they were sent

    def words(self) -> str:
        """What it is, in a line."""
        pixels = f" · {self.width:,} × {self.height:,} pixels" if self.width else ""
        size = f" · {self.size:,} bytes" if self.size else ""
        return f"{self.media_type or 'image'}{size}{pixels}" + (f" · {self.address}" if self.address else "")


def pictures_of(block: Block) -> tuple[Picture, ...]:
    """The images that a block is or holds, in order."""
    if isinstance(block.data, str):
        return (_of_base64("", block.data),) if block.kind == "image" else ()
    return tuple(_found(block.data, 0)) if block.kind in ("image", "tool-result", "other") else ()


def _found(value: Any, depth: int) -> Iterator[Picture]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _found(item, depth + 1)
    elif isinstance(value, Mapping):
        picture = _picture(value)
        if picture is not None:
            yield picture
            return
        for name in _MEMBERS:
            if name in value:
                inner = value[name]
                yield from _found(
                    {"url": inner} if name == "image_url" and isinstance(inner, str) else inner, depth + 1
                )


def _picture(source: Mapping[str, Any]) -> Picture | None:
    """The image in a source of the Messages API, a URL of OpenAI's formats, or a part of Gemini's."""
    names = ("media_type", "mimeType", "mime_type")
    media = next((source[name] for name in names if isinstance(source.get(name), str)), "")
    data = source.get("data")
    if isinstance(data, str) and media.startswith("image/"):
        return _of_base64(media, data)
    url = next((source[name] for name in ("url", "fileUri", "file_uri") if isinstance(source.get(name), str)), "")
    if url.startswith("data:image/"):
        head, _, coded = url.partition(",")
        return _of_base64(head[5:].partition(";")[0], coded)
    if url and (media.startswith("image/") or not media):
        return Picture(media, 0, 0, 0, url)
    return None


def _of_base64(media: str, coded: str) -> Picture:
    size = len(coded) * 3 // 4 - coded[-2:].count("=")
    try:
        head = base64.b64decode(coded[: _HEAD // 3 * 4], validate=True)
    except (binascii.Error, ValueError):
        return Picture(media, size, 0, 0)
    return Picture(media, size, *dimensions(head), coded=coded)


def dimensions(head: bytes) -> tuple[int, int]:
    """(width, height) in the first bytes of a PNG, GIF, WebP or JPEG file; (0, 0) where they are not told."""
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            return _pair(struct.unpack_from(">II", head, 16))
        if head.startswith((b"GIF87a", b"GIF89a")):
            return _pair(struct.unpack_from("<HH", head, 6))
        if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
            return _webp(head)
        return _jpeg(head) if head.startswith(b"\xff\xd8") else (0, 0)
    except (struct.error, IndexError):
        return 0, 0  # it ends too early


def _pair(numbers: tuple[Any, ...]) -> tuple[int, int]:
    return int(numbers[0]), int(numbers[1])


def _webp(head: bytes) -> tuple[int, int]:
    match head[12:16]:
        case b"VP8X":
            width, height = struct.unpack_from("<I", head, 24)[0] & 0xFFFFFF, struct.unpack_from("<I", head, 26)[0] >> 8
            return width + 1, height + 1
        case b"VP8L":
            bits = struct.unpack_from("<I", head, 21)[0]
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width, height = _pair(struct.unpack_from("<HH", head, 26))
            return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def _jpeg(head: bytes) -> tuple[int, int]:
    at = 2
    while head[at] == 0xFF:
        marker = head[at + 1]
        if marker in _MARKERS_WITH_SIZE:
            height, width = _pair(struct.unpack_from(">HH", head, at + 5))
            return width, height
        at += 2 + max(struct.unpack_from(">H", head, at + 2)[0], 2)
    return 0, 0

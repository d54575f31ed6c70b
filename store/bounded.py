"""Decompressing with a bound: the one place of the archive that undoes any compression.

The bytes are hostile, on the wire and in a pack somebody else made: a few hundred of them can stand for gigabytes.
So every decoder has ``room``, the most bytes that it may still give, and stops there or a few MB after; none asks for a
large buffer because a header says so. Nothing here raises on what it reads: ``failed`` says in words why the output is
not all. A stream that merely stops early is no failure: it gives what had arrived. brotli is imported when it is first
needed.
"""

import zlib
from typing import Final, Protocol

import zstandard

CODING_WINDOW: Final = 8 * 2**20  # RFC 9659: a larger window is not allowed in a content coding
_MAX_MEMBERS: Final = 10_000  # of gzip, frames of zstd; each costs a decoder; 64 MB of empty ones would cost minutes
_ZLIB_PIECE: Final = 16 * 2**10  # input per call; bounds what `unused_data` copies
_BROTLI_PIECE: Final = 32  # brotli 1.1 has no output bound; one 16 MB block of output needs about 10 bytes of input
_ZSTD_PIECE: Final = 256  # input per call; zstd has no output bound, and four bytes can stand for 128 KB: 8 MB


class Layer(Protocol):
    """One compressed stream, fed as it arrives."""

    failed: str
    room: int

    @property
    def is_whole(self) -> bool:
        """Whether the stream is at its end."""

    def feed(self, data: bytes) -> bytes:
        """What the new bytes decode to, at most ``room`` bytes. Once ``failed`` is set, it is of no further use."""


class Identity:
    """No compression at all."""

    def __init__(self, limit: int) -> None:
        self.failed = ""
        self.room = limit

    def feed(self, data: bytes) -> bytes:
        """See `Layer`."""
        if len(data) > self.room:
            self.failed = _too_long("identity")
            data = data[: self.room]
        self.room -= len(data)
        return data

    @property
    def is_whole(self) -> bool:
        """See `Layer`."""
        return True


class Zlib:
    """gzip (which may have several members) and deflate (which servers send with and without a zlib header)."""

    def __init__(self, limit: int, name: str) -> None:
        self.failed = ""
        self._name = name
        self.room = limit
        self._members = 0
        self._held = b""  # the first byte of a deflate body: two are needed to tell its two forms apart
        self._codec = zlib.decompressobj(zlib.MAX_WBITS | 16) if name == "gzip" else None

    @property
    def is_whole(self) -> bool:
        """See `Layer`."""
        return self._codec is not None and self._codec.eof

    def feed(self, data: bytes) -> bytes:
        """See `Layer`."""
        if self._codec is None:
            data = self._held + data
            if len(data) < 2:
                self._held = data
                return b""
            has_header = data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0
            self._codec = zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)
        parts: list[bytes] = []
        for start in range(0, len(data), _ZLIB_PIECE):
            self._piece(self._codec, data[start : start + _ZLIB_PIECE], parts)
            if self.failed:
                break
        return b"".join(parts)

    def _piece(self, codec: "zlib._Decompress", data: bytes, parts: list[bytes]) -> None:
        while data:
            if codec.eof:
                self._members += 1
                if self._name != "gzip" or self._members >= _MAX_MEMBERS:
                    self.failed = f"{self._name}: data after its end"
                    return
                codec = self._codec = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                # one byte more than fits, so that output which exactly fills the limit is no failure
                out = codec.decompress(data, self.room + 1)
            except zlib.error as error:
                self.failed = f"{self._name}: {error}"
                return
            if len(out) > self.room:
                self.failed = _too_long(self._name)
                out = out[: self.room]
            self.room -= len(out)
            parts.append(out)
            if self.failed:
                return
            data = codec.unused_data


class Brotli:
    """brotli."""

    def __init__(self, limit: int) -> None:
        import brotli  # type: ignore[import-untyped]

        self.failed = ""
        self.room = limit
        self._codec = brotli.Decompressor()
        self._error: type[Exception] = brotli.error

    @property
    def is_whole(self) -> bool:
        """See `Layer`."""
        return bool(self._codec.is_finished())

    def feed(self, data: bytes) -> bytes:
        """See `Layer`."""
        parts: list[bytes] = []
        for start in range(0, len(data), _BROTLI_PIECE):
            if self._codec.is_finished():
                self.failed = "br: data after its end"
                break
            try:
                out = self._codec.process(data[start : start + _BROTLI_PIECE])
            except self._error as error:
                self.failed = f"br: {error}"
                break
            if len(out) > self.room:
                self.failed = _too_long("br")
                out = out[: self.room]
            self.room -= len(out)
            parts.append(out)
            if self.failed:
                break
        return b"".join(parts)


class Zstd:
    """zstd, frame after frame."""

    def __init__(self, limit: int, max_window: int = CODING_WINDOW, piece: int = _ZSTD_PIECE) -> None:
        """``piece`` bytes are decoded at a time, which can give 32 KB each before the limit is seen."""
        self.failed = ""
        self.room = limit
        self._piece_bytes = piece
        self._frames = 0
        self._maker = zstandard.ZstdDecompressor(max_window_size=max_window)
        self._codec = self._maker.decompressobj()

    @property
    def is_whole(self) -> bool:
        """See `Layer`."""
        return bool(self._codec.eof)

    def feed(self, data: bytes) -> bytes:
        """See `Layer`. (The library's stream writer would be shorter, but keeps output back that was flushed.)"""
        parts: list[bytes] = []
        for start in range(0, len(data), self._piece_bytes):
            self._piece(data[start : start + self._piece_bytes], parts)
            if self.failed:
                break
        return b"".join(parts)

    def _piece(self, data: bytes, parts: list[bytes]) -> None:
        while data and not self.failed:
            if self._codec.eof:
                self._frames += 1
                if self._frames >= _MAX_MEMBERS:
                    self.failed = "zstd: too many frames"
                    return
                self._codec = self._maker.decompressobj()
            try:
                out = self._codec.decompress(data)
            except zstandard.ZstdError as error:
                self.failed = f"zstd: {error}"
                return
            if len(out) > self.room:
                self.failed = _too_long("zstd")
                out = out[: self.room]
            self.room -= len(out)
            parts.append(out)
            data = self._codec.unused_data


def _too_long(name: str) -> str:
    return f"{name}: longer than the limit"

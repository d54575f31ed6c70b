"""Content codings of HTTP bodies, undone with a bound.

A captured body stays as it was on the wire; what a reading needs is a decoded copy. The bytes are hostile: a few
hundred of them can stand for gigabytes, so no coding is ever asked for more than ``limit`` bytes, and nothing here
raises. A stream that merely stops early is no failure: it gives what had arrived. Codec libraries are imported when a
body first needs them.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

DEFAULT_LIMIT: Final = 64 * 2**20
_MAX_LAYERS: Final = 4  # "gzip, gzip, gzip, …" is an attack, not a habit
_MAX_GZIP_MEMBERS: Final = 10_000  # each costs a decoder; 64 MB of empty ones would cost minutes
_ZLIB_PIECE: Final = 16 * 2**10  # input per call; bounds what `unused_data` copies
_BROTLI_PIECE: Final = 32  # brotli 1.1 has no output bound; one 16 MB block of output needs about 10 bytes of input
_ZSTD_WINDOW: Final = 8 * 2**20  # RFC 9659: a larger window is not allowed in a content coding


@dataclass(frozen=True, slots=True)
class Decoded:
    """``data`` is what could be decoded; ``failed`` says in words why it is not all, or is empty."""

    data: bytes
    failed: str = ""


class _Layer(Protocol):
    """One coding. ``feed`` gives what the new bytes decode to; it sets ``failed`` instead of raising."""

    failed: str

    def feed(self, data: bytes) -> bytes: ...


class Decoder:
    """Undoes the codings of one ``Content-Encoding`` value while the body arrives.

    ``limit`` is the most bytes that any one layer may give. Once ``failed`` is set (a reason in words), every further
    call gives ``b""``. Never raises.
    """

    def __init__(self, content_encoding: str, limit: int = DEFAULT_LIMIT) -> None:
        self.failed = ""
        self._layers: list[_Layer] = []
        names = [name.strip().lower() for name in content_encoding.split(",")]
        names = [name for name in names if name not in ("", "identity")]
        if len(names) > _MAX_LAYERS:
            self.failed = f"{len(names)} content codings on top of each other"
            return
        for name in reversed(names):
            make = _LAYERS.get(name)
            if make is None:
                self.failed = f"unknown content coding {name[:40]!r}"
                return
            try:
                self._layers.append(make(limit))
            except ImportError:
                self.failed = f"no decoder for content coding {name!r} is installed"
                return
        if not self._layers:
            self._layers.append(_Identity(limit))

    def feed(self, data: bytes) -> bytes:
        """What the body's next bytes decode to, as far as that is known yet."""
        if self.failed:
            return b""
        for layer in self._layers:
            data = layer.feed(data)
            self.failed = self.failed or layer.failed
        return data

    def flush(self) -> bytes:
        """The rest after the last `feed`: nothing for these codings, which hold no decoded byte back."""
        return b""


def decode(body: bytes, content_encoding: str, limit: int = DEFAULT_LIMIT) -> Decoded:
    """A whole body decoded at once; see `Decoder`."""
    decoder = Decoder(content_encoding, limit)
    data = decoder.feed(body) + decoder.flush()
    return Decoded(data, decoder.failed)


class _Identity:
    def __init__(self, limit: int) -> None:
        self.failed = ""
        self._room = limit

    def feed(self, data: bytes) -> bytes:
        if len(data) > self._room:
            self.failed = _too_long("identity")
            data = data[: self._room]
        self._room -= len(data)
        return data


class _Zlib:
    """gzip (which may have several members) and deflate (which servers send with and without a zlib header)."""

    def __init__(self, limit: int, name: str) -> None:
        self.failed = ""
        self._name = name
        self._room = limit
        self._members = 0
        self._held = b""  # the first byte of a deflate body: two are needed to tell its two forms apart
        self._codec = zlib.decompressobj(zlib.MAX_WBITS | 16) if name == "gzip" else None

    def feed(self, data: bytes) -> bytes:
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
                if self._name != "gzip" or self._members >= _MAX_GZIP_MEMBERS:
                    self.failed = f"{self._name}: data after its end"
                    return
                codec = self._codec = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                # one byte more than fits, so that output which exactly fills the limit is no failure
                out = codec.decompress(data, self._room + 1)
            except zlib.error as error:
                self.failed = f"{self._name}: {error}"
                return
            if len(out) > self._room:
                self.failed = _too_long(self._name)
                out = out[: self._room]
            self._room -= len(out)
            parts.append(out)
            if self.failed:
                return
            data = codec.unused_data


class _Brotli:
    def __init__(self, limit: int) -> None:
        import brotli  # type: ignore[import-untyped]

        self.failed = ""
        self._room = limit
        self._codec = brotli.Decompressor()
        self._error: type[Exception] = brotli.error

    def feed(self, data: bytes) -> bytes:
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
            if len(out) > self._room:
                self.failed = _too_long("br")
                out = out[: self._room]
            self._room -= len(out)
            parts.append(out)
            if self.failed:
                break
        return b"".join(parts)


class _Full(Exception):
    """Leaves the zstd decoder from inside when its output has reached the limit."""


class _Zstd:
    """zstd, frame after frame: the stream writer goes on to the next frame and hands output over in small pieces."""

    def __init__(self, limit: int) -> None:
        import zstandard

        self.failed = ""
        self._room = limit
        self._parts: list[bytes] = []
        self._error: type[Exception] = zstandard.ZstdError
        codec = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._writer = codec.stream_writer(self, write_size=64 * 2**10, closefd=False)  # type: ignore[arg-type]

    def write(self, data: bytes) -> int:
        """Takes output from the stream writer, for which this object is the file."""
        part = bytes(data[: self._room])
        self._room -= len(part)
        self._parts.append(part)
        if len(part) < len(data):
            raise _Full
        return len(part)

    def feed(self, data: bytes) -> bytes:
        try:
            self._writer.write(data)
        except _Full:
            self.failed = _too_long("zstd")
        except self._error as error:
            self.failed = f"zstd: {error}"
        out = b"".join(self._parts)
        self._parts.clear()
        return out


def _too_long(name: str) -> str:
    return f"{name}: longer than the limit"


_LAYERS: Final[dict[str, Callable[[int], _Layer]]] = {
    "gzip": lambda limit: _Zlib(limit, "gzip"),
    "x-gzip": lambda limit: _Zlib(limit, "gzip"),
    "deflate": lambda limit: _Zlib(limit, "deflate"),
    "br": _Brotli,
    "zstd": _Zstd,
}

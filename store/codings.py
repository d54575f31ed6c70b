"""Content codings of HTTP bodies, undone with a bound.

A captured body stays as it was on the wire; what a reading needs is a decoded copy. The bytes are hostile: a few
hundred of them can stand for gigabytes, so no coding is ever asked for more than ``limit`` bytes, and nothing here
raises. A stream that merely stops early is no failure: it gives what had arrived. `store.bounded` does the work.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from store.bounded import Brotli, Identity, Layer, Zlib, Zstd

DEFAULT_LIMIT: Final = 64 * 2**20
_STEP: Final = 1 << 12
_LITTLE: Final = 32  # bytes that stand for 16 MB at most (brotli)
_LITTLE_OF_DEFLATE: Final = 256  # for 264 KB at most: deflate makes of nothing more than 1,032 times as much
_MAX_LAYERS: Final = 4  # "gzip, gzip, gzip, …" is an attack, not a habit


@dataclass(frozen=True, slots=True)
class Decoded:
    """``data`` is what could be decoded; ``failed`` says in words why it is not all, or is empty."""

    data: bytes
    failed: str = ""


class Decoder:
    """Undoes the codings of one ``Content-Encoding`` value while the body arrives.

    ``limit`` is the most bytes that any one layer may give. Once ``failed`` is set (a reason in words), every further
    call gives ``b""``; `has_given` tells whether anything has come out. Never raises.
    """

    def __init__(self, content_encoding: str, limit: int = DEFAULT_LIMIT) -> None:
        self.failed = ""
        self.has_given = False
        self._layers: list[Layer] = []
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
            self._layers.append(Identity(limit))
        is_deflated = len(self._layers) == 1 and isinstance(self._layers[0], Zlib)
        self._little = _LITTLE_OF_DEFLATE if is_deflated else _LITTLE

    def feed(self, data: bytes) -> bytes:
        """What the body's next bytes decode to, as far as that is known yet."""
        if self.failed:
            return b""
        for layer in self._layers:
            data = layer.feed(data)
            self.failed = self.failed or layer.failed
        self.has_given = self.has_given or bool(data)
        return data

    def feed_some(self, data: bytes, most: int) -> tuple[bytes, bytes]:
        """`feed`, but it stops soon after ``most`` bytes have come out; and what of ``data`` was not looked at."""
        parts: list[bytes] = []
        at = size = 0
        while at < len(data) and size <= most and not self.failed:
            parts.append(self.feed(data[at : at + self._little]))
            at += self._little
            size += len(parts[-1])
        return b"".join(parts), b"" if self.failed else data[at:]

    def end(self) -> None:
        """Nothing more comes, and nothing is missing: a coding that breaks off before its first byte was none."""
        if not self.failed and not self.has_given and not all(layer.is_whole for layer in self._layers):
            self.failed = "it breaks off before its first byte"


def decode(body: bytes, content_encoding: str, limit: int = DEFAULT_LIMIT, *, is_whole: bool = False) -> Decoded:
    """A body decoded at once; see `Decoder`. Where it ``is_whole``, it has a coding only if one comes to something."""
    decoder = Decoder(content_encoding, limit)
    data = decoder.feed(body)
    if is_whole and body:
        decoder.end()
    return Decoded(data, decoder.failed)


def decodable(body: bytes, content_encoding: str, limit: int = DEFAULT_LIMIT) -> bytes:
    """All that can be undone of a body whose coding breaks somewhere, to the last byte before that."""
    step = 0
    sound = Decoder(content_encoding, limit)
    found: list[bytes] = []
    while step < len(body):
        trial = sound.feed(body[step : step + _STEP])
        if sound.failed:
            break
        found.append(trial)
        step += _STEP
    by_byte = Decoder(content_encoding, limit)
    by_byte.feed(body[:step])
    found += [by_byte.feed(body[at : at + 1]) for at in range(step, min(step + _STEP, len(body)))]
    return b"".join(found)


_LAYERS: Final[dict[str, Callable[[int], Layer]]] = {
    "gzip": lambda limit: Zlib(limit, "gzip"),
    "x-gzip": lambda limit: Zlib(limit, "gzip"),
    "deflate": lambda limit: Zlib(limit, "deflate"),
    "br": Brotli,
    "zstd": Zstd,
}

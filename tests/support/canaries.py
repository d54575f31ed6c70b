"""Secrets that a test plants, and the search for any piece of them in what a recorder wrote.

A piece is `PIECE` characters in a row. Looked at are all files as they lie on the disk, all objects of the archive, and
what either gives when escapes, base64, gzip and zstd are undone.
"""

import base64
import binascii
import random
import re
import string
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

import re2
import zstandard
from secrets_planted import RULES, in_markers, private_key, secret

from store.archive import Archive

PIECE = 12
"""Characters in a row that count as a leak."""

_CHANCE = random.SystemRandom()
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_ESCAPE = re.compile(rb'\\u([0-9a-fA-F]{4})|\\([\\"/bfnrt])')
_LAYERS = 4
_ZSTD, _GZIP = b"\x28\xb5\x2f\xfd", b"\x1f\x8b"


class Planted:
    """Secrets that no other run has, each told by its place."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}

    def ruled(self, place: str, rule: str = "") -> str:
        """A secret in the form of a rule."""
        return self._put(place, secret(rule or _CHANCE.choice([each for each in RULES if each != "jwt"]), self._seed()))

    def odd(self, place: str) -> str:
        """A secret in no form at all, which only the place tells."""
        return self._put(place, "9q" + "".join(_CHANCE.choices(string.ascii_letters + string.digits, k=30)))

    def pin(self, place: str) -> str:
        """Digits."""
        return self._put(place, "7" + "".join(_CHANCE.choices(string.digits, k=15)))

    def key(self, place: str) -> str:
        """A private key in its markers."""
        return in_markers(self._put(place, private_key(self._seed())))

    def _put(self, place: str, value: str) -> str:
        self.secrets[place] = value
        return value

    def _seed(self) -> int:
        return _CHANCE.getrandbits(64)


class Search:
    """Looks for pieces of secrets that are told by the places where they were planted."""

    def __init__(self, planted: dict[str, str]) -> None:
        self._owners = {
            secret[at : at + PIECE].encode(): place
            for place, secret in planted.items()
            for at in range(len(secret) - PIECE + 1)
        }
        options = re2.Options()
        options.max_mem, options.encoding = 256 << 20, re2.Options.Encoding.LATIN1
        self._pattern = re2.compile(b"|".join(re2.escape(piece) for piece in self._owners), options)

    def places_in(self, data: bytes) -> set[str]:
        """The places whose secrets show in ``data``, however it is decoded."""
        return {self._owners[found] for view in _views(data) for found in self._pattern.findall(view)}

    def on_disk(self, folders: Iterable[Path]) -> set[str]:
        """What shows in any file below these folders: its place and the file."""
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return {f"{place} in {path.name}" for path in files for place in self.places_in(path.read_bytes())}

    def in_objects(self, archive: Path) -> set[str]:
        """What shows in any object of an archive: its place and the object's kind."""
        with Archive.open(archive) as opened:
            names = [bytes(row[0]) for row in opened.index.db.execute("SELECT id FROM objects").fetchall()]
            found = [opened.get(name) for name in names]
        return {f"{place} in a {each.kind}" for each in found for place in self.places_in(each.payload)}


def _views(data: bytes) -> Iterator[bytes]:
    """The data as it is, and each way to decode it a few layers deep."""
    yield data
    layer = data
    for _ in range(_LAYERS):
        before, layer = layer, _unescaped(layer)
        if layer == before:
            break
        yield layer
    yield unquote_to_bytes(data)
    for found in _BASE64.finditer(data):
        yield from _in_base64(found.group())
    yield from _unpacked(data)


def _unescaped(data: bytes) -> bytes:
    def undone(found: re.Match[bytes]) -> bytes:
        if found[1]:
            return chr(int(found[1], 16)).encode("utf-8", "surrogatepass")
        return {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f"}.get(found[2], found[2])

    return _ESCAPE.sub(undone, data)


def _in_base64(characters: bytes) -> Iterator[bytes]:
    usual = characters.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    for start in range(4):
        part = usual[start:]
        with_padding = part[: len(part) - (len(part) % 4 == 1)]
        try:
            yield base64.b64decode(with_padding + b"=" * (-len(with_padding) % 4))
        except binascii.Error:
            continue


def _unpacked(data: bytes) -> Iterator[bytes]:
    """What gzip and zstd streams that begin anywhere hold, as far as they go."""
    for at in _all(data, _GZIP):
        codec = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            yield codec.decompress(data[at:], 1 << 24)
        except zlib.error:
            continue
    for at in _all(data, _ZSTD):
        try:
            yield zstandard.ZstdDecompressor().decompressobj().decompress(data[at:])
        except zstandard.ZstdError:
            continue


def _all(data: bytes, wanted: bytes) -> Iterator[int]:
    at = data.find(wanted)
    while at >= 0:
        yield at
        at = data.find(wanted, at + 1)

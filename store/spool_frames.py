"""The bytes of one spool file: frames, whose payloads are `store.spool_exchange`'s.

A file is a beginning with a salt and then frames: ms since the exchange's start * 8 + kind, payload length, checksum
(little-endian u32 each), payload. The checksum is the payload's Adler-32, begun with the first number and the salt:
CRC-32 costs more for every piece of a stream than all else here, as its tables have left the processor's cache when the
next piece comes.

Frames stand in the first `FIRST` bytes until one does not fit, and from then on behind them; long pieces of the request
are always there. What goes on there has a salt of its own, made from where the first part ends: should a power cut take
some of that part away, nothing is put together that was not. A frame that is cut, damaged or left from an earlier use
of the file ends its part, and so do zeros (space reserved for what was still to come): what stands before is what had
arrived. A file without a beginning is free.
Pure functions; `store.spool` does the I/O.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

_MAGIC = b"DECKSPOOL5\n"
_SALT_BYTES = 4
BEGINNING: Final = len(_MAGIC) + _SALT_BYTES  # bytes before the first frame
_MIXER = 0x9E3779B1  # odd, near 2^32 over the golden ratio (Knuth): neighbours end far apart
FIRST: Final = 64 << 10  # bytes of a file's first part
_HEADER = struct.Struct("<III")
_KIND_BITS = 3
_pack_header = _HEADER.pack
_checksum = zlib.adler32
_MAX_MS = (1 << 32 - _KIND_BITS) - 1  # six days


class Kind(IntEnum):
    """What a frame holds."""

    REQUEST_HEAD = 1
    REQUEST_DATA = 2
    REQUEST_END = 3
    RESPONSE_HEAD = 4
    RESPONSE_DATA = 5
    END = 6
    REQUEST_SAME = 7  # what the request has in common with a body in the archive


_KINDS = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; ``at_ms`` is the offset from the exchange's start."""

    kind: Kind
    at_ms: int
    payload: bytes


def beginning(salt: int) -> bytes:
    """The first bytes of a file; ``salt`` (32 bits) tells its frames from those of an earlier use of it."""
    return _MAGIC + salt.to_bytes(_SALT_BYTES, "little")


def pack(kind: int, at_ms: int, payload: bytes, salt: int) -> bytes:
    """The bytes of one frame."""
    first = (at_ms if 0 <= at_ms <= _MAX_MS else _nearest(at_ms)) << _KIND_BITS | kind
    return _pack_header(first, len(payload), _checksum(payload, first ^ salt)) + payload


def pack_pieces(kind: int, at_ms: int, pieces: Sequence[bytes], salt: int) -> bytes:
    """What stands before ``pieces``, one behind the other, to make them one frame."""
    first = _nearest(at_ms) << _KIND_BITS | kind
    checksum = first ^ salt
    for piece in pieces:
        checksum = _checksum(piece, checksum)
    return _pack_header(first, sum(map(len, pieces)), checksum)


def _nearest(at_ms: int) -> int:
    return min(max(at_ms, 0), _MAX_MS)


def rest_salt(salt: int, used: int) -> int:
    """The salt of what goes on behind a first part of which ``used`` bytes are in use."""
    return ((salt + used) * _MIXER ^ used << 16) & 0xFFFFFFFF


def salt_in(data: bytes) -> int | None:
    """The salt in the beginning of a file; None where it has none."""
    if not data.startswith(_MAGIC) or len(data) < BEGINNING:
        return None
    return int.from_bytes(data[len(_MAGIC) : BEGINNING], "little")


def frames(data: bytes) -> Iterator[Frame]:
    """The whole frames of a spool file, in order for each direction; none from where a part is cut or damaged on."""
    salt = salt_in(data)
    if salt is None:
        return
    used = BEGINNING
    first = data[:FIRST]
    while (found := _frame(first, used, salt)) is not None:
        used = found[1]
        yield found[0]
    position, goes_on = FIRST, rest_salt(salt, used)
    while True:
        found = _frame(data, position, salt)
        if found is None or found[0].kind is not Kind.REQUEST_DATA:
            found = _frame(data, position, goes_on)
            if found is None or found[0].kind is Kind.REQUEST_DATA:
                return
        position = found[1]
        yield found[0]


def _frame(data: bytes, position: int, salt: int) -> tuple[Frame, int] | None:
    """The whole frame at ``position``, and where it ends."""
    start = position + _HEADER.size
    if start > len(data):
        return None
    first, length, checksum = _HEADER.unpack_from(data, position)
    kind = first & (1 << _KIND_BITS) - 1
    payload = data[start : start + length]
    if kind not in _KINDS or len(payload) < length or _checksum(payload, first ^ salt) != checksum:
        return None
    return Frame(Kind(kind), first >> _KIND_BITS, payload), start + length

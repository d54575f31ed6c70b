"""Journals: what happened in the archive and in which order, one file a writer, hash-chained.

    file   = header (64 bytes: magic(8) archive id(16) started(8) zeros(16) chain(16)) record*
    record = type(1) time(6) record number(4) block offset(5) object id(32) chain(16)       64 bytes, little-endian
    chain  = BLAKE3(chain before + the first 48 bytes)[:16];  before the header, nothing

The record number and block offset say where in the writer's pack the object lies, so turns are found without any
index. Payloads live in the pack, so a purge leaves a chain that still verifies. Times never run backward in a file.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple

from blake3 import blake3

from store.errors import Damaged

MAGIC: Final = b"DECKJN01"
RECORD_BYTES: Final = 64
CHAIN_BYTES: Final = 16
BODY_BYTES: Final = RECORD_BYTES - CHAIN_BYTES
NO_OBJECT: Final = bytes(32)


class Type(IntEnum):
    """What a record says; the number stands in the journal and never changes its meaning."""

    COMMIT = 1  # a turn
    LINK = 2  # a later edge or correction; views prefer it
    GAP = 3  # something could not be kept; the blob says what
    RECOVERED = 4  # the turn was finished from the spool
    NOTE = 5
    PURGE = 6  # a tombstone
    HOLD = 7
    VIEW = 8
    CHECKPOINT = 9
    RUN = 10  # a launch began, or (a run that names another) ended
    SEAL = 11  # the writer closed; nothing follows


COMMITS: Final = frozenset({Type.COMMIT, Type.RECOVERED})
"""Records that make a turn part of the archive's history."""
OBJECT_KINDS: Final = {
    Type.COMMIT: "turn",
    Type.RECOVERED: "turn",
    Type.LINK: "blob",
    Type.GAP: "blob",
    Type.PURGE: "blob",
    Type.RUN: "run",
    Type.NOTE: "note",
    Type.CHECKPOINT: "blob",
}
"""The kind of the object that a record of each type names; of other types nothing is known yet."""


class Record(NamedTuple):
    """One record; ``place`` is the object's record number in the pack, ``offset`` its block's offset in the file."""

    type: Type
    time_ms: int
    object_id: bytes = NO_OBJECT
    place: int = 0
    offset: int = 0


def header(archive_id: bytes, started_ms: int) -> bytes:
    """The first bytes of a journal."""
    head = (MAGIC + archive_id + started_ms.to_bytes(8, "little")).ljust(BODY_BYTES, b"\0")
    return head + follow(b"", head)


def is_header(head: bytes, archive_id: bytes) -> bool:
    """Whether these are the first bytes of a journal of this archive, undamaged."""
    return head == header(archive_id, started_ms(head))


def started_ms(head: bytes) -> int:
    """When the writer of a journal with these first bytes began, in Unix ms."""
    return int.from_bytes(head[24:32], "little")


def seed(head: bytes) -> bytes:
    """The chain value before the first record: the header's last bytes, so that other damage to it breaks no chain."""
    return head[-CHAIN_BYTES:]


def encode(record: Record, chain: bytes) -> bytes:
    """The 64 bytes of a record that follows the chain value ``chain``; their last 16 are the next one."""
    body = (
        bytes((record.type,))
        + record.time_ms.to_bytes(6, "little")
        + record.place.to_bytes(4, "little")
        + record.offset.to_bytes(5, "little")
        + record.object_id
    )
    return body + follow(chain, body)


def follow(chain: bytes, body: bytes) -> bytes:
    """The chain value after a record (its first 48 bytes) that follows the value ``chain``."""
    return blake3(chain + body).digest(length=CHAIN_BYTES)


def parse(body: bytes, where: str = "") -> Record:
    """The record in its first 48 bytes. Raises `Damaged` where it has a type that is none."""
    try:
        kind = Type(body[0])
    except ValueError as error:
        raise Damaged(f"a journal record has the unknown type {body[0]}", where=where) from error
    time_ms, place, offset = (int.from_bytes(body[a:b], "little") for a, b in ((1, 7), (7, 11), (11, 16)))
    return Record(kind, time_ms, body[16:48], place, offset)


def decode(data: bytes, chain: bytes, position: int) -> tuple[Record, bytes]:
    """The record at ``position`` and the chain value after it. Raises `Damaged` where the chain breaks."""
    body = data[position : position + BODY_BYTES]
    stored = data[position + BODY_BYTES : position + RECORD_BYTES]
    if follow(chain, body) != stored:
        raise Damaged("the journal's chain breaks", where=f"offset {position}")
    return parse(body, f"offset {position}"), stored


def records(data: bytes, chain: bytes, position: int) -> Iterator[tuple[Record, bytes]]:
    """Records from ``position`` on, each with the chain value after it. A torn one ends it, a broken one raises."""
    while position + RECORD_BYTES <= len(data):
        record, chain = decode(data, chain, position)
        yield record, chain
        position += RECORD_BYTES

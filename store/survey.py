"""What the bytes of one pack or journal hold, damage and all: for checking it and for repairing it. No I/O here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from store import journal, pack
from store.errors import Damaged
from store.journal import Record
from store.pack import BLOCK_HEADER, HEADER_BYTES, NEW_FRAME, FrameReader


class SoundBlock(NamedTuple):
    """A block that decodes: offsets in the file, flags, the number of its first record."""

    start: int
    stop: int
    flags: int
    first: int


class Damage(NamedTuple):
    """Bytes ``start`` to ``stop`` of a pack that give no objects, and why."""

    start: int
    stop: int
    why: str


@dataclass(slots=True)
class PackSurvey:
    """A pack's sound blocks and its damage, each in their order. ``tail`` is damage that nothing sound follows."""

    blocks: list[SoundBlock] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    tail: Damage | None = None


def survey_pack(data: bytes) -> PackSurvey:
    """Decode every block of a pack, frame by frame."""
    found = PackSurvey()
    reader: FrameReader | None = None
    expected, records = HEADER_BYTES, 0
    for start, flags, first, body in pack.scan(data, HEADER_BYTES):
        if start != expected:
            found.damage.append(Damage(expected, start, "no sound block stands here"))
            reader = None
        expected = start + BLOCK_HEADER + len(body)
        why = "it goes on from a damaged block"
        if flags & NEW_FRAME:
            reader = FrameReader(first)
            why = "it counts its records backward" if first < records else ""
        elif reader is not None:
            at = reader.frame.first + len(reader.frame.records)
            why = "" if first == at else f"it begins at record {first}, not {at}"
        if reader is not None and not why:
            try:
                reader.feed(flags, body)
            except Damaged as error:
                why = str(error)
        if why or reader is None:
            found.damage.append(Damage(start, expected, why))
            reader = None
            continue
        records = reader.frame.first + len(reader.frame.records)
        found.blocks.append(SoundBlock(start, expected, flags, first))
    if expected < len(data):
        found.tail = Damage(expected, len(data), "no sound block stands at the end")
    return found


class Line(NamedTuple):
    """A place for a record in a journal: its offset, and what stands there if it fits the chain value before it."""

    position: int
    record: Record | None
    why: str = ""


def survey_journal(data: bytes) -> Iterator[Line]:
    """Every whole place for a record. A damaged one breaks the chain for itself and at most the next one."""
    for position in range(journal.RECORD_BYTES, len(data) - journal.RECORD_BYTES + 1, journal.RECORD_BYTES):
        before = data[position - journal.CHAIN_BYTES : position]
        try:
            record, _chain = journal.decode(data, before, position)
        except Damaged as error:
            yield Line(position, None, str(error))
        else:
            yield Line(position, record)

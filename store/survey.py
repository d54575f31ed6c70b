"""What the bytes of one pack or journal hold, damage and all: for checking it and for repairing it. No I/O here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from store import journal, pack
from store.errors import Damaged
from store.journal import Record
from store.pack import BLOCK_HEADER, HEADER_BYTES, NEW_FRAME, FrameReader


class SoundBlock(NamedTuple):
    """A block that decodes: offsets in the file, flags, numbers of its first record and of the one after its last."""

    start: int
    stop: int
    flags: int
    first: int
    stop_record: int


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
            why = "" if first == records else f"it begins at record {first}, not {records}"
        if reader is not None and not why:
            try:
                reader.feed(flags, first, body)
                records = reader.frame.first + reader.frame.count
            except Damaged as error:
                why = str(error)
        if why or reader is None:
            found.damage.append(Damage(start, expected, why))
            reader = None
            continue
        found.blocks.append(SoundBlock(start, expected, flags, first, records))
    if expected < len(data):
        found.tail = Damage(expected, len(data), "no sound block stands at the end")
    return found


class Line(NamedTuple):
    """A place for a record in a journal: its offset, the record if it can be trusted, and what is wrong, or ``""``."""

    position: int
    record: Record | None
    why: str = ""


def survey_journal(data: bytes, archive_id: bytes) -> Iterator[Line]:
    """Every whole place for a record in a journal; positions are offsets in the file."""
    for line in survey_records(data[journal.RECORD_BYTES :], seeds(data[: journal.RECORD_BYTES], archive_id)):
        yield line._replace(position=line.position + journal.RECORD_BYTES)


def seeds(head: bytes, archive_id: bytes) -> list[bytes]:
    """Chain values that the first record may follow: what the header says, and what it should say."""
    return [journal.seed(head), journal.seed(journal.header(archive_id, journal.started_ms(head)))]


def survey_records(data: bytes, chains: Sequence[bytes]) -> Iterator[Line]:
    """The same for records that follow one of the chain values.

    A damaged record costs itself and no other: what stands behind it fits the chain value that it has. One whose chain
    value alone is damaged is known by the record behind it, which fits the value that it should have.
    """
    for position in range(0, len(data) - journal.RECORD_BYTES + 1, journal.RECORD_BYTES):
        body, stored = _split(data, position)
        should = [journal.follow(chain, body) for chain in chains]
        why = "" if stored in should else "the journal's chain breaks"
        chains = [stored]
        if why:
            next_body, next_stored = _split(data, position + journal.RECORD_BYTES)
            chains += [value for value in should if next_body and journal.follow(value, next_body) == next_stored]
            if len(chains) == 1:
                yield Line(position, None, why)
                continue
        try:
            yield Line(position, journal.parse(body), why)
        except Damaged as error:
            yield Line(position, None, str(error))


def _split(data: bytes, position: int) -> tuple[bytes, bytes]:
    """Body and chain value of the record at ``position``, empty where there is none."""
    record = data[position : position + journal.RECORD_BYTES]
    if len(record) < journal.RECORD_BYTES:
        return b"", b""
    return record[: journal.BODY_BYTES], record[journal.BODY_BYTES :]

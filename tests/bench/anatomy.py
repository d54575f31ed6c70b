"""Where the bytes of an archive's packs go, by what they say: ``python tests/bench/anatomy.py [ARCHIVE]``.

zstd shares what records have in common, so a kind has no size of its own. Its cost here is what the packs shrink by
when they are compressed again, block by block, with the records of that kind left out. Without an archive it records
a made-up session of 420 turns and looks at that one.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(1, str(Path(__file__).parents[1] / "support"))

import zstandard
from recording import record_session
from table import show

from store.archive import Archive
from store.journal import RECORD_BYTES
from store.pack import BLOCK_HEADER, HEADER_BYTES, NEW_FRAME, FrameReader, scan
from store.turn import parse
from store.varint import put

# About what packs are written with; what counts here is what kinds cost beside each other.
SETTINGS = zstandard.ZstdCompressionParameters.from_level(12, window_log=21, hash_log=18, chain_log=19)


@dataclass(frozen=True, slots=True)
class Stored:
    """One record of a block: what it says, and its bytes with tag and length."""

    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Blocks:
    """The records of one block, and whether a frame begins with it."""

    new_frame: bool
    records: tuple[Stored, ...]


def blocks(archive: Archive) -> Iterator[Blocks]:
    """Every block of every pack."""
    names = _blob_names(archive)
    for path in sorted(archive.packs.glob("*.pack")):
        reader = FrameReader(0)
        for _offset, flags, first, data in scan(path.read_bytes(), HEADER_BYTES):
            if flags & NEW_FRAME:
                reader = FrameReader(first)
            reader.feed(flags, first, data)
            ids = archive.index.ids_between(path.stem, first, reader.frame.first + reader.frame.count)
            found = []
            for place, wanted in enumerate(ids, first - reader.frame.first):
                tag, content = reader.frame.record(place)
                head = bytearray((tag,))
                put(head, len(content))
                found.append(Stored(names.get(wanted, tag.name.lower()), bytes(head) + content))
            yield Blocks(bool(flags & NEW_FRAME), tuple(found))


def _blob_names(archive: Archive) -> dict[bytes, str]:
    """Names of blobs that a turn gives a part, where the tag says less."""
    names: dict[bytes, str] = {}
    for (wanted,) in archive.index.db.execute("SELECT id FROM turns"):
        turn = parse(archive.get_kind(bytes(wanted), "turn"))
        for side in ("request", "response"):
            names[bytes.fromhex(turn[side]["headers"])] = f"{side} headers"
        names[bytes.fromhex(turn["request"]["body"])] = "request recipe"
    return names


def packed(rows: list[Blocks], without: str = "") -> int:
    """Compressed bytes of the blocks without the records of one kind."""
    total = 0
    stream = None
    for row in rows:
        if row.new_frame or stream is None:
            stream = zstandard.ZstdCompressor(compression_params=SETTINGS).compressobj()
        content = b"".join(record.data for record in row.records if record.kind != without)
        total += len(stream.compress(content)) + len(stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK))
    return total


def report(archive: Archive) -> None:
    """Print the costs."""
    rows = list(blocks(archive))
    turns = archive.index.db.execute("SELECT count(*) FROM turns").fetchone()[0]
    everything = packed(rows)
    counts = Counter(record.kind for row in rows for record in row.records)
    plain = Counter[str]()
    for row in rows:
        for record in row.records:
            plain[record.kind] += len(record.data)
    costs = {kind: everything - packed(rows, kind) for kind in counts}
    lines = [
        (kind, str(counts[kind]), f"{plain[kind]:,}", f"{cost:,}", f"{cost / turns:.1f}")
        for kind, cost in sorted(costs.items(), key=lambda item: -item[1])
    ]
    shared = everything - sum(costs.values())
    overhead = len(rows) * BLOCK_HEADER
    journals = sum(path.stat().st_size for path in archive.journals.glob("*.log"))
    lines += [
        ("shared by several", "", "", f"{shared:,}", f"{shared / turns:.1f}"),
        ("block headers", str(len(rows)), "", f"{overhead:,}", f"{overhead / turns:.1f}"),
        ("journal", str(journals // RECORD_BYTES), "", f"{journals:,}", f"{journals / turns:.1f}"),
        ("all", "", "", f"{everything + overhead + journals:,}", f"{(everything + overhead + journals) / turns:.1f}"),
    ]
    show(("kind", "records", "bytes", "packed", "packed a turn"), lines)


def main() -> None:
    """Look at the archive named on the command line, or at a made-up one."""
    if len(sys.argv) > 1:
        with Archive.open(Path(sys.argv[1])) as archive:
            report(archive)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive"
        record_session(path)
        with Archive.open(path) as archive:
            report(archive)


if __name__ == "__main__":
    main()

"""Archives as their exports, and back."""

from pathlib import Path

from deck.export.chosen import choose
from deck.export.formats import by_name
from deck.importing import Imported
from deck.jsonl.reader import import_lines
from deck.timeline import Timeline
from store.archive import Archive
from store.fsck import check
from store.journal import Type

Objects = dict[bytes, tuple[str, bytes]]


def exported(archive: Path, name: str, *revs: str, everything: bool = False) -> bytes:
    """What an export of these revs holds."""
    with Timeline.open(archive) as timeline:
        return b"".join(by_name(name).written(choose(timeline, revs, everything=everything)))


def taken_in(lines: bytes, archive: Path) -> Imported:
    """The lines, imported into the archive, which is made if absent."""
    file = archive.with_suffix(".jsonl")
    file.write_bytes(lines)
    Archive.create(archive).close()
    return import_lines(file, archive, lambda tally: None)


def contents(archive: Path) -> Objects:
    """Every object, read back: what came and what was written again."""
    with Archive.open(archive) as opened:
        ids = [bytes(row[0]) for row in opened.index.db.execute("SELECT DISTINCT id FROM objects")]
        return {wanted: tuple(opened.get(wanted)) for wanted in ids}


def record_types(archive: Path) -> list[tuple[str, str]]:
    """(type, id) of what the journals say, without seals."""
    with Archive.open(archive) as opened:
        rows = opened.index.db.execute("SELECT type, object FROM records ORDER BY journal, position").fetchall()
        return [(Type(type_).name, id.hex()) for type_, id in rows if type_ != Type.SEAL]


def findings(archive: Path) -> list[str]:
    """What fsck says."""
    with Archive.open(archive) as opened:
        return [f"{each.kind} {each.where}: {each.message}" for each in check(opened).findings]

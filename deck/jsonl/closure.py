"""Which records belong to some turns of an archive: theirs, those of all they go on from, and what is about them."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from store import corrections
from store.archive import Archive
from store.ids import object_id
from store.journal import COMMITS, Type
from store.named import named_by
from store.receive import TAKEN
from store.turn import parse


class Entry(NamedTuple):
    """A record to be written; ``payload`` is that of a blob that only this file has, else None."""

    type: Type
    id: bytes
    payload: bytes | None = None


def everything(archive: Archive) -> Iterator[Entry]:
    """All records that another archive takes, in the order of their time, each once."""
    seen: set[tuple[int, bytes]] = set()
    rows = archive.index.db.execute("SELECT type, object FROM records ORDER BY time_ms, journal, position")
    for type_, wanted in rows:
        if type_ in TAKEN and (type_, wanted) not in seen:
            seen.add((type_, wanted))
            yield Entry(Type(type_), bytes(wanted))


def belonging(archive: Archive, turns: Iterable[bytes]) -> Iterator[Entry]:
    """Records of these turns and of all turns that they go on from, of their runs, corrections and notes."""
    wanted, runs = _with_history(archive, turns)
    for entry in everything(archive):
        ours = entry.type in COMMITS and entry.id in wanted
        if ours or (entry.type == Type.RUN and not runs.isdisjoint((entry.id, *_named(archive, entry.id)))):
            yield entry
    yield from _corrections(archive, wanted)
    about = _notes_about(archive, wanted | runs)
    yield from (entry for entry in everything(archive) if entry.type == Type.NOTE and entry.id in about)


def _with_history(archive: Archive, turns: Iterable[bytes]) -> tuple[set[bytes], set[bytes]]:
    """The turns and all that they go on from, as far as the archive has them; and their runs."""
    wanted: set[bytes] = set()
    runs: set[bytes] = set()
    ahead = list(turns)
    while ahead:
        turn = ahead.pop()
        if turn in wanted or archive.index.locate(turn) is None:  # a parent that was never recorded, or was purged
            continue
        wanted.add(turn)
        said = parse(archive.get_kind(turn, "turn"))
        if said["run"]:
            runs.add(bytes.fromhex(said["run"]))
        edges = [*said["parents"], *corrections.edges_of(archive, turn)]
        ahead += {bytes.fromhex(edge["turn"]) for edge in edges}
    return wanted, runs


def _named(archive: Archive, wanted: bytes) -> list[bytes]:
    return [id for _what, id in named_by("run", archive.get_kind(wanted, "run"))]


def _corrections(archive: Archive, turns: Collection[bytes]) -> Iterator[Entry]:
    """What counts of the corrections of these turns: corrections of others are nobody's business."""
    rows = archive.index.db.execute("SELECT turn FROM corrections ORDER BY turn").fetchall()
    found = [{"turn": turn.hex(), "parents": corrections.edges_of(archive, turn)} for (turn,) in rows if turn in turns]
    for payload in corrections.payloads(found):
        yield Entry(Type.LINK, object_id("blob", payload), payload)


def _notes_about(archive: Archive, objects: Collection[bytes]) -> set[bytes]:
    """Notes, stars and tags that are about these objects, with all that replaced each other.

    A tag that was moved from or to something else stays behind: half of its story would make it name another turn.
    """
    rows = archive.index.db.execute("SELECT note, target, replaces FROM notes").fetchall()
    notes = {note for note, _target, _replaces in rows}
    strange = {note for note, target, old in rows if target not in objects or (old and old not in notes)}
    before = {note: old for note, _target, old in rows if old in notes}
    changed = True
    while changed:
        pairs = {(new, old) for new, old in before.items() if (new in strange) != (old in strange)}
        strange |= {note for pair in pairs for note in pair}
        changed = bool(pairs)
    return notes - strange

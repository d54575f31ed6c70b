"""What people put beside objects, for the read model: most archives have nothing of it, and pay nothing for it."""

from deck.views import Beside
from store.archive import Archive
from store.ids import from_hex


def are_there_any(archive: Archive) -> bool:
    """Whether anybody put a note, star or tag into the archive."""
    return archive.index.db.execute("SELECT 1 FROM notes LIMIT 1").fetchone() is not None


def changes(archive: Archive) -> int:
    """How often a note, star or tag was put there, changed or taken back: each time a note of its own is kept."""
    return int(archive.index.db.execute("SELECT count(*) FROM notes").fetchone()[0])


def session_tags(archive: Archive) -> dict[str, list[str]]:
    """Names of the tags that name turns, by the key of the turn's session."""
    if not are_there_any(archive):
        return {}
    from store import notes

    found: dict[str, list[str]] = {}
    for note in notes.tags(archive):
        row = archive.index.db.execute("SELECT session FROM turns WHERE id = ?", (from_hex(note.target),)).fetchone()
        if row is not None:
            found.setdefault(row[0], []).append(note.name)
    return found


def beside(archive: Archive, id: str | None = None) -> dict[str, Beside]:
    """Tags, notes and stars by the id of what they are beside: of one object, or of all that have some."""
    if not are_there_any(archive):
        return {}
    from store import notes

    found: dict[str, Beside] = {}
    tags = notes.tags(archive)
    for note in (*tags, *(notes.listed(archive) if id is None else notes.of(archive, from_hex(id)))):
        if id is not None and note.target != id:
            continue
        before = found.get(note.target, Beside())
        if note.ref:
            found[note.target] = before._replace(tags=(*before.tags, note.name))
        else:
            found[note.target] = before._replace(notes=(*before.notes, note))
    return found

"""Writing notes, stars and tags (`store.notes`), also beside a running capture: each change is a commit of its own.

A tag is changed under a lock, from the value it has to the new one, so of two who make the same tag one is refused.
"""

import contextlib
from collections.abc import Iterator, Sequence

from store import notes
from store.archive import Archive
from store.errors import NotFound, Taken
from store.notes import TAG, Note
from store.record import Recorder
from store.ref_names import check
from store.writer import now_ms


def add(archive: Archive, target: bytes, author: str, text: str, tags: Sequence[str] = (), step: int = 0) -> Note:
    """Put a note beside an object, or beside a step of a turn; with the tag word `notes.STAR` it is a star.

    Raises `OSError`, and `ValueError` where it would say nothing.
    """
    note = Note(target.hex(), step, now_ms(), author, text, tuple(tags))
    if note.says_nothing:
        raise ValueError("a note says something")
    return _store(archive, note)


def change(archive: Archive, old: Note, author: str, text: str, tags: Sequence[str] | None = None) -> Note:
    """Put a note in place of another, with its tag words unless others are given. Raises `OSError`."""
    words = old.tags if tags is None else tuple(tags)
    return _store(archive, old._replace(time_ms=now_ms(), author=author, text=text, tags=words, replaces=old.id))


def remove(archive: Archive, old: Note, author: str) -> None:
    """Take a note, star or tag back; that it was there stays on record. Raises `OSError`."""
    _store(archive, Note(old.target, old.step, now_ms(), author, replaces=old.id))


def set_tag(archive: Archive, name: str, target: bytes, author: str, *, force: bool = False) -> Note | None:
    """Have a tag name an object; what it named before, or `None`.

    Raises `BadName`, `Taken` where there is one of that name (``force`` moves it), and `OSError`.
    """
    ref = TAG + check(name)
    with _refs_locked(archive):
        found = notes.tagged(archive, name)
        if found and not force:
            raise Taken(f"there is a tag {name} already, at {found[-1].target[:12]}")
        for double in found[:-1]:
            remove(archive, double, author)
        replaces = found[-1].id if found else ""
        _store(archive, Note(target.hex(), 0, now_ms(), author, ref=ref, replaces=replaces))
    return found[-1] if found else None


def delete_tag(archive: Archive, name: str, author: str) -> Note:
    """Take a tag back; what it named. Raises `NotFound` and `OSError`."""
    with _refs_locked(archive):
        found = notes.tagged(archive, name)
        if not found:
            raise NotFound(f"no tag {name[:80]!r}", "deck tag lists them.")
        for each in found:
            remove(archive, each, author)
    return found[-1]


@contextlib.contextmanager
def _refs_locked(archive: Archive) -> Iterator[None]:
    """Nobody else changes a tag meanwhile, and what others changed before is known."""
    folder = archive.files.open_folder(archive.path / "refs")
    try:
        archive.files.lock(folder)
        archive.refresh()
        yield
    finally:
        archive.files.close(folder)


def _store(archive: Archive, note: Note) -> Note:
    """Commit a note. The archive is opened once more for it: a recorder leaves its connection little memory."""
    with Archive.open(archive.path, archive.files) as own, Recorder(own) as recorder:
        stored = recorder.put_note(notes.encode(note))
    archive.refresh()
    return note._replace(id=stored.hex())

"""The books of an archive: closed ones in the index, those of living recorders and what dead ones left in the spool."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from store import book, ledger, status
from store.book import Book, Fate, Pages
from store.files import Files
from store.ledger import BookView, Ledger
from store.orphans import numbers
from store.spool import FOLDER, LOCK

if TYPE_CHECKING:
    from store.archive import Archive


def read(archive: "Archive") -> Ledger:
    """The ledger as it stands. What is recorded meanwhile may show as in flight."""
    opened = list(_opened(archive))
    archive.refresh()  # after the spool was read: a book that was closed meanwhile is in the index now
    turns = dict(archive.index.db.execute("SELECT session, turns FROM sessions"))
    closed = {book.name: book for book in ledger.closed(archive)}
    return Ledger([*closed.values(), *(book for book in opened if book.name not in closed)], turns)


def _opened(archive: "Archive") -> Iterator[BookView]:
    """Every book that is not closed."""
    files = archive.files
    for folder in folders(archive.path, files):
        alive = files.is_locked(folder / LOCK)
        try:
            pages = _pages(folder, files, alive)
        except OSError:  # it was closed just now
            continue
        if pages is not None:
            yield BookView(folder.name, pages.run, pages.started_ms, pages.certain, alive, pages.counts)


def folders(archive: Path, files: Files) -> list[Path]:
    """The spool folders of all recorders, dead or alive."""
    root = archive / FOLDER
    return [root / name for name in files.names(root) if files.is_folder(root / name)]


def fate(folder: Path, files: Files, number: int) -> Fate:
    """What the book of a dead recorder says of an exchange; `Fate.OPEN` where it says nothing. Raises `OSError`."""
    path = _path(folder, files)
    return Fate.OPEN if path is None else book.fate_in(files.read(path), number)


def settle(folder: Path, files: Files, number: int, fate: Fate, session: str) -> None:
    """Put a fate into the book of a dead recorder, if it has one. Raises `OSError`."""
    path = _path(folder, files)
    if path is None or not number:
        return
    descriptor = files.open_append(path)
    try:
        files.append(descriptor, book.entry(number, fate, book.tag(session)))
    finally:
        files.close(descriptor)


def close_dead(folder: Path, files: Files, checkpoint: Callable[[bytes], object]) -> None:
    """Close the book of a dead recorder whose folder is claimed, unless the spool still has exchanges of it.

    Raises what ``checkpoint``, which puts the blob on record, does.
    """
    if not numbers(folder, files):
        _close(lambda: _pages(folder, files, alive=False), folder, files, checkpoint)


def close_own(written: Book, folder: Path, files: Files, checkpoint: Callable[[bytes], object]) -> None:
    """The same for the book of this process, which knows what its file may lack."""
    if numbers(folder, files):
        written.leave()
        return
    try:
        _close(written.close, folder, files, checkpoint)
    except OSError:
        written.leave()
        raise


def _is_temporary(name: str) -> bool:
    """Whether a file has not got its name yet."""
    return name.startswith(".") and name.endswith(".tmp")


def _close(
    pages: Callable[[], Pages | None], folder: Path, files: Files, checkpoint: Callable[[bytes], object]
) -> None:
    found, refused = pages(), status.refused_ca(status.read(folder, files))
    if found is not None and (found.counts or refused or not found.certain):  # else it would say nothing
        checkpoint(ledger.payload(folder.name, found, refused))
    for name in files.names(folder):
        if name in (book.NAME, book.TORN, status.NAME) or _is_temporary(name):
            files.remove(folder / name)


def recorders(archive: Path, files: Files) -> list[dict[str, Any]]:
    """The statuses of the recorders that are alive."""
    alive = [folder for folder in folders(archive, files) if files.is_locked(folder / LOCK)]
    return [said for folder in alive if (said := status.read(folder, files))]


def _path(folder: Path, files: Files) -> Path | None:
    return next((folder / name for name in (book.TORN, book.NAME) if files.is_file(folder / name)), None)


def _pages(folder: Path, files: Files, alive: bool) -> Pages | None:
    path = _path(folder, files)
    if path is None:
        return None
    left = set(numbers(folder, files))
    return book.parse(files.read(path), is_alive=alive, left=left, is_torn=path.name == book.TORN)

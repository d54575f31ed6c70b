"""The archive: a folder that holds objects, journals and what was derived from them.

    FORMAT      format version and archive id        key        masking key
    objects/pack/<writer>.pack                       journal/<writer>.log
    index/index.sqlite (derived)                     spool/ (exchanges in flight)      refs/

Opening refuses what is not private to the user. Reading goes through `get`, which verifies; writing goes through
`store.record.Recorder` only.
"""

import contextlib
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from store import format_file
from store.derived import is_damage, remove
from store.errors import Ambiguous, Damaged, NotAnArchive, NotFound
from store.files import FILES, Files
from store.format_file import KEY_BYTES
from store.ids import is_prefix
from store.index import Index
from store.journal import RECORD_BYTES
from store.objects import Object, ObjectReader
from store.pack import HEADER_BYTES
from store.safety import refuse_links, refuse_other, refuse_unsafe
from store.unwritable import writing

if TYPE_CHECKING:
    from store.catchup import Show

_REPLACEABLE: Final = ("index", "spool", "refs")


class Behind(NamedTuple):
    """Packs and journals that are longer than the index knows, oldest writer first, and packs that are gone.

    Where one is shorter, the index ``is_ahead``: a power cut took back what it had taken in.
    """

    packs: Sequence[str]
    journals: Sequence[str]
    gone: Sequence[str]
    is_ahead: bool


class Archive:
    """An open archive. A context manager; threads of one process may share it for reading."""

    def __init__(self, path: Path, archive_id: bytes, key: bytes, files: Files, index: Index) -> None:
        self.path = path
        self.id = archive_id
        self.key = key
        self.files = files
        self.packs = path / "objects" / "pack"
        self.journals = path / "journal"
        self.index = index
        self.objects = ObjectReader(files, self.packs, self.index, self._take_in_packs)

    @classmethod
    def create(cls, path: Path, files: Files = FILES) -> Self:
        """Make an archive in ``path`` (private to the user), or open the one that is there. Raises `Unwritable` too."""
        if not files.exists(path / "FORMAT"):
            with writing(path):
                _make(path, files)
        return cls.open(path, files)

    @classmethod
    def open(cls, path: Path, files: Files = FILES, show: "Show | None" = None) -> Self:
        """Open an archive. Raises `NotAnArchive` or `Unsafe`.

        An index that is of no use is made again, which can take minutes: ``show`` is told how far that has come.
        """
        refuse_other(path, files)
        refuse_unsafe(path, files)
        refuse_links(path, files)
        try:
            archive_id = format_file.parse(files.read(path / "FORMAT"))
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotAnArchive(f"no deck archive in {path}") from error
        key = files.read(path / "key") if files.exists(path / "key") else b""
        if len(key) != KEY_BYTES:
            raise NotAnArchive(f"the key of the archive in {path} is damaged or gone", "deck fsck --repair makes one.")
        for folder in _REPLACEABLE:
            with contextlib.suppress(OSError):  # an archive that cannot be written can be read
                files.make_folder(path / folder)
        where = path / "index" / "index.sqlite"
        index = Index(where, archive_id.hex())
        archive = cls(path, archive_id, key, files, index)
        try:
            archive.refresh(show)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            index.close()
            remove(where)
            archive.use(Index(where, archive_id.hex()))
            archive.refresh(show)
        return archive

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the files back; idempotent."""
        self.index.close()

    def use(self, index: Index) -> None:
        """Go on with another index."""
        self.index = self.objects.index = index

    def with_fresh_index(self) -> "Archive":
        """The same archive with an empty index in memory, for whoever must not trust the one on disk."""
        return Archive(self.path, self.id, self.key, self.files, Index(None, self.id.hex()))

    def refresh(self, show: "Show | None" = None) -> bool:
        """Let the index catch up with what was committed since; true where there was anything."""
        behind = self.behind()
        if behind.is_ahead:
            self._forget()
            behind = self.behind()
        if any(behind):
            from store.catchup import catch_up, unseen  # loads the wire modules, which a fresh index does not need

            catch_up(self, behind, show or unseen)
        return any(behind)

    def reindex(self) -> None:
        """Forget what the index says and take packs and journals in again."""
        self._forget()
        self.refresh()

    def _forget(self) -> None:
        self.index.clear()
        self.objects.forget()

    def _take_in_packs(self) -> None:
        """Let the index follow what gc does to packs."""
        from store.catchup import take_in_packs

        take_in_packs(self, self.behind())

    def behind(self) -> Behind:
        """What the index has not taken in."""
        scanned = dict(self.index.db.execute("SELECT name, scanned FROM packs"))
        read = dict(self.index.db.execute("SELECT name, size FROM journals"))
        packs = _sizes(self.files, self.packs, ".pack")
        journals = _sizes(self.files, self.journals, ".log")
        gone = scanned.keys() - packs.keys() if packs else ()
        is_ahead = _is_any_shorter(packs, scanned) or _is_any_shorter(journals, read)
        new = _longer(packs, scanned, HEADER_BYTES), _longer(journals, read, RECORD_BYTES)
        return Behind(*new, sorted(gone), is_ahead)

    def get(self, wanted: bytes) -> Object:
        """The object with this id, verified. Raises `Missing` or `Damaged`."""
        return self.objects.get(wanted)

    def get_kind(self, wanted: bytes, kind: str) -> bytes:
        """The payload of an object that has to be of ``kind``. Raises `Missing` or `Damaged`."""
        found = self.get(wanted)
        if found.kind != kind:
            raise Damaged(f"object {wanted.hex()} is a {found.kind}, not a {kind}", where=wanted.hex())
        return found.payload

    def resolve(self, prefix: str) -> bytes:
        """The id that starts with ``prefix``; turns win over other kinds. Raises `NotFound` or `Ambiguous`."""
        if not is_prefix(prefix):
            raise NotFound(f"not an id or a prefix of one: {prefix[:80]!r}")
        found = self.index.with_prefix(prefix)
        turns = [hex_id for hex_id, kind in found if kind == "turn"]
        candidates = turns if len(turns) == 1 else [hex_id for hex_id, _kind in found]
        if not candidates:
            raise NotFound(f"no object starts with {prefix}")
        if len(candidates) > 1:
            raise Ambiguous(f"{prefix} fits {len(candidates)} objects", candidates)
        return bytes.fromhex(candidates[0])


def _sizes(files: Files, folder: Path, suffix: str) -> dict[str, int]:
    """Bytes in the files with this suffix, by name without it."""
    names = [name for name in files.names(folder) if name.endswith(suffix) and files.is_file(folder / name)]
    return {name.removesuffix(suffix): files.size(folder / name) for name in names}


def _longer(sizes: dict[str, int], known: dict[str, int], header: int) -> list[str]:
    """Names of files with more in them than is known (at first: than their header)."""
    return [name for name, size in sizes.items() if size > known.get(name, header)]


def _is_any_shorter(sizes: dict[str, int], known: dict[str, int]) -> bool:
    return any(size < known.get(name, 0) for name, size in sizes.items())


def _make(path: Path, files: Files) -> None:
    """Make an archive in a folder that is empty, or where somebody died while making one. FORMAT comes last.

    Everything else is durable before FORMAT has its name, so whoever finds a FORMAT finds an archive.
    """
    files.make_folder(path)
    folder = files.open_folder(path)
    try:
        files.lock(folder)  # two that start at once must not make two keys
        if files.exists(path / "FORMAT"):
            return
        _refuse_strange(path, files)
        refuse_unsafe(path, files)
        for each in ("objects/pack", "journal", *_REPLACEABLE):
            files.make_folder(path / each)
        for made in (path.parent, path, path / "objects"):  # who made them may have died before this
            files.sync_folder(made)
        if not files.exists(path / "key"):
            files.replace(path / "key", os.urandom(KEY_BYTES))
        files.replace(path / "FORMAT", format_file.encode(os.urandom(16), files.read(path / "key")))
    finally:
        files.close(folder)


def _refuse_strange(path: Path, files: Files) -> None:
    """Refuse a folder that holds anything but what the making of an archive leaves when it is cut short."""
    known = {"objects", "journal", "key", *_REPLACEABLE}
    strange = [name for name in files.names(path) if name not in known and not _is_temporary(name)]
    if strange or files.names(path / "journal") or files.names(path / "objects" / "pack"):
        raise NotAnArchive(f"{path} is not empty and is no deck archive", "Name another folder.")


def _is_temporary(name: str) -> bool:
    return name.startswith((".key.", ".FORMAT.")) and name.endswith(".tmp")

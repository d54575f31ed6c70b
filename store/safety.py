"""Whether an archive may be used at all: it is the user's, nobody else can look in, and nothing in it leads elsewhere.

An archive may come from somebody else, in a copy or out of a file. Ids prove what is in it; these checks keep it from
making deck write, or look, outside of it.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from store.errors import NotAnArchive, Unsafe
from store.files import Files

_FILES: Final = ("FORMAT", "key", "config.toml")
_FOLDERS: Final = ("objects", "objects/pack", "journal", "index", "spool", "refs", "refs/tags", "quarantine")
_TELLING: Final = ("FORMAT", "objects/pack", "journal")  # what says that a folder is, or was, an archive
_LISTED: Final = "index"  # SQLite opens what lies there by its name


def refuse_other(path: Path, files: Files) -> None:
    """Refuse what is no archive, not even a damaged one, before anybody is told to change its mode.

    Raises `NotAnArchive`.
    """
    if not any(files.exists(path / name) for name in _TELLING):
        raise NotAnArchive(f"no deck archive in {path}")


def refuse_unsafe(path: Path, files: Files) -> None:
    """Refuse a folder that is a symlink, another user's, or open to others. Raises `Unsafe`."""
    status = files.status(path)
    if stat.S_ISLNK(status.st_mode):
        raise Unsafe(f"{path} is a symbolic link; name the folder itself")
    if status.st_uid != os.getuid():
        whose = f"{path} belongs to another user (uid {status.st_uid})"
        raise Unsafe(f"{whose}; make it yours: sudo chown -R {os.getuid()} {path}; chmod -R go= {path}")
    if status.st_mode & 0o077:
        raise Unsafe(f"{path} is open to other users; close it with: chmod 700 {path}")


def refuse_links(path: Path, files: Files) -> None:
    """Refuse an archive in which something else stands for one of its own files or folders. Raises `Unsafe`."""
    for name in _FOLDERS:
        if _is_other(path / name, files, stat.S_ISDIR):
            raise _strange(path / name, "folder")
    listed = [f"{_LISTED}/{name}" for name in files.names(path / _LISTED)]
    for name in (*_FILES, *listed):
        if _is_other(path / name, files, stat.S_ISREG):
            raise _strange(path / name, "file")


def _is_other(path: Path, files: Files, is_expected: Callable[[int], bool]) -> bool:
    """Whether anything is there of another kind. One look only: SQLite's files go when another process closes them."""
    try:
        mode = files.status(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    return not is_expected(mode)


def _strange(path: Path, what: str) -> Unsafe:
    return Unsafe(f"{path} is no {what} but a link or something else, which no archive has; look at it: ls -l {path}")

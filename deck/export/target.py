"""Where an export goes: a file that only its owner reads, whole or not at all; standard output; a device or a pipe."""

import os
import secrets
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from deck.diagnostics import NOT_FOUND, USAGE, Problem
from store.files import FILES

STDOUT = "-"


def write(pieces: Iterable[bytes], target: str, *, is_text: bool, force: bool) -> int:
    """Write the pieces; how many bytes they were. Raises `OSError`, and `Problem` where it must not be written."""
    if target == STDOUT:
        if sys.stdout.isatty() and not is_text:
            raise Problem("this format is no text, and would drive the terminal", "Name a file: -o FILE", USAGE)
        return _print(pieces)
    path = Path(target).expanduser()
    return _into(path, pieces) if _is_special(path) else _replace(path, pieces, force)


def _print(pieces: Iterable[bytes]) -> int:
    size = 0
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece)
        size += len(piece)
    sys.stdout.buffer.flush()
    return size


def _is_special(path: Path) -> bool:
    """Whether it is a device or a pipe, perhaps through a link (/dev/stdout): written into, it loses nothing."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    is_streams = path.parent in (
        Path("/dev"),
        Path("/dev/fd"),
        Path("/proc/self/fd"),
    )  # a shell may lead them to a file
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode) or is_streams


def _into(path: Path, pieces: Iterable[bytes]) -> int:
    with path.open("ab") as file:  # where it is led to a file, what stands there stays
        return sum(map(file.write, pieces))


def _replace(path: Path, pieces: Iterable[bytes], force: bool) -> int:
    """The file appears under its name when it is complete and on the disk."""
    if not path.parent.is_dir():
        raise Problem(f"{path} cannot be written: there is no folder {path.parent}", code=NOT_FOUND)
    if not force:
        _refuse(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    descriptor = FILES.create(temporary)
    size = 0
    try:
        try:
            for piece in pieces:
                FILES.append(descriptor, piece)
                size += len(piece)
            FILES.sync(descriptor)
        finally:
            FILES.close(descriptor)
        if force:
            FILES.rename(temporary, path)
        else:
            try:
                os.link(temporary, path)  # unlike a rename it never takes a file's place
            except FileExistsError:
                _refuse(path)
    finally:
        FILES.remove(temporary)
    FILES.sync_folder(path.parent)
    return size


def _refuse(path: Path) -> None:
    if FILES.exists(path):
        raise Problem(f"{path} is there already, and stays as it is.", "--force replaces it.")

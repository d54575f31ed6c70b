"""What dead processes left in their spool folders (`store.spool`), for recovery."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from store.files import FILES, Files
from store.spool import FOLDER, LOCK, SUFFIX, guard, release
from store.spool_exchange import number_in
from store.spool_frames import BEGINNING, FIRST, salt_in


class Orphan(NamedTuple):
    """What a spool file of a dead process holds (`store.spool_exchange.rebuild`), be it only that it is free."""

    data: bytes
    dispose: Callable[[], None]  # removes the file
    path: Path


def orphans(
    archive: Path, files: Files = FILES, leave: Callable[[Path], object] = lambda folder: None
) -> Iterator[Orphan]:
    """What dead processes left behind, of each in the order in which the exchanges began.

    The folder of a dead process stays claimed while its exchanges are handed out; then ``leave`` is called with it,
    and it goes if nothing is left in it. Entries that cannot be read are left.
    """
    root = archive / FOLDER
    for name in files.names(root):
        folder = root / name
        if not files.is_folder(folder):
            continue
        with guard(root, files):
            lock = _claim(folder, files)
        if lock < 0:
            continue
        try:
            for path in _by_age(folder, files):
                try:
                    data = files.read(path)
                except OSError:
                    continue
                yield Orphan(data, partial(files.remove, path), path)
            leave(folder)
        finally:
            release(folder, lock, files)


def numbers(folder: Path, files: Files) -> list[int]:
    """The numbers, in the book of its process, of the exchanges that a folder holds; 0 for one that cannot be read."""
    paths = [folder / name for name in files.names(folder)]
    found = [_number(path, files) for path in paths if _is_spool_file(path, files)]
    return [number for number in found if number is not None]


def _number(path: Path, files: Files) -> int | None:
    """The number of the exchange in a spool file; None where it holds none."""
    try:
        beginning = files.read_at(path, 0, FIRST)
        number = number_in(beginning)
        if number is None and salt_in(beginning) is not None:  # a head that does not fit there comes behind
            number = number_in(files.read(path))
    except FileNotFoundError:  # it went meanwhile
        return None
    except OSError:
        return 0
    return number


def _by_age(folder: Path, files: Files) -> list[Path]:
    """The spool files of a folder, in the order in which their exchanges began."""
    found: list[tuple[int, Path]] = []
    for name in files.names(folder):
        if _is_spool_file(folder / name, files):
            with contextlib.suppress(OSError):
                found.append((salt_in(files.read_at(folder / name, 0, BEGINNING)) or 0, folder / name))
    return [path for _serial, path in sorted(found)]


def _is_spool_file(path: Path, files: Files) -> bool:
    return path.suffix == SUFFIX and files.is_file(path)


def _claim(folder: Path, files: Files) -> int:
    """The descriptor of a dead folder's lock, now ours; -1 where a living process holds it or it is gone."""
    try:
        descriptor = files.open_append(folder / LOCK)
    except FileNotFoundError:  # its maker died between the folder and its lock, or it is just being removed
        try:
            descriptor = files.create(folder / LOCK)
        except FileNotFoundError:
            return -1
    if files.try_lock(descriptor):
        return descriptor
    files.close(descriptor)
    return -1

"""What dead processes left in their spool folders (`store.spool`), for recovery."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from store import spool_frames
from store.exchange import Exchange
from store.files import FILES, Files
from store.spool import FOLDER, LOCK, SUFFIX, guard, release


class Orphan(NamedTuple):
    """An exchange that a dead process left behind; None stands for a file that holds not even a request head."""

    exchange: Exchange | None
    dispose: Callable[[], None]  # removes its file
    folder: Path
    number: int  # in the book of that process; 0 where it has none


def orphans(
    archive: Path, files: Files = FILES, leave: Callable[[Path], object] = lambda folder: None
) -> Iterator[Orphan]:
    """Exchanges that dead processes left behind, oldest first.

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
            for entry in files.names(folder):
                path, number = folder / entry, number_in(entry)
                if number is None or not files.is_file(path):
                    continue
                try:
                    data = files.read(path)
                except OSError:
                    continue
                yield Orphan(spool_frames.rebuild(data, _salt_in(entry)), partial(files.remove, path), folder, number)
            leave(folder)
        finally:
            release(folder, lock, files)


def number_in(name: str) -> int | None:
    """The number in its process's book of the exchange in a spool file; None where a file is none."""
    if not name.endswith(SUFFIX):
        return None
    number = name.removesuffix(SUFFIX).partition("-")[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 11 else 0


def _salt_in(name: str) -> int:
    """The serial number in a spool file's name: what stands in the file must be of that use of it."""
    serial = name.partition("-")[0]
    return int(serial) & 0xFFFFFFFF if serial.isascii() and serial.isdigit() and len(serial) < 20 else 0


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

"""Checking what lies around packs and journals: FORMAT, key, refs, modes, and files that are not deck's."""

import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from store import format_file
from store.archive import Archive
from store.fsck_report import Report

_TOP: Final = frozenset(
    {
        *("FORMAT", "key", "config.toml", "reserve", "objects", "journal", "refs", "index", "spool", "quarantine"),
        ".gitignore",  # of a project's archive
    }
)
_NAMES: Final = {
    "objects": re.compile(r"pack\Z"),
    "objects/pack": re.compile(r".+\.pack\Z"),
    "journal": re.compile(r".+\.(log|new)\Z"),
}
_UNJUDGED: Final = ("index", "spool", "quarantine", "refs")  # by name; their modes are
_TEMPORARY = re.compile(r"\..+\.tmp\Z")
_REF = re.compile(rb"[0-9a-f]{64}\n\Z")


def check_files(archive: Archive, report: Report) -> None:
    """Check FORMAT, key, names and modes."""
    _check_format(archive, report)
    for path, name in _walk(archive, archive.path, ""):
        status = archive.files.status(path)
        if stat.S_ISLNK(status.st_mode):
            report.add("wrong-mode", name, "a symbolic link has no place in an archive")
        elif status.st_mode & 0o077 and not name.startswith("index/"):
            report.add("wrong-mode", name, f"others may use it (mode {stat.S_IMODE(status.st_mode):04o})")
        folder, _, file = name.rpartition("/")
        if is_temporary(file):
            report.note("left-over", name, "a writer died before it gave this file its name")
        elif not _is_known(folder, file):
            report.note("unknown-file", name, "it is no part of an archive; it is left alone")


def is_temporary(file: str) -> bool:
    """Whether a file is one that has not got its name yet."""
    return _TEMPORARY.match(file) is not None


def _is_known(folder: str, file: str) -> bool:
    if not folder:
        return file in _TOP
    if folder.partition("/")[0] in _UNJUDGED:
        return True
    names = _NAMES.get(folder)
    return names is not None and names.match(file) is not None


def _walk(archive: Archive, folder: Path, prefix: str) -> Iterator[tuple[Path, str]]:
    """Everything in the archive, with its name relative to it."""
    for file in archive.files.names(folder):
        path, name = folder / file, f"{prefix}{file}"
        yield path, name
        if archive.files.is_folder(path):
            yield from _walk(archive, path, f"{name}/")


def _check_format(archive: Archive, report: Report) -> None:
    files, path = archive.files, archive.path / "FORMAT"
    found = files.read(path) if files.exists(path) else b""
    wanted = format_file.encode(archive.id, archive.key)
    lines = -len("0123456789abcdef\n")
    if len(archive.key) != format_file.KEY_BYTES:
        report.add("bad-key", "key", "the masking key is lost; with a new one, the same secret gets another token")
    if found[:lines] != wanted[:lines]:
        report.add("bad-format", "FORMAT", "the file is damaged or gone; packs and journals say the archive's id")
    elif found != wanted and len(archive.key) == format_file.KEY_BYTES:
        report.add("bad-key", "key", "the masking key does not fit the check in FORMAT: one of them is damaged")


def check_refs(archive: Archive, report: Report, state: Callable[[bytes], str]) -> None:
    """Check that every file in ``refs`` names an object; ``state`` says why one cannot be given."""
    for path, name in _walk(archive, archive.path / "refs", "refs/"):
        if not archive.files.is_file(path) or is_temporary(path.name):
            continue
        text = archive.files.read(path)
        if not _REF.match(text):
            report.add("bad-ref", name, "it is no id and a newline")
        elif why := state(bytes.fromhex(text.decode())):
            report.add("bad-ref", name, f"it names {text.decode().strip()}: {why}")

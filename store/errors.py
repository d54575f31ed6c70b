"""What can go wrong in the archive.

StoreError                  base of all; `deck.diagnostics` maps each to a sentence and an exit code
├── BadId                   text that cannot be an object id
├── BadName                 text that cannot be the name of a tag
├── NotAnArchive            the folder holds no archive, or one this version cannot read
├── BadConfig               an archive's config.toml that cannot be understood
├── Unsafe                  the archive's owner, mode or a symlink makes it unsafe to use
├── NotFound                no object, ref or session of that name
├── Ambiguous               a prefix or name that fits several (`candidates`)
├── Taken                   a tag of that name is there already
├── Busy                    another process does what only one may do at a time
├── TooLarge                more than a commit can hold
├── NotRecovered            what a dead recorder left in the spool cannot become a turn
└── Damaged                 stored bytes that do not give what they should (`where` says which)
    ├── Missing             an object that something names and no pack holds
    └── Cyclic              an object whose stored form needs itself

Unwritable                  an `OSError`: the system does not let the archive be written
"""

import os
from collections.abc import Sequence
from pathlib import Path


class StoreError(Exception):
    """Base of every error the store raises on purpose.

    ``hint`` is what to do next, where the error knows more of it than its kind does.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class BadId(StoreError):
    """Text that cannot be an object id."""


class BadName(StoreError):
    """Text that cannot be the name of a tag."""


class NotAnArchive(StoreError):
    """The folder holds no archive, or one that this version cannot read."""


class Unsafe(StoreError):
    """The archive's owner, mode or a symlink makes it unsafe to use."""


class BadConfig(StoreError):
    """An archive's config.toml, ``path``, that cannot be understood."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}", f"Mend or remove {path}")


class NotFound(StoreError):
    """No object, ref or session of that name."""


class Ambiguous(StoreError):
    """A prefix or name that fits several objects; ``candidates`` are the hex ids (or names) it fits."""

    def __init__(self, message: str, candidates: Sequence[str]) -> None:
        super().__init__(message)
        self.candidates = tuple(candidates)


class Taken(StoreError):
    """A tag of that name is there already."""


class Busy(StoreError):
    """Another process does what only one may do at a time."""


class TooLarge(StoreError):
    """More than a commit can hold: it can never be kept."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "A commit holds 256 MiB; what is larger is told as a gap.")


class NotRecovered(StoreError):
    """What a dead recorder left in the spool cannot become a turn; its file waits there."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "It waits in the spool; `deck fsck --repair` sets aside what waits for lost bytes.")


class Damaged(StoreError):
    """Stored bytes that do not give what they should; ``where`` names the file and offset or the object."""

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where


class Missing(Damaged):
    """An object that something names and that no pack holds."""


class Cyclic(Damaged):
    """An object whose stored form needs itself: nobody's writer makes such a thing."""


class Unwritable(OSError):
    """The system does not let the archive in ``archive`` be written: read-only, not allowed, full.

    As any `OSError` of writing it may pass by itself: a recorder tries again.
    """

    def __init__(self, number: int, archive: Path) -> None:
        super().__init__(number, os.strerror(number), str(archive))
        self.archive = archive

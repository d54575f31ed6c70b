"""Whether the archive that was opened is still the one in its folder: it may be removed, and made again."""

import os
from contextlib import suppress
from pathlib import Path

from store.errors import NotAnArchive


class Presence:
    """Of the archive that is in ``path`` now; it is known by its FORMAT file, which only a repair of it replaces."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity = self._identity_now()

    @property
    def is_gone(self) -> bool:
        """Whether it was removed since."""
        return self._identity_now() != self._identity

    def check(self) -> None:
        """Raise `NotAnArchive` where it was removed since."""
        if self.is_gone:
            raise NotAnArchive(f"the archive is gone from {self._path}")

    def _identity_now(self) -> int | None:
        """Which file has the name now, None where none has."""
        with suppress(OSError):
            return os.stat(self._path / "FORMAT").st_ino
        return None

"""The formats, one module each, found by looking into this folder: adding one edits nothing else.

A module has the name of its format, which is also how its files end. It says in ``IS_TEXT`` whether a terminal may see
one, and ``written`` gives the bytes of what was chosen, piece by piece.
"""

import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, cast

from deck.export.chosen import Chosen


class Format(Protocol):
    """What a module in here has."""

    IS_TEXT: bool

    def written(self, chosen: Chosen) -> Iterator[bytes]:
        """The file. Raises what reading the archive raises, and `Problem`."""


def names() -> list[str]:
    """All formats, in alphabetical order."""
    files = (entry.name for folder in __path__ for entry in os.scandir(folder) if entry.is_file())
    return sorted(name[:-3] for name in files if name.endswith(".py") and not name.startswith("_"))


def by_name(name: str) -> Format:
    """The format of this name, which is one of `names`."""
    return cast(Format, importlib.import_module(f"{__name__}.{name}"))


def for_file(file: str) -> str:
    """The format that a file's name tells by its end, or empty."""
    return Path(file).suffix.removeprefix(".").lower()

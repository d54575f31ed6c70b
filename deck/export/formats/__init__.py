"""The formats, one module each, found by looking into this folder: adding one edits nothing else.

A module says in ``SUFFIX`` how its files end, in ``IS_TEXT`` whether a terminal may see one, and in ``written`` gives
the bytes of what was chosen, piece by piece.
"""

import importlib
import os
from collections.abc import Iterator
from typing import Protocol, cast

from deck.export.chosen import Chosen


class Format(Protocol):
    """What a module in here has."""

    SUFFIX: str
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


def for_file(name: str) -> str | None:
    """The format whose files end like this one, if there is one."""
    return next((each for each in names() if name.lower().endswith(by_name(each).SUFFIX)), None)

"""Which archive a command means."""

from pathlib import Path

from deck.diagnostics import USAGE, Problem
from store.locations import archive_folder


def chosen_archive(option: str | None) -> Path:
    """The archive named by ``--archive``, else the usual one (`store.locations.archive_folder`).

    Raises `Problem` for an empty name.
    """
    if option == "":
        raise Problem("--archive needs a folder", "Without --archive it is the project's archive, or your own.", USAGE)
    return Path(option).expanduser().absolute() if option else archive_folder(Path.cwd())

"""`deck init`: an archive of this project's own."""

from __future__ import annotations

from typing import Annotated

NAME = "init"


def init(folder: Annotated[str, "the project's folder"] = ".") -> int:
    """Make an archive for this project: .deck/, ignored by git.

    Captures and commands that run in the project, or below it, use it from then on. Where there is one already, nothing
    changes.
    """
    from pathlib import Path

    from store.archive import Archive
    from store.files import FILES
    from store.locations import PROJECT_FOLDER

    path = Path(folder).expanduser().absolute() / PROJECT_FOLDER
    known = (path / "FORMAT").exists()
    Archive.create(path).close()
    ignore = path / ".gitignore"
    if not FILES.exists(ignore):
        FILES.replace(ignore, b"# An archive holds conversations, and the key that masks their secrets.\n*\n")
    print(f"{'Already there:' if known else 'Made'} {path}")
    return 0

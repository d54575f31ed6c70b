"""`deck init`: an archive of this project's own."""

from __future__ import annotations

from typing import Annotated

NAME = "init"


def init(folder: Annotated[str, "the project's folder"] = ".") -> int:
    """Make an archive for this project in .deck/, which git ignores.

    Captures and commands that run in the project, or below it, use it from then on. Where there is one already,
    nothing changes.
    """
    from pathlib import Path

    from store.archive import Archive
    from store.locations import PROJECT_FOLDER

    path = Path(folder).expanduser().absolute() / PROJECT_FOLDER
    known = (path / "FORMAT").exists()
    Archive.create(path).close()
    ignore = path / ".gitignore"
    if not ignore.exists():
        ignore.write_text("# An archive holds conversations, and the key that masks their secrets.\n*\n", "utf-8")
        ignore.chmod(0o600)
    print(f"{'Already there:' if known else 'Made'} {path}")
    return 0

"""`deck init`: an archive of this project's own."""

from __future__ import annotations

from typing import Annotated

NAME = "init"


def init(folder: Annotated[str, "the project's folder"] = ".") -> int:
    """Make an archive for this project: .deck/, ignored by git.

    Captures and commands that run in the project, or below it, use it from then on, unless DECK_STORE names another.
    Where there is one already, nothing changes.
    """
    import sys
    from pathlib import Path

    from deck.diagnostics import NOT_FOUND, OK, Problem
    from deck.render import safe
    from store.archive import Archive
    from store.files import FILES
    from store.locations import PROJECT_FOLDER, archive_folder

    project = Path(folder).expanduser().absolute()
    if not project.is_dir():
        raise Problem(f"there is no folder {project}", "An archive is made in a project that is there.", NOT_FOUND)
    path = project / PROJECT_FOLDER
    known = (path / "FORMAT").exists()
    Archive.create(path).close()
    ignore = path / ".gitignore"
    if not FILES.exists(ignore):
        FILES.replace(ignore, b"# An archive holds conversations, and the key that masks their secrets.\n*\n")
    print(safe(f"{'Already there:' if known else 'Made'} {path}", newlines=False))
    used = archive_folder(project)
    if used != path:
        told = f"DECK_STORE is set, so deck goes on using {used}; unset it to use this one"
        print(f"deck: {safe(told, newlines=False)}", file=sys.stderr)
    return OK

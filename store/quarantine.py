"""Setting damaged bytes aside before anything is changed: ``quarantine/`` keeps them, with a text that says why.

Names come from the contents, so setting the same bytes aside twice (after a crash in between) keeps them once.
"""

from pathlib import Path
from typing import Final

from blake3 import blake3

from store.files import Files

FOLDER: Final = "quarantine"


def set_aside(files: Files, archive: Path, name: str, data: bytes, why: str) -> str:
    """Keep ``data``, which is or was in the file ``name``; the durable copy's name in the archive. Raises `OSError`."""
    folder = archive / FOLDER
    files.make_folder(folder)
    kept = f"{name.replace('/', '-').lstrip('.')}.{blake3(data).hexdigest(length=4)}"
    if not files.exists(folder / f"{kept}.txt"):
        files.replace(folder / kept, data)
        files.replace(folder / f"{kept}.txt", f"{len(data)} bytes of {name}\n{why}\n".encode("utf-8", "replace"))
    return f"{FOLDER}/{kept}"

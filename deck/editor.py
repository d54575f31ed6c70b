"""Asking for a text in the user's editor, as git does."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from deck.diagnostics import USAGE, Problem

_COMMENT = "#"


def edited(text: str, about: str, environ: Mapping[str, str] = os.environ) -> str:
    """What the user makes of ``text`` in $GIT_EDITOR, $VISUAL or $EDITOR, else vi.

    Lines that begin with # are left out; ``about`` is shown as such lines below the text. Raises `Problem` where the
    editor cannot be run or fails.
    """
    chosen = next((environ[name] for name in ("GIT_EDITOR", "VISUAL", "EDITOR") if environ.get(name)), "vi")
    with tempfile.TemporaryDirectory(prefix="deck-note-") as folder:  # only the user may look into it
        file = Path(folder) / "NOTE"
        comments = "".join(f"{_COMMENT} {line}\n" for line in about.splitlines())
        file.write_text(f"{text}\n{comments}", "utf-8", "backslashreplace")
        try:
            done = subprocess.run([*shlex.split(chosen), str(file)], check=False)
        except (OSError, ValueError) as error:
            raise Problem(f"the editor {chosen!r} cannot be run: {error}", "Set EDITOR, or give -m TEXT.") from error
        if done.returncode:
            raise Problem(f"the editor {chosen!r} ended with {done.returncode}; nothing was written")
        try:
            written = file.read_text("utf-8")
        except UnicodeDecodeError as error:
            raise Problem("the text is not UTF-8; nothing was written", code=USAGE) from error
    lines = (line.rstrip() for line in written.splitlines() if not line.startswith(_COMMENT))
    return "\n".join(lines).strip()

"""Reading a text in the user's pager, on a terminal that the app has left for that time."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deck.diagnostics import Problem
from deck.output import pager_words

_LESS = "less"


def read_in_pager(text: str, environ: Mapping[str, str] = os.environ) -> None:
    """Show a safe text in the pager of `deck.output.paged` until the user leaves it, also where it fits the screen.

    Who wants no pager has less, as the app comes back over what is only printed. Raises `Problem` where it cannot run.
    """
    words = pager_words(environ) or [_LESS]
    if Path(words[0]).name == _LESS:
        words.append("-+F")  # it would be gone at once where one screen is enough
    before = signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is the pager's business
    try:
        subprocess.run(
            words,
            input=text.encode("utf-8", "backslashreplace"),
            env={**environ, "LESS": environ.get("LESS", "R"), "LV": environ.get("LV", "-c")},
            check=False,
        )
    except OSError as error:
        raise Problem(f"the pager {words[0]!r} cannot be run: {error.strerror}", "Set PAGER.") from error
    finally:
        signal.signal(signal.SIGINT, before)

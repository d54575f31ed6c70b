"""Where a command's output goes: a pager on a terminal, plain bytes elsewhere, JSON with a named schema."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from deck.diagnostics import USAGE, Problem
from deck.render import Style, safe, style_for

_LESS = "FRX"  # quit if it fits one screen, pass colours, leave the text on the screen
_CANNOT_DRAW = ("dumb", "unknown")
"""Terminals, by $TERM, on which text cannot be put at a place; Rich, under Textual, knows the same two."""


def no_screen(environ: Mapping[str, str] = os.environ) -> str:
    """Why there is no terminal to draw the timeline on (Textual writes to stderr) and to read keys from.

    The rest of a sentence that says that one is needed; empty where there is one.
    """
    streams = {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}
    missing = [name for name, stream in streams.items() if not stream.isatty()]
    if missing:
        return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} none"
    kind = environ.get("TERM", "").strip().lower()
    if not kind:
        return "TERM does not say which one this is"
    return f"TERM says that this one is {kind}" if kind in _CANNOT_DRAW else ""


def screen_width() -> int | None:
    """The columns of the terminal that stdout is; None where it is none. To be asked before `paged`."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


@contextmanager
def paged(environ: Mapping[str, str] = os.environ) -> Iterator[Style]:
    """Send what is printed inside through a pager if stdout is a terminal; the style to print with.

    The pager is $DECK_PAGER, else $PAGER, else less; ``cat`` or an empty value means none, and none is used where it
    cannot be started. Leaving the pager early ends the output quietly.
    """
    style = style_for(sys.stdout)
    if not sys.stdout.isatty():
        yield style
        return
    words = pager_words(environ)
    if not words:
        yield style
        return
    import subprocess

    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="backslashreplace",
            env={**environ, "LESS": environ.get("LESS", _LESS), "LV": environ.get("LV", "-c")},
        )
    except OSError:
        yield style
        return
    assert process.stdin is not None
    terminal, sys.stdout = sys.stdout, process.stdin
    try:
        yield style
        process.stdin.flush()
    except BrokenPipeError:
        pass
    finally:
        sys.stdout = terminal
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
        _wait(process)


def pager_words(environ: Mapping[str, str]) -> list[str]:
    """The command line of the user's pager; none where they want none. Raises `Problem` where it cannot be read."""
    import shlex

    pager = environ.get("DECK_PAGER", environ.get("PAGER", "less"))
    try:
        words = shlex.split(pager)
    except ValueError as error:  # a quote that never closes
        raise Problem(f"the pager {pager!r} cannot be read: {error}", "Set DECK_PAGER.", USAGE) from error
    return [] if words == ["cat"] else words


def _wait(process: Any) -> None:
    """Wait until the pager has ended; Ctrl-C is the pager's business, as with git."""
    while True:
        try:
            process.wait()
        except KeyboardInterrupt:
            continue
        return


def print_json(thing: str, members: Mapping[str, Any]) -> None:
    """Print one JSON document of the schema ``deck.<thing>/1``: ASCII only, so that no byte drives a terminal."""
    print(json_text({"schema": f"deck.{thing}/1", **members}))


def print_json_line(thing: str, members: Mapping[str, Any]) -> None:
    """Print one such document on one line, at once."""
    print(json_text({"schema": f"deck.{thing}/1", **members}, indented=False), flush=True)


def json_text(value: Any, *, indented: bool = True) -> str:
    """JSON in printable ASCII. Raises `Problem` where it is nested too deeply."""
    for indent in (2, None) if indented else (None,):  # the indenting encoder is the one that minds depth more
        try:
            return json.dumps(value, indent=indent, ensure_ascii=True).replace("\x7f", "\\u007f")
        except RecursionError:
            continue
    raise Problem("it is nested too deeply for --json", "--raw gives the bytes as they were")


def print_bytes(data: bytes) -> None:
    """Exactly these bytes on stdout, and nothing else; on a terminal, with what could drive it made visible."""
    if sys.stdout.isatty():
        with paged():
            print(safe(data.decode("utf-8", "backslashreplace")))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()

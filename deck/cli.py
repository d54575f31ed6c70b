"""The console script ``deck``: find the command, call it, turn what went wrong into words and an exit code.

A cold start is most of what a short command costs, so the command is found by its file name and called straight from
`deck.command_table`; typer is imported for help, mistakes and the rarer kinds of arguments. Exit codes
are in `deck.diagnostics`.
"""

import gc
import os
import sys
from collections.abc import Sequence
from typing import Any

from deck.command_table import Command, find, load, parse_plainly, stems
from deck.diagnostics import (
    BROKEN_PIPE,
    INTERRUPTED,
    NOT_FOUND,
    OK,
    USAGE,
    Problem,
    about_index,
    is_of_index,
    report,
)
from store.errors import NotAnArchive, NotFound, StoreError

_TOP_LEVEL = ("-h", "--help", "--version")
_FOLLOWING = ("-f", "--follow")  # the command without its word
_COMPLETING = ["completion", "--"]  # what the scripts of `deck completion` say before the words so far
_GARBAGE = 50_000  # objects; imports make many that stay, and looking through them is a tenth of a short command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (``sys.argv`` unless given); the exit code."""
    gc.set_threshold(_GARBAGE)
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a terminal may not be UTF-8
    line = list(sys.argv[1:] if arguments is None else arguments)
    code = _run(_dispatch, (line,), {})
    return _flushed(code)


def _open_closed_streams() -> None:
    """Let what the caller has closed (``deck log >&-``) lead nowhere, before the next file gets its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):  # in this order each gets its own
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  until the process ends


def _dispatch(line: list[str]) -> int:
    if line[:2] == _COMPLETING:
        return _complete(line[2:])
    line, archive = _take_archive(line)
    word = line[0] if line else ""
    if word in _TOP_LEVEL:
        return _with_typer(stems(), line)
    if word in _FOLLOWING:
        word = "follow"
    stem = find(word)
    if stem is None:
        return _open(line, archive)
    rest = line[1:] if archive is None else ["--archive", archive, *line[1:]]
    function = load(stem)
    call = parse_plainly(function, rest)
    if call is None:
        return _with_typer([stem], [word, *rest])
    return _run(function, *call)


def _complete(words: list[str]) -> int:
    from deck.completion.asked import candidates

    for each in candidates(words):
        print(each)
    return OK


def _take_archive(line: list[str]) -> tuple[list[str], str | None]:
    """The line without an ``--archive`` before the command, and its value."""
    if not line or line[0].partition("=")[0] != "--archive":
        return line, None
    _, equals, value = line[0].partition("=")
    if equals:
        return line[1:], value
    if len(line) < 2:
        raise Problem("--archive needs a folder", "deck --archive FOLDER …", USAGE)
    return line[2:], line[1]


def _with_typer(which: Sequence[str], line: Sequence[str]) -> int:
    from deck.typer_app import invoke

    return invoke(which, line, _run)


def _open(line: list[str], archive: str | None) -> int:
    """The timeline, at a rev if one is given."""
    from deck.locations import chosen_archive

    if len(line) > 1 or (line and line[0].startswith("-")):
        raise Problem(f"there is no command or option {line[0]!r}", _meant(line[0]) or "deck --help lists them", USAGE)
    path = chosen_archive(archive)
    rev = line[0] if line else None
    if rev is not None:
        _check(rev, path)
    from deck.output import no_screen

    if why := no_screen():
        hint = "Without one: deck sessions, deck log, deck checkout"
        raise Problem(f"the timeline needs a terminal, and {why}", hint, USAGE)
    gc.disable()  # until something is on the screen: nearly all that is made before stays
    try:
        from deck.tui import app

        code: int = app.run(path, rev)
        return code
    finally:
        gc.enable()


def _check(rev: str, path: Any) -> None:
    """Say what is wrong with a rev before the screen is taken over."""
    from deck.timeline import Timeline

    meant = _meant(rev)
    try:
        with Timeline.open(path) as timeline:
            timeline.resolve(rev)
    except NotAnArchive as error:
        if not meant:
            raise
        raise Problem(f"there is no command {rev!r}, and {error}", meant, USAGE) from error
    except NotFound as error:
        if not meant:
            raise
        raise Problem(str(error), meant, NOT_FOUND) from error


def _meant(word: str) -> str:
    from difflib import get_close_matches

    from deck.command_table import word_of

    close = get_close_matches(word, [word_of(stem) for stem in stems()], n=1)
    return f"Did you mean `deck {close[0]}`?" if close else ""


def _run(function: Command, positional: tuple[Any, ...], options: dict[str, Any]) -> int:
    """Call a command; what it raises on purpose becomes words and an exit code."""
    try:
        return function(*positional, **options)
    except (Problem, StoreError) as error:
        return report(error)
    except BrokenPipeError:
        return BROKEN_PIPE
    except OSError as error:
        return report(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # SQLite's, which cannot be named without importing it; others go on
        if not is_of_index(error):
            raise
        return report(about_index(error))


def _flushed(code: int) -> int:
    """Flush what was printed. What cannot be written, because the reader is gone or a disk full, must not be tried
    again when the interpreter ends: that would print a traceback."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = BROKEN_PIPE
    except OSError as error:
        code = report(error)
    else:
        if code != BROKEN_PIPE:
            return code
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


if __name__ == "__main__":
    sys.exit(main())

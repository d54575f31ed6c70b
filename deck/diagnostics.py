"""What went wrong, in words: a sentence, what to do next, an exit code. Never a traceback for bad input.

    0    all is well
    1    the command failed, or found damage (fsck, gc), something to mend (doctor), nothing (search)
    2    usage: an unknown option, a missing argument, no terminal
    3    nothing of that name: a rev, a file, a folder, a figure
    4    a name or prefix that fits several things; the candidates are listed
    5    the archive holds bytes that do not give what they should, or a list would be empty for that (deck.lost_turns)
    6    no archive there, or one that is unsafe to use, or that cannot be written
    130  interrupted (Ctrl-C)
    141  whoever read the output went away

`deck run` is the exception: it ends with the exit code of the agent it ran.
"""

import errno
import sys

from deck.render import safe
from store.errors import (
    Ambiguous,
    BadId,
    BadName,
    Busy,
    Damaged,
    Missing,
    NotAnArchive,
    NotFound,
    StoreError,
    Taken,
    Unsafe,
    Unwritable,
)

OK = 0
FAILED = 1
USAGE = 2
NOT_FOUND = 3
AMBIGUOUS = 4
DAMAGED = 5
UNUSABLE = 6
INTERRUPTED = 130
BROKEN_PIPE = 141

_SHOWN_CANDIDATES = 20


class Problem(Exception):
    """A failure that a person can act on: ``message`` is one sentence, ``hint`` what to do next, or empty."""

    def __init__(self, message: str, hint: str = "", code: int = FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code


_HINTS: tuple[tuple[type[StoreError], str, int], ...] = (  # the first that fits, so subclasses come first
    (Ambiguous, "Give more of it.", AMBIGUOUS),
    (NotFound, "`deck sessions` and `deck log` list what there is.", NOT_FOUND),
    (BadId, "An id is 4 to 64 hexadecimal digits.", USAGE),
    (BadName, "Names are those that git takes: `man git-check-ref-format`.", USAGE),
    (Taken, "-f moves it.", FAILED),
    (NotAnArchive, "Name one with --archive or DECK_STORE, or make one with `deck init`.", UNUSABLE),
    (Unsafe, "The archive must be yours, with no access for others and without symbolic links.", UNUSABLE),
    (Busy, "Try again when it has ended.", FAILED),
    (Missing, "`deck fsck` lists everything that is missing.", DAMAGED),
    (Damaged, "`deck fsck` says what is damaged and what is not.", DAMAGED),
    (StoreError, "", FAILED),
)


_MAKE_WRITABLE = {
    errno.EROFS: "Its file system is mounted read-only: mount it for writing",
    errno.ENOSPC: "Its disk is full: make room",
    errno.EDQUOT: "Your share of its disk is used up: make room",
}
_TAKE_RIGHTS = "Its folder must be yours to write: look at it with ls -ld"


def explain(error: StoreError | OSError) -> Problem:
    """The error of the store, or of the operating system, as a problem for a person."""
    if isinstance(error, Unwritable):
        why = (error.strerror or "").lower()
        mend = _MAKE_WRITABLE.get(error.errno or 0, f"{_TAKE_RIGHTS} {error.archive}")
        hint = f"{mend}, or name another archive with --archive FOLDER."
        return Problem(f"the archive in {error.archive} cannot be written ({why})", hint, UNUSABLE)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return Problem(f"{where}{error.strerror or error}", "", FAILED)
    usual, code = next((hint, code) for kind, hint, code in _HINTS if isinstance(error, kind))
    hint = usual if error.hint is None else error.hint
    message = str(error)
    if isinstance(error, Ambiguous) and error.candidates:
        shown = error.candidates[:_SHOWN_CANDIDATES]
        message += "".join(f"\n  {candidate}" for candidate in shown)
        if len(error.candidates) > len(shown):
            message += f"\n  … and {len(error.candidates) - len(shown)} more"
    if isinstance(error, Damaged) and error.where:
        message += f" ({error.where})"
    return Problem(message, hint, code)


def is_of_index(error: Exception) -> bool:
    """Whether an error is SQLite's: the index is the only thing that deck asks it about."""
    return type(error).__module__ == "sqlite3"


def about_index(error: Exception) -> Problem:
    """What to say where the index cannot be read."""
    hint = "It is made from packs and journals: `deck fsck --repair` makes it again."
    return Problem(f"the index cannot be read: {error}", hint, DAMAGED)


def report(error: Problem | StoreError | OSError) -> int:
    """Print the error and what to do next on stderr; the exit code."""
    problem = error if isinstance(error, Problem) else explain(error)
    print(f"deck: {safe(problem.message)}", file=sys.stderr)
    if problem.hint:
        print(f"      {safe(problem.hint)}", file=sys.stderr)
    return problem.code

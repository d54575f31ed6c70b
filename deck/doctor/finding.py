"""What a check says."""

from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """How much it matters."""

    OK = "ok"
    NOTE = "note"  # worth knowing; nothing has to be done
    MEND = "mend"


class Finding(NamedTuple):
    """One line: the check's name, how it stands, a sentence, and what to do next (or empty). Text may be captured."""

    check: str
    level: Level
    message: str
    next: str = ""


def ok(check: str, message: str) -> Finding:
    """All is well."""
    return Finding(check, Level.OK, message)


def note(check: str, message: str, then: str = "") -> Finding:
    """Worth knowing."""
    return Finding(check, Level.NOTE, message, then)


def mend(check: str, message: str, then: str) -> Finding:
    """Something to be mended, and how."""
    return Finding(check, Level.MEND, message, then)

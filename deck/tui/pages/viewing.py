"""How a page is looked at: what the keys chose."""

from typing import NamedTuple


class Viewing(NamedTuple):
    """The choices; each page takes those that mean something to it."""

    unfolded: bool = False
    raw: bool = False  # JSON as it was sent instead of what it means
    plain: bool = False  # texts, calls and results as they are: what renders them takes long to load
    marked: str = ""  # the turn that the diff compares with; the one before where it is empty

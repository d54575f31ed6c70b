"""Putting stars beside steps and taking them off, in the name of whoever works here."""

from pathlib import Path

from deck.launch.runs import author
from store import annotate
from store.archive import Archive
from store.ids import from_hex
from store.notes import STAR, Note


def star(archive: Archive, turn: str, step: int, text: str, old: Note | None) -> None:
    """Put a star with this note beside a step of a turn, or in place of an older one. Raises `OSError`."""
    who = author(Path.cwd())
    if old is None:
        annotate.add(archive, from_hex(turn), who, text, [STAR], step)
    else:
        annotate.change(archive, old, who, text)


def unstar(archive: Archive, old: Note) -> None:
    """Take a star off, and keep its note where it has other tag words than the star. Raises `OSError`."""
    others = [word for word in old.tags if word != STAR]
    if others:
        annotate.change(archive, old, author(Path.cwd()), old.text, others)
    else:
        annotate.remove(archive, old, author(Path.cwd()))

"""Tags, notes and stars as text."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deck.render import Style, indent, safe, wall_time
from deck.views import Beside

if TYPE_CHECKING:
    from store.notes import Note

_STAR = "★"


def decoration(beside: Beside, style: Style) -> str:
    """What stands behind a hash, as git decorates it: `` (tag: v1, tag: base)``; empty where there is no tag."""
    names = ", ".join(f"tag: {safe(name, newlines=False)}" for name in beside.tags)
    return style.strong(f" ({names})") if names else ""


def beside_marks(beside: Beside) -> Iterator[str]:
    """``star`` and ``note``, for lists."""
    if any(note.is_star for note in beside.notes):
        yield "star"
    if any(note.text for note in beside.notes):
        yield "note"


def note_lines(note: "Note", style: Style, digits: int, *, target: bool = False) -> Iterator[str]:
    """A note in full, or a star; ``target`` says what it is beside, of whose id ``digits`` are shown."""
    where = f" {style.id(note.target[:digits])}" if target else ""
    step = f" step {note.step}" if note.step else ""
    what = f"{_STAR} star" if note.is_star else "note"
    said = f"{safe(note.author, newlines=False)} · {wall_time(note.time_ms)}"
    yield f"{style.strong(what)} {style.id(note.id[:digits])}{' on' if where or step else ''}{where}{step} · {said}"
    if note.text:
        yield indent(safe(note.text.rstrip("\n")))

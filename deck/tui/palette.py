"""How each kind of thing looks. Colour never stands alone: every distinction is also a word or a sign.

The colours are the Okabe-Ito set, which stays apart for colour-blind eyes and when a terminal has only 16 of them.
"""

from typing import Final

from rich.style import Style

from deck.tui.border import Safe, clean
from deck.views import StepRow

BLUE: Final = "#56b4e9"
GREEN: Final = "#009e73"
ORANGE: Final = "#e69f00"
RED: Final = "#e0662a"
PINK: Final = "#cc79a7"
YELLOW: Final = "#f0e442"

PLAIN: Final = Style()
FAINT: Final = Style(color="#8a8a8a")
STRONG: Final = Style(bold=True)
HEADING: Final = Style(bold=True, underline=True)
USER: Final = Style(color=BLUE, bold=True)
THINKING: Final = Style(color=PINK, italic=True)
TOOL: Final = Style(color=ORANGE)
RESULT: Final = Style(color=GREEN)
ERROR: Final = Style(color=RED, bold=True)
LIVE: Final = Style(color=GREEN, bold=True)
PINNED: Final = Style(color=YELLOW, bold=True)
ADDED: Final = Style(color=BLUE)
REMOVED: Final = Style(color=ORANGE)
CURSOR: Final = Style(reverse=True)
SELECTED: Final = Style(bgcolor="#1d4a66")
"""The cursor of the list that has the focus."""
HELD: Final = Style(bgcolor="#333333")
"""The cursor of a list that has no focus."""
LANE: Final = Style(color=PINK, bold=True)
STAR: Final = Style(color=YELLOW, bold=True)
STARRED_ERROR: Final = STAR + Style(underline=True)
"""A mark of an error where the user has put one too; the line under it is for terminals without colour."""
NOT_UNDERLINED: Final = Style(underline=False)
ERROR_MARK: Final = "e"
"""The mark of an error below the bars, which no other hides."""
FOUND: Final = Style(color="#000000", bgcolor=YELLOW, underline=True)
"""What a search found; the line under it is for terminals without colour."""

FULL_AT: Final = ((0.9, Style(color=RED)), (0.7, Style(color=YELLOW)))
"""Colour of a bar by how full the context window is, fullest first."""

_LABELS: Final = {
    "thinking": ("think", THINKING),
    "image": ("image", PLAIN),
    "document": ("document", PLAIN),
    "refusal": ("refusal", ERROR),
    "error": ("error ✗", ERROR),
}


def look(row: StepRow) -> tuple[Safe, Style]:
    """The word that names a step's kind in a list, and its style."""
    if row.kind in ("tool-call", "server-tool-call"):
        name = row.name.rpartition(".")[2] or row.name or "tool"  # a namespace would take all the room
        return clean(f"{name} ✗" if row.is_error else name), TOOL
    if row.kind == "other":
        return clean(row.name or "other"), FAINT
    if row.kind in ("tool-result", "server-tool-result"):
        verdict, style = ("↳ err", ERROR) if row.is_error else ("↳ ok", RESULT)
        return clean(f"{verdict} {row.name.rpartition('.')[2]}".rstrip()), style
    if row.kind == "text":
        return (Safe("text"), PLAIN) if row.role == "assistant" else (clean(row.role), USER)
    label, style = _LABELS.get(row.kind, (row.kind, FAINT))
    return clean(label), style


def fullness(share: float) -> Style:
    """The style of a context that fills ``share`` (0 to 1) of its window."""
    return next((style for at, style in FULL_AT if share >= at), Style(color=GREEN))

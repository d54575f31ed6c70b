"""The last look at every line that goes to the terminal, whichever widget drew it.

All captured text is made safe at the border (`deck.tui.border`). This filter does it once more, for text that a mistake
might let around it, and takes off links and actions, which none of deck's own text has. Textual makes its own escape
sequences after it, from styles, so they are not touched.
"""

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from deck.tui.border import clean, fit


class Wall(LineFilter):
    """The filter."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, harmless, each in as many cells as before: what is longer would shift the rest."""
        if all(_is_harmless(text, style) for text, style, _control in segments):
            return segments
        return [
            Segment(fit(clean(text), cell_len(text)), None if style is None else style.update_link(None))
            for text, style, _control in segments
        ]


def _is_harmless(text: str, style: Style | None) -> bool:
    return clean(text) == text and (style is None or style.link is None)

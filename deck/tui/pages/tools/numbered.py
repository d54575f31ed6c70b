"""Lines of a file with their numbers."""

from collections.abc import Sequence

from deck.tui import palette
from deck.tui.document import Writer
from deck.tui.highlight import code_lines


def write_numbered(out: Writer, first: int, lines: Sequence[str], language: str, indent: int) -> None:
    """Lines numbered from ``first`` on, in the colours of a language."""
    width = len(str(first + len(lines) - 1))
    for number, runs in enumerate(code_lines("\n".join(lines), language), first):
        out.runs([(f"{number:>{width}} ", palette.FAINT), *runs], indent, hang=width + 1)

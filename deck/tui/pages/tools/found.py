"""What a search found: files, or lines of files."""

import re

from deck.tui import palette
from deck.tui.document import Writer
from deck.tui.pages.tools.arguments import Arguments
from deck.tui.pages.tools.generic import write_result
from store.reading import Block

_LINE = re.compile(r"([^:\n]{1,400}):(\d{1,9}):(.*)|([^:\n]{1,400}?)-(\d{1,9})-(.*)")
"""A line that was found, and one around it, as grep writes them."""


def write_found(out: Writer, _arguments: Arguments, result: Block, indent: int) -> None:
    """The lines of a result; where a file and a line are named, they stand apart."""
    if result.is_error or not result.text:
        write_result(out, result, indent)
        return
    for line in result.text.rstrip("\n").split("\n"):
        found = _LINE.fullmatch(line)
        if found is None:
            out.line(line, indent=indent)
            continue
        path, number, said = found.groups()[:3] if found[1] else found.groups()[3:]
        style = palette.PLAIN if found[1] else palette.FAINT
        out.runs([(f"{path}:", palette.FAINT), (number, palette.TOOL), (f" {said}", style)], indent, hang=2)

"""Claude Code's Read: a file, which part of it, and its lines with their numbers."""

import re

from deck.tui import palette
from deck.tui.document import Writer
from deck.tui.highlight import language_of
from deck.tui.pages.tools.arguments import Arguments
from deck.tui.pages.tools.generic import write_result
from deck.tui.pages.tools.numbered import write_numbered
from deck.tui.pages.tools.view import ToolView
from store.reading import Block

_NUMBERED = re.compile(r" *(\d{1,9})[\t→](.*)")
"""A line of a result: older versions write an arrow behind the number, newer ones a tab."""


def _call(out: Writer, arguments: Arguments, indent: int) -> None:
    offset, limit = arguments.number("offset"), arguments.number("limit")
    first = offset or 1
    part = f" · lines {first:g} to {first + limit - 1:g}" if limit else f" · from line {first:g} on" if offset else ""
    pages = arguments.text("pages")
    runs = [(arguments.text("file_path"), palette.STRONG), (part, palette.FAINT)]
    out.runs([*runs, (f" · pages {pages}" if pages else "", palette.FAINT)], indent, hang=2)


def _result(out: Writer, arguments: Arguments, result: Block, indent: int) -> None:
    """The numbered lines with which the result begins, then what the agent has put behind them."""
    lines = result.text.split("\n")
    numbered: list[str] = []
    first = 0
    for line in lines:
        found = _NUMBERED.fullmatch(line)
        if found is None or (numbered and int(found[1]) != first + len(numbered)):
            break
        first = first if numbered else int(found[1])
        numbered.append(found[2])
    if numbered and not result.is_error:
        write_numbered(out, first, numbered, language_of(arguments.text("file_path")), indent)
        out.text("\n".join(lines[len(numbered) :]).strip("\n"), palette.FAINT, indent)
    else:
        write_result(out, result, indent)


VIEW = ToolView(("Read",), _call, _result)

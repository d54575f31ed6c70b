"""Two texts, of which one takes the other's place, as a unified diff."""

from collections.abc import Iterator
from typing import NamedTuple

from deck.compare.align import Budget, runs
from deck.render import plural
from deck.tui import palette
from deck.tui.document import Writer

_CONTEXT = 3


class Change(NamedTuple):
    """A line: ``-`` it went, ``+`` it came, a blank: it stayed."""

    sign: str
    line: str


def write_change(out: Writer, before: str, after: str, indent: int) -> None:
    """The lines that went and came, with some around them; the rest is told in number."""
    changes = list(_changes(before.splitlines(), after.splitlines()))
    near = [False] * len(changes)
    for number, change in enumerate(changes):
        if change.sign != " ":
            start, end = max(number - _CONTEXT, 0), number + _CONTEXT + 1
            near[start:end] = [True] * len(near[start:end])
    folded = 0
    for change, shown in zip(changes, near, strict=True):
        if not shown:
            folded += 1
            continue
        _write_folded(out, folded, indent)
        folded = 0
        write_line(out, change.sign, change.line, indent)
    _write_folded(out, folded, indent)


def write_line(out: Writer, sign: str, text: str, indent: int) -> None:
    """One line of a diff."""
    style = {"+": palette.ADDED, "-": palette.REMOVED}.get(sign, palette.PLAIN)
    out.runs([(sign, style), (text, style)], indent, hang=1)


def _write_folded(out: Writer, lines: int, indent: int) -> None:
    if lines:
        out.line(f"= {plural(lines, 'line')} the same", palette.FAINT, indent)


def _changes(old: list[str], new: list[str]) -> Iterator[Change]:
    done_old = done_new = 0
    for at, to, size in [*runs(old, new, Budget(), popular_too=True), (len(old), len(new), 0)]:
        yield from (Change("-", line) for line in old[done_old:at])
        yield from (Change("+", line) for line in new[done_new:to])
        yield from (Change(" ", line) for line in old[at : at + size])
        done_old, done_new = at + size, to + size

"""The turns of a session as a log, with or without a graph."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from deck.render import Style, count, duration, percent, safe, short, wall_time
from deck.render_graph import Graph
from deck.render_notes import beside_marks, decoration, note_lines
from deck.views import Beside, TurnRow

_BY_TIME = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_LINE = 100


class Told(NamedTuple):
    """What a log tells of a turn besides its row."""

    digits: int  # of an id where it is short
    beside: Mapping[str, Beside]  # by the turn's id
    cost: Callable[[TurnRow], str]


def log_lines(turns: Iterable[TurnRow], told: Told, style: Style, *, oneline: bool, graph: bool) -> Iterator[str]:
    """The turns in the given order (newest first)."""
    drawn = Graph() if graph else None
    for row in turns:
        lines = [_one_line(row, told, style)] if oneline else [*_entry(row, told, style), ""]
        if drawn is None:
            yield from lines
        else:
            yield from drawn.beside(row.id, [edge.turn for edge in row.parents], lines)


def _one_line(row: TurnRow, told: Told, style: Style) -> str:
    beside = told.beside.get(row.id, Beside())
    marks = [f"[{mark}]" for mark in (*beside_marks(beside), *_marks(row))]
    summary = short(safe(row.summary or row.outcome, newlines=False), _LINE)
    return " ".join([style.id(row.id[: told.digits]) + decoration(beside, style), *marks, summary])


def _marks(row: TurnRow) -> Iterator[str]:
    """What sets a turn apart from an ordinary one."""
    if row.role not in ("main", "sub"):
        yield safe(row.role, newlines=False)
    if row.thread:
        yield f"sub {safe(short_thread(row.thread), newlines=False)}"
    yield from (safe(edge.kind, newlines=False) for edge in row.parents if edge.kind != "continues")
    if row.outcome != "complete":
        yield safe(row.outcome, newlines=False)
    if row.error or (row.status or 0) >= 400:
        # an answer that is an error has the status of its stream or socket, which says nothing
        yield f"error {row.status}" if (row.status or 0) >= 400 else "error"


def short_thread(thread: str) -> str:
    """Enough of a thread's id to tell it apart: the end of a UUID that begins with the time (version 7)."""
    return thread[-8:] if _BY_TIME.match(thread) else thread[:8]


def _entry(row: TurnRow, told: Told, style: Style) -> Iterator[str]:
    marks = "".join(f" [{mark}]" for mark in _marks(row))
    beside = told.beside.get(row.id, Beside())
    yield f"{style.strong('turn')} {style.id(row.id)}{decoration(beside, style)}{marks}"
    yield f"{'Session:':<9}{safe(row.session, newlines=False)} · turn {row.number:,}"
    yield f"{'Date:':<9}{wall_time(row.started_ms)} · {duration(row.duration_ms) or 'no end'}"
    model = safe(row.model or "unknown model", newlines=False)
    usage = row.usage
    cached = f" ({percent(usage.cache_read, usage.context)} cached)" if usage.cache_read and usage.context else ""
    spent = f"{count(usage.context)} in{cached} · {count(usage.output or 0)} out · {told.cost(row)}"
    yield f"{'Model:':<9}{model} · {spent}"
    yield ""
    if not (row.error and _same_words(row.summary, row.error)):
        yield f"    {safe(row.summary or row.outcome, newlines=False)}"
    if row.error:
        yield style.kind("error", f"    {safe(row.error, newlines=False)}")
    for note in beside.notes:
        yield ""
        yield from note_lines(note, style, told.digits)


def _same_words(summary: str, error: str) -> bool:
    """Whether a turn has nothing to say but its error, whose kind and words are parted by a colon in one of them."""
    return bool(summary) and error.replace(":", "").startswith(summary.replace(":", ""))

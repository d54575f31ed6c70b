"""Lists as text: sessions, and the turns of a session as a log, with or without a graph."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from deck.render import Style, count, duration, plural, safe, short, wall_time
from deck.render_graph import Graph
from deck.render_notes import beside_marks, decoration, note_lines
from deck.views import Beside, SessionView, TurnRow

_BY_TIME = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_TITLE = 48
_LINE = 100


class SessionTold(NamedTuple):
    """What a list of sessions tells of one besides its row."""

    mark: str  # whether all of it is there (`store.ledger.State`)
    cost: str
    beside: Beside


def session_lines(
    sessions: Sequence[SessionView], told: Mapping[str, SessionTold], now_ms: int, style: Style
) -> Iterator[str]:
    """One line a session, in columns; the key's first characters name it in revs. ``told`` is by the whole key."""
    if not sessions:
        return
    length = key_length([view.key for view in sessions])
    rows = [_session_cells(view, told[view.key], now_ms, length) for view in sessions]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for view, row in zip(sessions, rows, strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        cells[0] = style.id(cells[0])
        if view.outcome != "complete" or view.errors:
            cells[-3] = style.kind("error", cells[-3])
        if told[view.key].mark.startswith("gaps"):
            cells[-2] = style.kind("error", cells[-2])
        yield "  ".join(cells).rstrip()


def key_length(keys: Sequence[str], least: int = 8) -> int:
    """How many first characters tell these session keys apart."""
    ordered = sorted(keys)
    needed = least
    for before, after in pairwise(ordered):
        same = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
        needed = max(needed, same + 1)
    return needed


def _session_cells(view: SessionView, told: SessionTold, now_ms: int, length: int) -> list[str]:
    title = short(safe(view.title, newlines=False), _TITLE) or "(no prompt)"
    agents = f" ({plural(view.threads, 'agent')})" if view.threads else ""
    hit = f", {view.cached_tokens * 100 // view.input_tokens}% cached" if view.input_tokens else ""
    troubles = [plural(view.errors, "error")] if view.errors else []
    troubles += [f"{view.interrupted} interrupted"] if view.interrupted else []
    outcome = "live" if view.live else view.outcome
    return [
        safe(view.key[:length], newlines=False),
        title + agents + decoration(told.beside, Style(False)),
        safe(view.client or "?", newlines=False),
        short(safe(", ".join(view.models), newlines=False), 32),
        plural(view.turns, "turn"),
        f"{count(view.input_tokens)} in{hit}",
        f"{count(view.output_tokens)} out",
        told.cost,
        duration(max(view.last_ms - view.started_ms, 0)),
        ", ".join([outcome, *troubles]),
        f"ledger {told.mark}",
        f"{duration(max(now_ms - view.last_ms, 0) // 1000 * 1000)} ago",
    ]


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
    cached = f" ({usage.cache_read * 100 // usage.context}% cached)" if usage.cache_read and usage.context else ""
    spent = f"{count(usage.context)} in{cached} · {count(usage.output or 0)} out · {told.cost(row)}"
    yield f"{'Model:':<9}{model} · {spent}"
    yield ""
    yield f"    {safe(row.summary or row.outcome, newlines=False)}"
    if row.error:
        yield style.kind("error", f"    {safe(row.error, newlines=False)}")
    for note in beside.notes:
        yield ""
        yield from note_lines(note, style, told.digits)

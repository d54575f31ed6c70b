"""The list of sessions as text: columns, of which a narrow terminal shows those that matter most."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from deck.render import Style, duration, padded, percent, plural, reported, safe, short, width_of
from deck.render_notes import decoration
from deck.views import Beside, SessionView

_TITLE = 48
_TITLE_AT_LEAST = 24  # columns leave before it is cut further
_MODELS = 32
_GAP = "  "


class SessionTold(NamedTuple):
    """What a list of sessions tells of one besides its row."""

    mark: str  # whether all of it is there (`store.ledger.State`)
    cost: str
    beside: Beside


class _Row(NamedTuple):
    """The columns."""

    session: str
    title: str
    agent: str
    model: str
    turns: str
    sent: str
    got: str
    cost: str
    took: str
    ended: str
    seen: str
    age: str


_HEAD = _Row("SESSION", "TITLE", "AGENT", "MODEL", "TURNS", "IN", "OUT", "COST", "TIME", "ENDED", "SEEN", "LAST")
_LEAVING = ("got", "took", "model", "sent", "agent", "seen", "cost", "age", "turns", "ended")
"""What goes first where the line is narrow; the title is cut only after all of them."""


def session_lines(
    sessions: Sequence[SessionView], told: Mapping[str, SessionTold], now_ms: int, style: Style, width: int | None
) -> list[str]:
    """One line a session, in columns; the key's first characters name it in revs. ``told`` is by the whole key.

    ``width`` is that of a terminal, to which the lines are fitted, with a head; None asks for all columns and no head.
    """
    if not sessions:
        return []
    length = key_length([view.key for view in sessions])
    rows = [_row(view, told[view.key], now_ms, length) for view in sessions]
    table = rows if width is None else [_HEAD, *rows]
    widths = {name: max(width_of(getattr(row, name)) for row in table) for name in _Row._fields}
    if width is not None:
        _fit(widths, width)
    found = [] if width is None else [style.faint(_line(_HEAD, {}, widths, Style(False)))]
    for view, row in zip(sessions, rows, strict=True):
        wrong = {"ended": view.outcome != "complete" or bool(view.errors or view.failures)}
        wrong["seen"] = told[view.key].mark.startswith("gaps")
        found.append(_line(row, wrong, widths, style))
    return found


def _fit(widths: dict[str, int], width: int) -> None:
    """Drop columns, then cut the title, until the line fits."""

    def room() -> int:
        return width - sum(widths.values()) + widths["title"] - len(_GAP) * (len(widths) - 1)

    for name in _LEAVING:
        if room() >= min(widths["title"], _TITLE_AT_LEAST):
            break
        del widths[name]
    widths["title"] = max(min(widths["title"], room()), 1)


def _line(row: _Row, wrong: Mapping[str, bool], widths: Mapping[str, int], style: Style) -> str:
    cells = {name: padded(short(getattr(row, name), width), width) for name, width in widths.items()}
    cells["session"] = style.id(cells["session"])
    for name, is_wrong in wrong.items():
        if is_wrong and name in cells:
            cells[name] = style.kind("error", cells[name])
    return _GAP.join(cells.values()).rstrip()


def key_length(keys: Sequence[str], least: int = 8) -> int:
    """How many first characters tell these session keys apart."""
    ordered = sorted(keys)
    needed = least
    for before, after in pairwise(ordered):
        same = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
        needed = max(needed, same + 1)
    return needed


def _row(view: SessionView, told: SessionTold, now_ms: int, length: int) -> _Row:
    title = short(safe(view.title, newlines=False), _TITLE) or "(no prompt)"
    agents = f" ({plural(view.threads, 'agent')})" if view.threads else ""
    hit = f", {percent(view.cached_tokens, view.input_tokens)} cached" if view.input_tokens else ""
    troubles = [plural(figure, word) for figure, word in ((view.errors, "error"), (view.failures, "failure")) if figure]
    return _Row(
        session=safe(view.key[:length], newlines=False),
        title=title + agents + decoration(told.beside, Style(False)),
        agent=safe(view.client or "?", newlines=False),
        model=short(safe(", ".join(view.models), newlines=False), _MODELS),
        turns=plural(view.turns, "turn"),
        sent=f"{reported(view.input_tokens)} in{hit}",
        got=f"{reported(view.output_tokens)} out",
        cost=told.cost,
        took=duration(max(view.last_ms - view.started_ms, 0)),
        ended=", ".join([_ended(view), *troubles]),
        seen=f"ledger {told.mark}",
        age=f"{duration(max(now_ms - view.last_ms, 0) // 1000 * 1000)} ago",
    )


def _ended(view: SessionView) -> str:
    """How its main line stands, and how many turns were interrupted, which is not said twice of a single one."""
    told = "live" if view.live else view.outcome
    if told == "interrupted":
        return f"{told} ({view.interrupted} turns)" if view.interrupted > 1 else told
    return f"{told}, {view.interrupted} interrupted" if view.interrupted else told

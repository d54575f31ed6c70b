"""The columns of the list of sessions: what stands in them, how wide they are, and which of them a narrow list has."""

from collections.abc import Iterable, Mapping
from typing import Final

from rich.style import Style

from deck.render import count, duration, percent, plural, reported, width_of
from deck.tui import palette
from deck.tui.border import Safe, Span, clean, fit
from deck.tui.overview import SessionLine
from deck.views import SessionView

_BESIDE_AT_LEAST: Final = 40
"""Cells for outcome, title and agents before any column has one."""

_GAP: Final = 2
_WIDEST: Final = {"client": 13, "model": 24, "trouble": 10}
_NARROWEST: Final = {"cost": 8, "age": 4}  # they change while one looks, and the rest should stay where it is
_TO_THE_RIGHT: Final = ("turns", "input", "hits", "output", "cost", "took", "age")
_LEAVING: Final = ("output", "hits", "model", "took", "client", "input", "cost", "trouble")
"""What goes first where the line is narrow: turns and age stay."""

_UNITS: Final = ((365 * 86_400_000, "y"), (86_400_000, "d"), (3_600_000, "h"), (60_000, "m"))

Widths = Mapping[str, int]
"""The columns that are shown, in their order, and the cells of each without the gap before it."""


def widths(lines: Iterable[SessionLine], now_ms: int, width: int) -> Widths:
    """The columns for these sessions in a list of this width."""
    found: dict[str, int] = {}
    for line in lines:
        for name, (text, _) in _texts(line, now_ms).items():
            found[name] = max(found.get(name, 0), width_of(clean(text)))
    found = {name: min(cells, _WIDEST.get(name, cells)) for name, cells in found.items() if cells}
    found = {name: max(cells, _NARROWEST.get(name, cells)) for name, cells in found.items()}
    for name in _LEAVING:
        if room_of(found) + _BESIDE_AT_LEAST <= width:
            break
        found.pop(name, None)
    return found


def room_of(widths: Widths) -> int:
    """Cells that these columns take, the gaps before them and one behind the last too."""
    return sum(cells + _GAP for cells in widths.values()) + 1


def spans(line: SessionLine, now_ms: int, widths: Widths) -> list[Span]:
    """The columns of a session, each with the gap before it."""
    texts = _texts(line, now_ms)
    found: list[Span] = []
    for name, cells in widths.items():
        text, style = texts[name]
        shown = fit(clean(text), cells)
        if name in _TO_THE_RIGHT:
            shown = Safe(shown.rstrip().rjust(cells))
        found.append((Safe(" " * _GAP + shown), style))
    return found


def left_out(line: SessionLine, now_ms: int, widths: Widths) -> tuple[list[Span], list[Span]]:
    """What these columns have no room for, on two lines: title and project; figures and the session's id."""
    texts = _texts(line, now_ms)
    figures = [text for name, (text, _) in texts.items() if text and name not in widths]
    named: list[Span] = [(clean(f" {line.view.title}"), palette.STRONG)]
    if line.project:
        named.append((clean(f" · {line.project}"), palette.FAINT))
    return named, [(clean(f" {' · '.join((*figures, line.view.key))}"), palette.FAINT)]


def _texts(line: SessionLine, now_ms: int) -> dict[str, tuple[str, Style]]:
    session = line.view
    return {
        "client": (session.client or "?", palette.PLAIN),
        "model": (", ".join(session.models), palette.FAINT),
        "turns": (plural(session.turns, "turn"), palette.PLAIN),
        "input": (f"{reported(session.input_tokens)} in", palette.PLAIN),
        "hits": (_cache_hits(session), palette.FAINT),
        "output": (f"{reported(session.output_tokens)} out", palette.PLAIN),
        "cost": ("…" if line.cost is None else str(line.cost), palette.PLAIN),
        "trouble": (_trouble(line), palette.ERROR),
        "took": (duration(session.last_ms - session.started_ms), palette.FAINT),
        "age": ("now" if session.live else age(now_ms - session.last_ms), palette.PLAIN),
    }


def age(ms: int) -> str:
    """How long ago, in one figure: ``now``, ``5m``, ``2h``, ``3d``, ``1y``."""
    return next((f"{ms // size}{unit}" for size, unit in _UNITS if ms >= size), "now")


def _trouble(line: SessionLine) -> str:
    """What went wrong: exchanges that were lost, turns with an error, tools that failed."""
    figures = ((line.lost, "lost"), (line.view.errors, "err"), (line.view.failures, "fail"))
    told = " ".join(f"{figure} {word}" for figure, word in figures if figure)
    if len(told) > _WIDEST["trouble"] - 2:
        told = f"{count(sum(figure for figure, _ in figures))} wrong"
    return f"{told} ✗" if told else ""


def _cache_hits(session: SessionView) -> str:
    return f"{percent(session.cached_tokens, session.input_tokens)} hit" if session.input_tokens else ""

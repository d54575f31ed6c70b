"""What the timeline costs whoever sits before it: on a real terminal, sessions of 100, 10,000 and 100,000 turns.

Every time runs from the key, the start of the program or the commit of a turn to the arrival of the bytes that show it.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from figure import Figure, below, percentile
from tall import SESSION, build, exchanges
from terminal import Screen, Terminal, deck_words, on_terminal
from workspace import Workspace

from deck.timeline import Timeline
from store.archive import Archive
from store.record import Recorder

SIZE = (120, 40)
TURNS = (100, 10_000, 100_000)
QUICK = (100, 10_000)
_PAINTS = 9
_KEYS = 60
_COMMITS = 20
_UNKNOWN = 10_000
_INDEXING_SECONDS = 600
_EMPTY = "from textual.app import App; App().run()"
_PAGE_DOWN = "\x1b[6~"


def measure(workspace: Workspace) -> Sequence[Figure]:
    """The figures; a quick run leaves out the longest session."""
    archives = {
        turns: build(workspace.folder / f"tall-{turns}", turns) for turns in TURNS[: 2 if workspace.quick else 3]
    }
    # An installed deck has its bytecode; a machine that forbids writing it would measure the compiler.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as bytecode:
        os.environ["PYTHONPYCACHEPREFIX"] = bytecode
        figures = _paints(archives)
        memory: dict[int, int] = {}
        figures += _keys(archives[_UNKNOWN], _UNKNOWN, {}, ", nothing indexed before")[2:]
        for turns, archive in archives.items():
            with Timeline.open(archive) as timeline:
                timeline.index_for_search(_INDEXING_SECONDS)
            figures += _keys(archive, turns, memory)
        least = min(memory)
        figures += [
            Figure(
                f"memory, {turns:,} turns",
                f"{used / 1e6:.0f} MB",
                f"{memory[least] / 1e6:.0f} MB with {least:,}",
                f"{used / memory[least]:.2f}x",
            )
            for turns, used in memory.items()
            if turns != least
        ]
        for turns, archive in archives.items():
            figures.append(_following(archive, turns))
        del os.environ["PYTHONPYCACHEPREFIX"]
    return figures


def _paints(archives: dict[int, Path]) -> list[Figure]:
    """From the start of the process to the whole picture: title, steps and the step in full."""
    looks: dict[str, Callable[[], float]] = {"empty": _paint_nothing}
    for turns, archive in archives.items():
        looks[f"{turns:,} turns"] = lambda archive=archive, turns=turns: _paint_end(archive, turns)  # type: ignore[misc]
        looks[f"sessions, {turns:,} turns"] = lambda archive=archive: _paint_sessions(archive)  # type: ignore[misc]
    best = {name: look() for name, look in looks.items()}  # that was for the bytecode and the disk
    best = dict.fromkeys(best, float("inf"))
    for _ in range(_PAINTS):
        for name, look in looks.items():
            best[name] = min(best[name], look())
    empty = best.pop("empty")
    return [
        Figure(
            f"first paint, {name}",
            f"{seconds * 1e3:.0f} ms",
            f"{empty * 1e3:.0f} ms Textual's empty app",
            f"{seconds / empty:.2f}x",
            "1.5x",
            "1.1x",
            below(seconds / empty, 1.5, 1.1),
        )
        for name, seconds in best.items()
    ]


def _paint_nothing() -> float:
    with on_terminal([sys.executable, "-c", _EMPTY], SIZE) as terminal:
        return terminal.until(_is_painted) - terminal.started


def _is_painted(screen: Screen) -> bool:
    return screen.painted >= SIZE[0] * SIZE[1]


def _paint_end(archive: Path, turns: int) -> float:
    with on_terminal(deck_words(archive, SESSION), SIZE) as terminal:
        return _see_turn(terminal, turns) - terminal.started


def _see_turn(terminal: Terminal, turn: int) -> float:
    """The title names the turn, the list has it, the detail shows it."""
    return terminal.until(lambda screen: f"turn {turn} of" in screen.lines[0] and screen.text.count(f" {turn - 1}") > 1)


def _paint_sessions(archive: Path) -> float:
    with on_terminal(deck_words(archive), SIZE) as terminal:
        return terminal.see("1 of 1") - terminal.started


def _keys(archive: Path, turns: int, memory: dict[int, int], how: str = "") -> list[Figure]:
    with on_terminal(deck_words(archive, SESSION), SIZE) as terminal:
        _see_turn(terminal, turns)
        terminal.settle(0.5)
        terminal.press("g")
        terminal.see("turn 1 of")
        terminal.settle(0.5)
        steps = [_moved(terminal, "j") for _ in range(_KEYS)]
        pages = [_moved(terminal, _PAGE_DOWN) for _ in range(min(_KEYS, turns // 20))]
        terminal.press("G")
        _see_turn(terminal, turns)
        terminal.settle(0.5)
        pages += [_moved(terminal, "\x1b[5~") for _ in range(min(_KEYS, turns // 20))]
        memory[turns] = terminal.memory()
        found, counted = _searched(terminal, turns)
    figures = [
        _latency(f"a key press, {turns:,} turns", steps, 16, 8),
        _latency(f"a page, {turns:,} turns", pages, 20, 20),
    ]
    return [
        *figures,
        Figure(f"/ from the first of {turns:,} turns, a hit in the last{how}: shown", f"{found * 1e3:.0f} ms", "", ""),
        Figure(f"/ from the first of {turns:,} turns{how}: all counted", f"{counted * 1e3:.0f} ms", "", ""),
    ]


def _moved(terminal: Terminal, key: str) -> float:
    """Seconds until the cursor is on another line of the list, or the lines have moved under it."""
    before = _under_cursor(terminal.screen)
    at = terminal.press(key)
    seconds = terminal.until(lambda screen: _under_cursor(screen) not in (before, "")) - at
    terminal.settle(0.03)
    return seconds


def _under_cursor(screen: Screen) -> str:
    return next((line[:50] for line in screen.lines if line.startswith("▌")), "")


def _latency(what: str, seconds: Sequence[float], at_least: float, aim: float) -> Figure:
    middle = statistics.median(seconds) * 1e3
    late = percentile(seconds, 0.95) * 1e3
    return Figure(
        f"{what}, p50",
        f"{middle:.1f} ms",
        f"p95 {late:.1f} ms",
        "",
        f"{at_least} ms",
        f"{aim} ms",
        below(middle, at_least, aim),
    )


def _searched(terminal: Terminal, turns: int) -> tuple[float, float]:
    """Seconds until the first of the places after the start is shown, and until all of them are counted."""
    terminal.press("g")
    terminal.see("turn 1 of")
    terminal.press("/")
    terminal.settle()
    at = terminal.press(f"Answer {turns - 1}\r")
    found = terminal.until(lambda screen: "1 of 1" in screen.lines[-1], 600) - at
    counted = terminal.until(lambda screen: "1 of 1 for" in screen.lines[-1], 600) - at
    return found, counted


def _following(archive: Path, turns: int) -> Figure:
    """From a commit to the screen that shows it."""
    waits: list[float] = []
    more = islice(exchanges(), turns, turns + _COMMITS)
    with Archive.open(archive) as opened, Recorder(opened) as recorder:
        recorder.record(next(more))
        with on_terminal(deck_words(archive, SESSION), SIZE) as terminal:
            _see_turn(terminal, turns + 1)
            terminal.press("G")
            terminal.settle(0.5)
            for turn, exchange in enumerate(more, turns + 2):
                recorder.record(exchange)
                at = time.perf_counter()
                waits.append(_see_turn(terminal, turn) - at)
                terminal.settle(0.03 + turn % 7 / 100)  # so that commits fall anywhere between two looks
    late = max(waits) * 1e3
    return Figure(
        f"commit to screen, {turns:,} turns, longest of {len(waits)}",
        f"{late:.0f} ms",
        f"p50 {statistics.median(waits) * 1e3:.0f} ms",
        "",
        "200 ms",
        "200 ms",
        below(late, 200, 200),
    )

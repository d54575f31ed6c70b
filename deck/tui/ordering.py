"""Which sessions the first screen shows, in which order and in which groups; live ones are always on top."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deck.tui.overview import SessionLine, projects_in_short
from deck.views import SessionView


@dataclass(frozen=True, slots=True)
class Order:
    """A way to sort, live sessions on top; ``by_day`` says that a line a day makes sense in it."""

    name: str
    key: Callable[[SessionLine], Any]
    by_day: bool = False


ORDERS = (
    Order("newest", lambda line: line.view.recency, by_day=True),
    Order("oldest", lambda line: line.view.started_ms, by_day=True),
    Order("most turns", lambda line: -line.view.turns),
    Order("most tokens", lambda line: -line.view.tokens),
    Order("most costly", lambda line: -(line.cost.micro_usd if line.cost else 0)),
    Order("most errors", lambda line: -(line.view.errors + line.view.failures)),
    Order("longest", lambda line: line.view.started_ms - line.view.last_ms),
)


def arrange(
    lines: Iterable[SessionLine], order: Order, words: str, day: Callable[[int], str], *, by_project: bool = False
) -> list[SessionLine | str]:
    """The sessions that hold all ``words``, in order; a text between them begins a group: a day, or a project."""
    wanted = words.casefold().split()
    shown = [line for line in lines if all(word in _searched(line) for word in wanted)]
    shown.sort(key=lambda line: (not line.view.live, order.key(line)))
    if by_project:
        return _by_project(shown)
    if not order.by_day:
        return list(shown)
    items: list[SessionLine | str] = []
    today = ""
    for line in shown:
        name = "" if line.view.live else day(line.view.last_ms)
        if name != today and items:
            items.append(name)
        today = name
        items.append(line)
    return items


def _by_project(shown: list[SessionLine]) -> list[SessionLine | str]:
    """Live sessions, then the projects in the order of their first session, the one without a name last."""
    names = projects_in_short(shown)
    groups: dict[str, list[SessionLine]] = {}
    for line in shown:
        if not line.view.live:
            groups.setdefault(line.project, []).append(line)
    items: list[SessionLine | str] = [line for line in shown if line.view.live]
    for project, members in sorted(groups.items(), key=lambda group: not group[0]):
        items += (names[project], *members)
    return items


def day_name(now_ms: int) -> Callable[[int], str]:
    """Names days as seen from now: empty for today, a weekday in the last six days, else a date."""
    today = datetime.fromtimestamp(now_ms / 1000).date()

    def name(at_ms: int) -> str:
        try:
            date = datetime.fromtimestamp(at_ms / 1000).date()
        except (ValueError, OverflowError, OSError):  # a recorded time can be any number
            return "at no real time"
        days = (today - date).days
        if days == 0:
            return "today"
        return date.strftime("%A") if 0 < days < 7 else date.isoformat()

    return name


def _searched(line: SessionLine) -> str:
    view: SessionView = line.view
    return " ".join((view.title, view.client, view.key, line.project, *view.models)).casefold()

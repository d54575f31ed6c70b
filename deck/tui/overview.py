"""What the first screen knows of each session, and how it learns it: rows at once, costs as they are worked out."""

from collections.abc import Iterable, Mapping
from time import perf_counter
from typing import NamedTuple

from deck.cost.sessions import SessionCost
from deck.tui.model import ReadModel
from deck.views import SessionView
from store.errors import StoreError

_WINDOW = 1000
"""Turns whose cost is worked out between two looks at the clock."""


class SessionLine(NamedTuple):
    """A session in the list."""

    view: SessionView
    project: str = ""  # its working directory, empty where none was told
    lost: int = 0  # calls that were seen and are not here
    starred: bool = False
    cost: SessionCost | None = None  # None until it is worked out


def overview(model: ReadModel) -> list[SessionLine]:
    """Every session, the newest first, without costs."""
    ledger, projects, starred = model.ledger(), model.rows.projects(), _starred(model)
    lines: list[SessionLine] = []
    for view in model.sessions():
        state = ledger.state(view.key)
        lost = state.number if state.word == "gaps" else 0
        lines.append(SessionLine(view, projects.get(view.key, ""), lost, view.key in starred))
    return lines


def _starred(model: ReadModel) -> set[str]:
    found: set[str] = set()
    for target, beside in model.all_beside().items():
        if any(note.is_star for note in beside.notes):
            try:
                found.add(model.rows.turn(bytes.fromhex(target)).session)
            except StoreError:  # beside something that is no turn
                continue
    return found


class CostBook:
    """Costs of sessions as far as they are worked out; a session that grew is gone on with where it had ended."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, SessionCost]] = {}  # by session: its first turns, what they cost
        self._failed = False

    def with_costs(self, lines: Iterable[SessionLine]) -> list[SessionLine]:
        """The lines with the costs that are known in full."""
        return [line._replace(cost=self._cost(line.view)) for line in lines]

    def _cost(self, view: SessionView) -> SessionCost | None:
        turns, cost = self._known.get(view.key, (0, SessionCost()))
        return cost if turns >= view.turns else None

    def advance(self, model: ReadModel, lines: Iterable[SessionLine], seconds: float) -> bool:
        """Work on for about this long; whether the costs of all these sessions are known, or cannot be.

        Raises `StoreError` where the user's own prices cannot be understood; once, then costs stay unknown.
        """
        until = perf_counter() + seconds
        for view in (line.view for line in lines):
            while not self._failed and self._cost(view) is None:
                self._go_on(model, view)
                if perf_counter() > until:
                    return False
        return True

    def _go_on(self, model: ReadModel, view: SessionView) -> None:
        known, cost = self._known.get(view.key, (0, SessionCost()))
        try:
            turns = model.costs.turns(view.key, known, min(known + _WINDOW, view.turns))
        except StoreError:
            self._failed = True
            raise
        more = SessionCost(cost.micro_usd + sum(each or 0 for each in turns), cost.unknown + list(turns).count(None))
        self._known[view.key] = (known + len(turns) if turns else view.turns, more)


def projects_in_short(lines: Iterable[SessionLine]) -> Mapping[str, str]:
    """How each project is called in a heading: its last folder, or all of it where two have the same."""
    projects = {line.project for line in lines}
    ends = [project.rstrip("/").rpartition("/")[2] for project in projects]
    return {
        project: end if end and ends.count(end) == 1 else project or "no project is known"
        for project in projects
        for end in (project.rstrip("/").rpartition("/")[2],)
    }

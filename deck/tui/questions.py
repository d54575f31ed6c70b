"""What the timeline screen asks the read model; each runs in a reader's thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from deck.diagnostics import explain
from deck.tui import palette
from deck.tui.border import clean
from deck.tui.document import Document, Writer
from deck.tui.lanes import Lane
from deck.tui.model import ReadModel
from deck.tui.pages import Page
from deck.tui.pages.viewing import Viewing
from deck.tui.telling import told_steps
from deck.views import SessionView, StepRow, TurnRow
from store.errors import NotFound, StoreError

PAGE = 128
"""Rows that the list of steps asks for at once; a page begins at a multiple of it."""

_AROUND = 64
"""Rows that the first picture can have before or after the cursor."""

_SLICE = 256

T = TypeVar("T")
Question = Callable[[ReadModel], T]
"""Something to ask a reader."""

AskFrom = Callable[[str, int, int, Lane], Question[int]]
"""Makes a question about the way from a position of a session in a direction (1 or -1): where in a lane does it lead?

The position itself is the answer where there is nothing in that direction.
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a session has come; ``session`` is None when the archive has no session of that name."""

    session: SessionView | None
    turns: int
    steps: int
    trouble: str = ""  # why nothing can be recorded at the moment


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first picture of a session needs: where to begin, and whole pages of rows around, from ``first`` on."""

    session: str
    standing: Standing
    at_live_end: bool
    position: int
    first: int
    rows: Sequence[StepRow]
    detail: "Detail | str"  # of the step at the position


@dataclass(frozen=True, slots=True)
class Place:
    """A step's session and position."""

    session: str
    position: int


@dataclass(frozen=True, slots=True)
class Detail:
    """What is shown about the step under the cursor."""

    row: StepRow
    turn: TurnRow
    waited_ms: int | None  # since the step before, None for the first
    document: Document


def standing(key: str) -> Question[Standing]:
    """How far the session of this name has come."""

    def ask(model: ReadModel) -> Standing:
        session = model.rows.session(key)
        return Standing(session, model.turn_count(key), model.step_count(key), model.capture_trouble())

    return ask


def opening(key: str, begin_at: int | None, page: Page) -> Question[Opening]:
    """The first picture of a session at a position; for None at its start, or at the end of a live one.

    It has to be there at once, so its detail is a plain one, for a moment.
    """

    def ask(model: ReadModel) -> Opening:
        found = standing(key)(model)
        at_live_end = begin_at is None and found.session is not None and found.session.live
        position = max(found.steps - 1, 0) if at_live_end else begin_at or 0
        first = max(position - _AROUND, 0) // PAGE * PAGE
        rows = told_steps(model, key, first, (position + _AROUND) // PAGE * PAGE + PAGE)
        shown = detail(key, position, page, Viewing(plain=True))(model)
        return Opening(key, found, at_live_end, position, first, rows, shown)

    return ask


def detail(session: str, position: int, page: Page, viewing: Viewing) -> Question[Detail | str]:
    """A page about the step at a position; where there is no such step, what to say instead."""

    def ask(model: ReadModel) -> Detail | str:
        rows = model.steps(session, max(position - 1, 0), position + 1)
        row = next((row for row in rows if row.position == position), None)
        turns = model.rows.turns(session, start=row.turn_number - 1, stop=row.turn_number) if row else ()
        if row is None or not turns:
            return said_of_lost(model) or "no step is recorded here yet"
        waited = row.at_ms - rows[0].at_ms if position else None
        try:
            document = page.build(model, row, viewing)
        except StoreError as error:  # the index still knows the step where its objects are damaged
            document = _failure(error)
        return Detail(row, turns[0], waited, document)

    return ask


def said_of_lost(model: ReadModel) -> str:
    """What to say where nothing is there to show, if turns were recorded that cannot be read; ``""`` if none were."""
    lost = model.lost_turns()
    return clean(f"`deck fsck` says more: {lost}") if lost else ""


def _failure(error: StoreError) -> Document:
    problem = explain(error)
    out = Writer()
    out.text(problem.message, palette.ERROR)
    out.text(problem.hint)
    return out.done()


def turn_start(session: str, position: int, direction: int, lane: Lane) -> Question[int]:
    """Where the next turn begins, or backwards this one, or the one before when this is its first step."""

    def ask(model: ReadModel) -> int:
        at, found = position, _turn_start(model, session, position, direction)
        while found != at and not lane.holds(found):
            at, found = found, _turn_start(model, session, found, direction)
        return found if lane.holds(found) else position

    return ask


def _turn_start(model: ReadModel, session: str, position: int, direction: int) -> int:
    rows = model.steps(session, position, position + 1)
    if not rows:
        return position
    here = rows[0]
    if direction > 0:
        return _next_turn(model, session, here)
    first = position - here.number + 1
    if first < position or first == 0:
        return first
    before = model.steps(session, first - 1, first)[0]
    return before.position - before.number + 1


def _next_turn(model: ReadModel, session: str, here: StepRow) -> int:
    start = here.position + 1
    while rows := model.steps(session, start, start + _SLICE):
        for row in rows:
            if row.turn_number != here.turn_number:
                return row.position
        start += _SLICE
    return here.position


def nearest(kind: str) -> AskFrom:
    """To the next step of a kind, or the one before; a ``subagent`` is where a subagent's thread goes on."""
    wanted = "thread" if kind == "subagent" else kind

    def ask_from(session: str, position: int, direction: int, lane: Lane) -> Question[int]:
        def ask(model: ReadModel) -> int:
            row = model.next_step(session, position, wanted, direction)
            while row is not None and not lane.holds(row.position):
                row = model.next_step(session, row.position, wanted, direction)
            return position if row is None else row.position

        return ask

    return ask_from


def place_of_rev(rev: str) -> Question[Place]:
    """Where a rev leads: a step, or a turn's first.

    Raises what `deck.revs.resolve` raises, and `NotFound` for what is no turn, or a turn without steps.
    """

    def ask(model: ReadModel) -> Place:
        target = model.resolve(rev)
        steps = model.turn(target.id, earlier=False, setting=False).steps if target.kind == "turn" else ()
        if not steps:
            raise NotFound(f"{rev[:80]!r} is no turn with steps; `deck show` prints it")
        row = steps[max(0, min(target.step or 1, len(steps)) - 1)]
        return Place(target.session, row.position)

    return ask


def place_of_turn(session: str, number: int) -> Question[Place]:
    """Where the turn of this number begins. Raises `NotFound` for one without steps."""

    def ask(model: ReadModel) -> Place:
        turns = model.rows.turns(session, start=number - 1, stop=number)
        if not turns:
            raise NotFound(f"session {session[:80]!r} has no turn {number}")
        return place_of_rev(turns[0].id)(model)

    return ask

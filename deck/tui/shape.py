"""The outline of a whole session: what the scrubber draws and where the list has idle lines.

`Survey` walks a session once, in slices, in a background reader's thread, and hands out `Shape` values; a session that
grows is walked on from where it ended. Memory is a few bytes a turn.
"""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass

from deck.tui.gaps import LONG_MS, Gaps
from deck.tui.model import ReadModel
from deck.views import StepRow, TurnRow

SLICE = 512
SLICES_A_CALL = 4

MARKS = {"e": "error", "c": "compaction", "S": "subagent begins", "f": "fork", "!": "context over 90 % full"}
"""The marks under the bars, the most important first."""

_MARK_OF_EDGE = {"compacts": "c", "forks": "f", "spawned-by": "S"}


@dataclass(frozen=True, slots=True)
class Shape:
    """A session's outline; turns count from 1, their contexts lie at number - 1."""

    contexts: "array[int]"  # tokens in the window, per turn
    marks: Mapping[int, str]  # turn number -> a key of MARKS
    lanes: Mapping[str, int]  # thread id of a subagent -> 1, 2, …
    window: int | None  # tokens that the model's window holds, where known
    gaps: Gaps
    starts: "array[int]"  # position of each turn's first step, for the turns whose steps were looked at

    def steps_in(self, turn: int, steps: int) -> int | None:
        """How many of the session's ``steps`` the turn of this number has, None where that was not looked at yet."""
        if turn > len(self.starts):
            return None
        return (self.starts[turn] if turn < len(self.starts) else steps) - self.starts[turn - 1]


class Survey:
    """Walks one session; call `advance` until it says that all is seen, and again when the session grew."""

    def __init__(self, session: str) -> None:
        self._session = session
        self._contexts = array("q")
        self._marks: dict[int, str] = {}
        self._lanes: dict[str, int] = {}
        self._window: int | None = None
        self._gaps = Gaps()
        self._starts = array("q")
        self._steps = 0
        self._last_ms = 0

    def advance(self, model: ReadModel) -> tuple[Shape, bool]:
        """Walk on for a while; the outline so far, and whether that is all there is now."""
        turns: list[TurnRow] = []
        steps: list[StepRow] = []
        for _ in range(SLICES_A_CALL):
            known = len(self._contexts)
            turns = model.rows.turns(self._session, start=known, stop=known + SLICE)
            for turn in turns:
                self._add_turn(turn)
            steps = model.steps(self._session, self._steps, self._steps + SLICE)
            for step in steps:
                self._add_step(step)
            if len(turns) < SLICE and len(steps) < SLICE:
                break
        return self._shape(), len(turns) < SLICE and len(steps) < SLICE

    def _add_turn(self, turn: TurnRow) -> None:
        context = turn.usage.context
        self._contexts.append(context)
        self._window = max(filter(None, (self._window, window_of(turn.model, context))), default=None)
        if turn.error:
            self._mark(turn.number, "e")
        for edge in turn.parents:
            if edge.kind in _MARK_OF_EDGE:
                self._mark(turn.number, _MARK_OF_EDGE[edge.kind])
        if turn.thread and turn.thread not in self._lanes:
            self._lanes[turn.thread] = len(self._lanes) + 1
            self._mark(turn.number, "S")
        if self._window and context >= 0.9 * self._window:
            self._mark(turn.number, "!")

    def _add_step(self, row: StepRow) -> None:
        if self._steps and row.at_ms - self._last_ms >= LONG_MS:
            self._gaps.add(row.position, row.at_ms - self._last_ms)
        self._last_ms = max(self._last_ms, row.at_ms)
        self._steps += 1
        while len(self._starts) < row.turn_number:  # a turn without steps begins where the next one does
            self._starts.append(row.position)
        if row.is_error:
            self._mark(row.turn_number, "e")

    def _mark(self, number: int, mark: str) -> None:
        order = list(MARKS)
        if number not in self._marks or order.index(mark) < order.index(self._marks[number]):
            self._marks[number] = mark

    def _shape(self) -> Shape:
        return Shape(
            self._contexts[:],
            dict(self._marks),
            dict(self._lanes),
            self._window,
            self._gaps.copy(),
            self._starts[:],
        )


def window_of(model: str, context: int) -> int | None:
    """Tokens that a model's window holds, None where it is not known.

    Claude models have 200,000, and 1,000,000 when that was asked for, which shows once a context is larger.
    """
    if not model.startswith("claude"):
        return None
    return 200_000 if context <= 200_000 else 1_000_000

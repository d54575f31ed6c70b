"""The outline of a whole session: what the scrubber draws, which lanes there are, what its turns cost.

`Survey` walks a session once, in slices, in a background reader's thread, and hands out `Shape` values; a session that
grows is walked on from where it ended. Memory is a few bytes a turn.
"""

from array import array
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deck.stats.context import lost_from_cache, main_edge
from deck.tui import palette
from deck.tui.lanes import ASIDE, MAIN, Lane, LanesBuilder
from deck.tui.model import ReadModel
from deck.tui.spending import Spending
from deck.tui.windows import window_of
from deck.views import StepRow, TurnRow
from store.errors import StoreError
from store.reading import Usage

SLICE = 512
SLICES_A_CALL = 4
_REMEMBERED = 1024  # turns whose usage is at hand when one that goes on from them comes
_CALLS = 512  # tool calls that may turn out to have started a subagent

FULL_AT = tuple(zip((share for share, _style in palette.FULL_AT), "!~", strict=True))
"""From which share of the window on a context has which mark, the fullest first."""

MARKS = {
    palette.ERROR_MARK: "error; underlined where a star or m is too",
    "c": "compaction",
    "S": "subagent begins",
    "b": "cache broken: context was paid for again",
    "f": "fork",
    **{mark: f"context over {share * 100:.0f} % full" for share, mark in FULL_AT},
}
"""The marks under the bars, the most important first."""

OWN_MARKS = {"*": "star", "m": "the marked turn"}
"""The marks that a person puts there, before which no other is seen but an error."""

_RANKS = {mark: rank for rank, mark in enumerate(MARKS, 1)}
_SIGNS = ("", *MARKS)
_MARK_OF_EDGE = {"compacts": "c", "forks": "f", "spawned-by": "S"}


@dataclass(frozen=True, slots=True)
class Shape:
    """A session's outline; turns count from 1, their contexts and marks lie at number - 1."""

    contexts: "array[int]"  # tokens in the window, per turn
    marks: bytes  # per turn the rank of its mark in MARKS, 0 for none; not of those of FULL_AT, which `mark` finds
    agents: Mapping[str, int]  # thread id of a subagent -> 1, 2, …
    window: int | None  # tokens that the model's window holds, where known
    lanes: tuple[Lane, ...]
    starts: "array[int]"  # position of each turn's first step, for the turns whose steps were looked at
    spending: Spending

    def mark(self, first: int, end: int) -> str:
        """The most important mark of the turns ``first`` to ``end`` (excluded); empty where none has one."""
        rank = min(filter(None, self.marks[first - 1 : end - 1]), default=0)
        return _SIGNS[rank] or self._full(first, end)

    def _full(self, first: int, end: int) -> str:
        """How full the window became, by the size that is known now: a later turn may have shown it to be larger."""
        if not self.window:
            return ""
        share = max(self.contexts[first - 1 : end - 1], default=0) / self.window
        return next((mark for at, mark in FULL_AT if share >= at), "")

    def steps_in(self, turn: int, steps: int) -> int | None:
        """How many of the session's ``steps`` the turn of this number has, None where that was not looked at yet."""
        if turn > len(self.starts):
            return None
        return (self.starts[turn] if turn < len(self.starts) else steps) - self.starts[turn - 1]

    def lane(self, key: str) -> Lane:
        """The lane of this key, else that of all steps."""
        return next((lane for lane in self.lanes if lane.key == key), self.lanes[0])


class Survey:
    """Walks one session; call `advance` until it says that all is seen, and again when the session grew."""

    def __init__(self, session: str) -> None:
        self._session = session
        self._contexts = array("q")
        self._marks = bytearray()
        self._early: dict[int, str] = {}  # marks of turns whose steps were seen before them
        self._agents: dict[str, int] = {}
        self._window: int | None = None
        self._lanes = LanesBuilder()
        self._starts = array("q")
        self._spending = Spending()
        self._steps = 0
        self._aside: set[int] = set()  # numbers of the turns that are side calls
        self._recent: OrderedDict[str, Usage] = OrderedDict()
        self._calls: OrderedDict[str, str] = OrderedDict()  # call id -> what it asked for
        self._asked: dict[str, Sequence[str]] = {}  # thread id of a subagent -> ids of the calls that started it

    def advance(self, model: ReadModel) -> bool:
        """Walk on for a while; whether that is all there is now."""
        for _ in range(SLICES_A_CALL):
            known = len(self._contexts)
            turns = model.rows.turns(self._session, start=known, stop=known + SLICE)
            for turn in turns:
                self._add_turn(model, turn)
            self._add_costs(model, known, len(turns))
            steps = model.steps(self._session, self._steps, self._steps + SLICE)
            for step in steps:
                self._add_step(step)
            if len(turns) < SLICE and len(steps) < SLICE:
                return True
        return False

    def shape(self) -> Shape:
        """The outline so far."""
        return Shape(
            self._contexts[:],
            bytes(self._marks),
            dict(self._agents),
            self._window,
            self._lanes.done(),
            self._starts[:],
            self._spending.copy(),
        )

    def _add_turn(self, model: ReadModel, turn: TurnRow) -> None:
        context = turn.usage.context
        self._contexts.append(context)
        self._marks.append(_RANKS.get(self._early.pop(turn.number, ""), 0))
        self._window = max(filter(None, (self._window, window_of(turn.model, context))), default=None)
        if turn.error:
            self._mark(turn.number, palette.ERROR_MARK)
        for edge in turn.parents:
            if edge.kind in _MARK_OF_EDGE:
                self._mark(turn.number, _MARK_OF_EDGE[edge.kind])
        if turn.role.startswith("aux:"):
            self._aside.add(turn.number)
        if turn.thread and turn.thread not in self._agents:
            self._add_agent(turn)
        if self._broke_cache(model, turn):
            self._mark(turn.number, "b")
        self._recent[turn.id] = turn.usage
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)

    def _add_agent(self, turn: TurnRow) -> None:
        self._agents[turn.thread] = len(self._agents) + 1
        self._mark(turn.number, "S")
        self._asked[turn.thread] = [edge.call for edge in turn.parents if edge.kind == "spawned-by"]

    def _title(self, thread: str) -> str:
        """What a subagent is called when its first step comes: its call came before that, its turn may have."""
        calls = self._asked.get(thread, ())
        asked = next((self._calls[call] for call in calls if call in self._calls), thread)
        return f"sub {self._agents[thread]}: {asked}" if thread in self._agents else asked

    def _broke_cache(self, model: ReadModel, turn: TurnRow) -> bool:
        edge = main_edge(turn.parents)
        if edge is None or turn.usage.cache_read is None:
            return False
        before = self._recent.get(edge.turn)
        if before is None:
            try:
                before = model.rows.turn(bytes.fromhex(edge.turn)).usage
            except StoreError:  # its parent is not in this archive: what stood in the cache is not known
                return False
        return lost_from_cache(before, turn.usage) > 0

    def _add_costs(self, model: ReadModel, known: int, turns: int) -> None:
        if not turns:
            return
        try:
            self._spending.add(model.costs.turns(self._session, known, known + turns))
        except StoreError:  # the user's own prices cannot be understood: costs are unknown, `deck stats` says why
            self._spending.add([None] * turns)

    def _add_step(self, row: StepRow) -> None:
        self._steps += 1
        while len(self._starts) < row.turn_number:  # a turn without steps begins where the next one does
            self._starts.append(row.position)
        if row.is_error:
            self._mark(row.turn_number, palette.ERROR_MARK)
        if row.kind == "tool-call" and row.call_id:
            self._calls[row.call_id] = row.summary
            if len(self._calls) > _CALLS:
                self._calls.popitem(last=False)
        if row.thread:
            self._lanes.add(row, f"sub {row.thread}", self._title(row.thread))
        else:
            key = ASIDE if row.turn_number in self._aside else MAIN
            self._lanes.add(row, key, key)

    def _mark(self, number: int, mark: str) -> None:
        if number > len(self._marks):  # the steps were read a moment later than the turns
            self._early[number] = mark
            return
        rank, there = _RANKS[mark], self._marks[number - 1]
        if not there or rank < there:
            self._marks[number - 1] = rank

"""A read model of one session with any number of turns, made up as one looks; it counts what was asked of it.

Every turn has three steps. The rows are those that an archive of that size would give, so that what the TUI does with
a very long session can be seen without recording one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deck.compare.values import SessionDiff, TurnDiff
from deck.cost.money import Cost
from deck.revs import Target
from deck.views import Beside, BranchRow, Hit, SessionView, Step, StepRow, TurnRow, TurnView
from store.errors import NotFound
from store.ledger import Ledger
from store.notes import Note
from store.reading import Block, Usage

SESSION = "tall"
STEPS = 3
TURN_MS = 10_000
_KINDS = (("user", "text", ""), ("assistant", "text", ""), ("assistant", "tool-call", "Bash"))


class TallCosts:
    """Nothing is known of what it costs."""

    def parts(self, turn: bytes) -> Cost | None:
        return None

    def turns(self, session: str, start: int, stop: int) -> list[int | None]:
        return [None] * (stop - start)


@dataclass
class TallModel:
    """The model; ``asked`` is how many rows it has made so far."""

    count: int
    asked: int = 0
    longest: int = field(default=0)

    @property
    def rows(self) -> "TallModel":
        return self

    def close(self) -> None:
        pass

    @property
    def costs(self) -> "TallCosts":
        return TallCosts()

    def ledger(self) -> Ledger:
        return Ledger([], {})

    def beside(self, id: str) -> Beside:
        return Beside()

    def all_beside(self) -> Mapping[str, Beside]:
        return {}

    def changes_beside(self) -> int:
        return 0

    def star(self, turn: str, step: int, text: str, old: Note | None = None) -> None:
        raise NotFound("nothing can be kept here")

    def unstar(self, old: Note) -> None:
        raise NotFound("nothing can be kept here")

    def session(self, key: str) -> SessionView | None:
        return next((view for view in self.sessions() if view.key == key), None)

    def projects(self) -> Mapping[str, str]:
        return {}

    def branches(self, session: str) -> list[BranchRow]:
        return []

    def joined(self, row: StepRow, session: str) -> StepRow | None:
        return None

    def capture_trouble(self) -> str:
        return ""

    def lost_turns(self) -> str:
        return ""

    def sessions(self) -> list[SessionView]:
        end = self.count * TURN_MS
        return [
            SessionView(
                SESSION, "A tall session", "made-up", "1", ("claude-x",), self.count, 0, 0, 0, 0,
                self.count * 1000, 0, 0, 0, end, "complete", f"{self.count:064x}", False,
            )
        ]  # fmt: skip

    def turns(self, session: str, thread: str | None = None, start: int = 0, stop: int | None = None) -> list[TurnRow]:
        found = range(start, min(self.count if stop is None else stop, self.count))
        self._note(len(found))
        return [self._turn(number + 1) for number in found]

    def _turn(self, number: int) -> TurnRow:
        usage = Usage(input=number % 190_000, output=10)
        return TurnRow(
            number, f"{number:064x}", SESSION, "", "main", (), number * TURN_MS, 500, 2000, "complete", 200, "claude-x",
            usage, "end_turn", "", f"turn {number}",
        )  # fmt: skip

    def turn_count(self, session: str) -> int:
        return self.count

    def step_count(self, session: str) -> int:
        return self.count * STEPS

    def steps(self, session: str, start: int, stop: int) -> list[StepRow]:
        found = range(max(start, 0), min(stop, self.count * STEPS))
        self._note(len(found))
        return [self._step(position) for position in found]

    def _step(self, position: int) -> StepRow:
        turn, place = divmod(position, STEPS)
        role, kind, name = _KINDS[place]
        return StepRow(
            position, f"{turn + 1:064x}", turn + 1, place + 1, role, kind, name, f"step {position}", "", False,
            turn * TURN_MS + place * 1000, "",
        )  # fmt: skip

    def turn(self, id: str | bytes, *, earlier: bool = True, setting: bool = True) -> Any:
        """A turn in full by its 64 digits, as the model gives it; the row alone by its bytes, as `rows` does."""
        if isinstance(id, bytes):
            return self._turn(int.from_bytes(id))
        number = int(id, 16)
        return TurnView(self._turn(number), {}, (), (), (), (), (), (), None, tuple(self.turn_steps(id)))

    def turn_steps(self, id: str) -> list[StepRow]:
        number = int(id, 16)
        return self.steps(SESSION, (number - 1) * STEPS, number * STEPS)

    def step(self, row: StepRow) -> Step:
        return Step(row, Block(row.role, row.kind, row.summary))

    def body(self, id: str, which: str) -> bytes:
        return b"{}"

    def search(self, session: str, query: str, position: int = 0) -> Iterator[Hit | None]:
        return iter(())

    def index_for_search(self, seconds: float) -> bool:
        return True

    def refresh(self) -> bool:
        return False

    def resolve(self, rev: str) -> Target:
        if not rev.isdigit():
            raise NotFound(f"nothing is named {rev!r}")
        return Target(rev, f"{int(rev):064x}", "turn", SESSION)

    def revs_beginning(self, text: str, limit: int) -> list[str]:
        return []

    def next_step(self, session: str, position: int, kind: str, direction: int) -> StepRow | None:
        return None

    def turn_before(self, id: str) -> tuple[str, str] | None:
        number = int(id, 16)
        return (f"{number - 1:064x}", "continues") if number > 1 else None

    def compare_turns(self, before: str, after: str) -> TurnDiff:
        rows = [self._turn(int(id, 16)) for id in (before, after)]
        return TurnDiff(*rows, "continues", "", 0, 0, (), (0, 0), ((), ()), (), (), ())

    def compare_sessions(self, before: str, after: str) -> SessionDiff:
        raise NotFound("there is one session")

    def _note(self, rows: int) -> None:
        self.asked += rows
        self.longest = max(self.longest, rows)

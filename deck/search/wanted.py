"""Filters of a search: as words of the index, where they narrow it, and as a judgement of what it found.

The words only spare work. What a filter means is said once, in `Judge`.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from deck.filters import Filter
from deck.search.database import Database
from deck.search.passages import Passage, Passages
from store.archive import Archive
from store.ids import from_hex

ROLES = ("user", "assistant", "tool", "system")
_KEPT = 1024  # turns whose judgement is kept


class Tagged(NamedTuple):
    """The turn that a tag names, and its session."""

    turn: str
    session: str


class Wanted(NamedTuple):
    """What a passage has to be like; what is empty or None lets everything pass."""

    turns: Filter = Filter()
    session: str = ""  # its key
    tool: str = ""  # of a call or a result, as far as its name holds this in any case
    role: str = ""  # one of `ROLES`
    errors: bool = False  # only errors, refusals and failed tools
    tag: str = ""  # of turns that were recorded with it
    tagged: Tagged | None = None  # beside those: a turn that a tag of this name was put on
    least_micro_usd: int | None = None  # of the turn; one whose cost is unknown does not pass


EVERYTHING = Wanted()


class TurnFacts(NamedTuple):
    """What the archive's index says of a turn, as far as filters ask it."""

    id: str
    session: str
    model: str
    agent: str
    started_ms: int


def read_turn(archive: Archive, id: str) -> TurnFacts | None:
    """The facts of a turn, or None where the archive's index does not have it."""
    row = archive.index.db.execute(
        "SELECT session, model, client, started_ms FROM turns WHERE id = ?", (from_hex(id),)
    ).fetchone()
    if row is None:
        return None
    session, model, agent, started_ms = row
    return TurnFacts(id, session, model, agent, started_ms)


def facets(turn: TurnFacts, tags: Iterable[str], passage: Passage) -> tuple[tuple[str, str], ...]:
    """(kind, name) of all that a passage can be filtered by through the index; ``tags`` are its turn's."""
    found = [("session", turn.session), ("model", turn.model), ("agent", turn.agent), ("role", passage.role)]
    found += [("tag", tag) for tag in tags]
    found += [("tool", passage.tool)] if passage.tool else []
    found += [("is", "error")] if passage.failed else []
    return tuple(found)


def narrowing(wanted: Wanted, database: Database) -> str | None:
    """An FTS5 expression over the filters that leaves out nothing wanted, or empty; None where nothing can fit."""
    groups = [
        [word for kind, fits in tests for word, name in database.names(kind) if fits(name)] for tests in _asked(wanted)
    ]
    if not all(groups):
        return None
    return " AND ".join(f"({' OR '.join(group)})" for group in groups)


_Test = tuple[str, Callable[[str], bool]]


def _asked(wanted: Wanted) -> Iterator[list[_Test]]:
    """Of each filter the kinds of names that can satisfy it, and how."""
    for kind, part in (("model", wanted.turns.model), ("agent", wanted.turns.agent), ("tool", wanted.tool)):
        if part:
            yield [(kind, _holds(part))]
    if wanted.errors:
        yield [("is", "error".__eq__)]
    for kind, name in (("session", wanted.session), ("role", wanted.role)):
        if name:
            yield [(kind, name.__eq__)]
    if wanted.tag or wanted.tagged:
        yield [("tag", wanted.tag.__eq__), *([("session", wanted.tagged.session.__eq__)] if wanted.tagged else [])]


def _holds(part: str) -> Callable[[str], bool]:
    return lambda name: part.lower() in name.lower()


class Judge:
    """Says of turns and passages whether they are wanted."""

    def __init__(self, archive: Archive, passages: Passages, wanted: Wanted) -> None:
        self._archive = archive
        self._passages = passages
        self._wanted = wanted
        self._cost_of = _costs(archive) if wanted.least_micro_usd is not None else None
        self.turn = lru_cache(_KEPT)(self._judge)

    def _judge(self, id: str) -> TurnFacts | None:
        """The turn, where it is wanted; None also where the archive's index does not have it."""
        turn = read_turn(self._archive, id)
        return turn if turn and self._takes(turn) else None

    def _takes(self, turn: TurnFacts) -> bool:
        wanted = self._wanted
        in_filter = wanted.turns.takes(model=turn.model, agent=turn.agent, project="", started_ms=turn.started_ms)
        in_session = not wanted.session or turn.session == wanted.session
        return in_filter and in_session and self._is_dear(turn) and self._is_tagged(turn)

    def _is_dear(self, turn: TurnFacts) -> bool:
        if self._cost_of is None:
            return True
        cost = self._cost_of(from_hex(turn.id))
        return cost is not None and cost >= (self._wanted.least_micro_usd or 0)

    def _is_tagged(self, turn: TurnFacts) -> bool:
        wanted = self._wanted
        if not (wanted.tag or wanted.tagged):
            return True
        tagged = wanted.tagged is not None and turn.id == wanted.tagged.turn
        return tagged or wanted.tag in self._passages.tags(turn.id)

    def takes(self, passage: Passage) -> bool:
        """Whether a passage of a wanted turn is wanted."""
        wanted = self._wanted
        of_tool = not wanted.tool or (bool(passage.tool) and wanted.tool.lower() in passage.tool.lower())
        return of_tool and wanted.role in ("", passage.role) and (passage.failed or not wanted.errors)


def _costs(archive: Archive) -> Callable[[bytes], int | None]:
    from deck.cost.turns import TurnCosts  # loads prices

    return TurnCosts(archive.index.db, archive.path).of

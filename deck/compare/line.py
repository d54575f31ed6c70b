"""The line of a session: the turns that lead to its last one, whichever sessions they were captured in.

A session that was forked or resumed from another one begins with that one's turns. Failed attempts, side calls and
subagents are not on the line; a turn that was linked to none goes on from the one before it in its session.
"""

from deck.timeline_rows import Rows
from deck.views import TurnRow
from store.errors import NotFound
from store.ids import from_hex

Keys = tuple[bytes | None, bytes | None]


class Line:
    """The line of one session: ``turns``, the first one first."""

    def __init__(self, rows: Rows, session: str) -> None:
        self._rows = rows
        self._sessions: dict[str, dict[str, TurnRow]] = {}
        self._attempts: set[str] = set()
        self._earlier: dict[str, TurnRow] = {}  # of every turn the one before it in its session that can be on a line
        self.keys: dict[str, Keys] = {}
        self.turns: tuple[TurnRow, ...] = tuple(self._walk(session))
        self.recorded = len(self._load(session))  # turns that the session has in all

    def _walk(self, session: str) -> list[TurnRow]:
        turns = list(self._load(session).values())
        if not turns:
            raise NotFound(f"no session {session[:80]!r}")
        found: list[TurnRow] = []
        seen: set[str] = set()
        current: TurnRow | None = next((turn for turn in reversed(turns) if _is_main(turn)), turns[-1])
        while current is not None and current.id not in seen:
            found.append(current)
            seen.add(current.id)
            current = self._before(current)
        return found[::-1]

    def _load(self, session: str) -> dict[str, TurnRow]:
        if session not in self._sessions:
            turns = self._rows.turns(session)
            self._sessions[session] = {turn.id: turn for turn in turns}
            self.keys |= self._rows.link_keys(session)
            self._attempts |= {edge.turn for turn in turns for edge in turn.parents if edge.kind == "retries"}
            earlier: TurnRow | None = None
            for turn in turns:
                if earlier is not None:
                    self._earlier[turn.id] = earlier
                if _is_main(turn) and turn.id not in self._attempts:
                    earlier = turn
        return self._sessions[session]

    def _before(self, turn: TurnRow) -> TurnRow | None:
        edges = sorted(turn.parents, key=lambda edge: edge.kind != "continues")
        parent = next((edge.turn for edge in edges if edge.kind not in ("spawned-by", "retries")), None)
        if parent is not None:
            return self._turn(parent, turn.session)
        return self._earlier.get(turn.id) if _is_main(turn) else None

    def _turn(self, id: str, session: str) -> TurnRow | None:
        found = self._load(session).get(id)
        if found is not None:
            return found
        try:
            elsewhere = self._rows.turn(from_hex(id)).session
        except NotFound:  # its parent was never recorded here, or is purged
            return None
        return self._load(elsewhere).get(id)


def shared_turns(before: Line, after: Line) -> int:
    """How many turns two lines begin with in common: the same ones, or others in which the same was said."""
    pairs = zip(before.turns, after.turns, strict=False)
    number = 0
    for number, (old, new) in enumerate(pairs, 1):
        if old.id != new.id and not _agree(before.keys.get(old.id), after.keys.get(new.id)):
            return number - 1
    return number


def _agree(old: Keys | None, new: Keys | None) -> bool:
    return old is not None and old == new and None not in old


def _is_main(turn: TurnRow) -> bool:
    return not turn.thread and turn.role == "main"

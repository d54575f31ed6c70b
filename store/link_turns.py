"""Earlier turns as the linker sees them: rows of the index, and who counts as a parent of whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from store.index import Index

SIDE: Final = "aux:"  # roles of side calls begin so; they are no part of the main line
SUMMARY: Final = "aux:compaction"  # but for this one, whose answer stands for all before it
LINE: Final = "line-"  # keys of sessions that no client named begin so
_ROW: Final = (
    "SELECT number, id, session, thread, role, run, client, outcome, status, error, request_key, answer_key,"
    " started_ms + coalesce(first_byte_ms, end_ms, 0) FROM turns"
)
_MOST: Final = 16  # turns with the same key that are looked at
_WINDOW: Final = 48  # newest turns that a fallback looks at


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who asks: what the wire and the launcher say of a request. ``started_ms`` is wall clock, texts may be empty."""

    session: str
    thread: str
    role: str
    run: str
    client: str
    started_ms: int

    @property
    def aside(self) -> bool:
        """Whether it is a side call."""
        return self.role.startswith(SIDE)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier turn. ``heard_ms`` is when its client began to hear the answer, or heard that there is none."""

    number: int
    id: bytes
    session: str
    thread: str
    role: str
    run: str
    client: str
    outcome: str
    status: int | None
    error: str
    request_key: bytes | None
    answer_key: bytes | None
    heard_ms: int

    @property
    def failed(self) -> bool:
        """Whether it has no whole answer."""
        return self.outcome != "complete" or (self.status or 0) >= 400 or bool(self.error)


class Turns:
    """Looks for turns that could be a parent. Lists are in the archive's order, oldest first."""

    def __init__(self, index: Index) -> None:
        self._db = index.db

    def answered(self, key: bytes, speaker: Speaker) -> list[Earlier]:
        """Turns whose request and answer are this conversation: those of the session, else of any other."""
        found = _heard(self._with("answer_key", key, speaker), speaker)
        own = [turn for turn in found if turn.session == speaker.session]
        return _narrowed(own or found, speaker)

    def asked(self, key: bytes, speaker: Speaker) -> list[Earlier]:
        """Turns of the same session that sent this conversation; of a speaker without one, turns without one."""
        found = self._with("request_key", key, speaker)
        if speaker.session:
            return _narrowed([turn for turn in found if turn.session == speaker.session], speaker)
        return [turn for turn in found if turn.session.startswith(LINE) and _same_agent(turn, speaker)]

    def responded(self, response: str) -> list[Earlier]:
        """Turns whose answer has this id."""
        return self._rows("WHERE response = ? ORDER BY number DESC LIMIT ?", (response, _MOST))

    def window(self, speaker: Speaker) -> list[Earlier]:
        """The newest turns of the session; of a speaker without one, those of its client without one."""
        if speaker.session:
            found = self._rows("WHERE session = ? ORDER BY ordinal DESC LIMIT ?", (speaker.session, _WINDOW))
        else:
            found = self._rows("WHERE TRUE ORDER BY number DESC LIMIT ?", (_WINDOW,))
            found = [turn for turn in found if turn.session.startswith(LINE) and turn.client == speaker.client]
        return _heard([turn for turn in found if turn.role == SUMMARY or not turn.role.startswith(SIDE)], speaker)

    def goes_on(self, turn: Earlier) -> bool:
        """Whether a turn of the same line goes on from this one; side calls and other lines do not count."""
        rows = self._db.execute(
            "SELECT turn FROM parents WHERE parent = ? AND kind IN ('continues', 'resumes')", (turn.id,)
        ).fetchall()
        return any(self._is_of_line(bytes(row[0]), turn) for row in rows)

    def _is_of_line(self, child: bytes, turn: Earlier) -> bool:
        row = self._db.execute("SELECT session, thread, role FROM turns WHERE id = ?", (child,)).fetchone()
        return row is not None and row[:2] == (turn.session, turn.thread) and not row[2].startswith(SIDE)

    def is_replaced(self, turn: Earlier) -> bool:
        """Whether the turn was tried again, so that what follows belongs to the later attempt."""
        row = self._db.execute("SELECT 1 FROM parents WHERE parent = ? AND kind = 'retries'", (turn.id,)).fetchone()
        return row is not None

    def parents_of(self, turn: Earlier) -> list[tuple[bytes, str, float, str]]:
        """(parent, kind, confidence, call) of the turn's edges but for those to failed attempts."""
        rows = self._db.execute(
            "SELECT parent, kind, confidence, call FROM parents WHERE turn = ? AND kind <> 'retries' ORDER BY n",
            (turn.id,),
        )
        return [(bytes(row[0]), *row[1:]) for row in rows]

    def calls_of(self, turns: Sequence[Earlier]) -> dict[str, list[bytes]]:
        """By call id, the turns whose answer made the call."""
        found: dict[str, list[bytes]] = {}
        for turn in turns:
            rows = self._db.execute(
                "SELECT call_id FROM steps WHERE turn = ? AND kind = 'tool-call' AND role = 'assistant'"
                " AND call_id <> ''",
                (turn.id,),
            )
            for (call,) in rows:
                found.setdefault(call, []).append(turn.id)
        return found

    def open_calls(self, session: str, tools: Sequence[str]) -> list[tuple[bytes, bytes, str]]:
        """(turn, message, call id) of the newest calls of these tools in a session that started no thread yet."""
        marks = ",".join("?" * len(tools))
        rows = self._db.execute(
            f"SELECT turn, message, call_id FROM steps s WHERE session = ? AND kind = 'tool-call' AND name IN ({marks})"
            " AND NOT EXISTS (SELECT 1 FROM parents p WHERE p.parent = s.turn AND p.call = s.call_id)"
            " ORDER BY position DESC LIMIT 64",
            (session, *tools),
        )
        return [(bytes(turn), bytes(message), call) for turn, message, call in rows if message is not None]

    def _with(self, column: str, key: bytes, speaker: Speaker) -> list[Earlier]:
        found = self._rows(f"WHERE {column} = ? ORDER BY number DESC LIMIT ?", (key, _MOST))
        if speaker.aside:
            return found
        return [turn for turn in found if not turn.role.startswith(SIDE)]

    def _rows(self, where: str, values: tuple[object, ...]) -> list[Earlier]:
        rows = self._db.execute(f"{_ROW} {where}", values).fetchall()
        return [Earlier(row[0], bytes(row[1]), *row[2:]) for row in reversed(rows)]


def _heard(turns: list[Earlier], speaker: Speaker) -> list[Earlier]:
    """Those whose answer had begun before the request was made, if there are any: a clock may have been set back."""
    return [turn for turn in turns if turn.heard_ms <= speaker.started_ms] or turns


def _narrowed(turns: list[Earlier], speaker: Speaker) -> list[Earlier]:
    """Those of the same thread, and of those the ones of the same run, where there are any."""
    threads = [turn for turn in turns if turn.thread == speaker.thread] or turns
    return [turn for turn in threads if turn.run == speaker.run] or threads


def _same_agent(turn: Earlier, speaker: Speaker) -> bool:
    return turn.client == speaker.client and turn.run == speaker.run and turn.heard_ms <= speaker.started_ms

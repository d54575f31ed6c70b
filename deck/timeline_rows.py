"""Lists of the read model, from the index alone: sessions, turns, steps.

Every query touches what it returns and no more, so that a window of a session with 100,000 turns costs what the window
costs. Positions and ordinals are dense, which is what makes windows cheap.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from deck.views import BranchRow, Edge, SessionView, StepRow, TurnRow
from store.archive import Archive
from store.errors import NotFound
from store.journal import Type
from store.reading import Usage

_TURN = (
    "t.ordinal, t.id, t.session, t.thread, t.role, t.started_ms, t.first_byte_ms, t.end_ms, t.outcome, t.status,"
    " t.model, t.input, t.output, t.cache_read, t.cache_write_5m, t.cache_write_1h, t.reasoning, t.stop, t.error,"
    " t.summary"
)
_SESSION = (
    "session, title, client, version, models, turns,"
    " (SELECT count(*) FROM threads h WHERE h.session = s.session AND h.thread <> ''),"
    " errors, failures, interrupted, input, cached, output, started_ms, last_ms, outcome, head"
)
_ANY_INPUT = "coalesce(t.input, t.cache_read, t.cache_write_5m, t.cache_write_1h)"
_TOKENS_IN = (
    f"CASE WHEN count({_ANY_INPUT}) THEN"
    " CAST(total(input) + total(cache_read) + total(cache_write_5m) + total(cache_write_1h) AS INTEGER) END"
)
_STEP = "position, turn, turn_number, number, role, kind, name, summary, call_id, is_error, at_ms, thread"
_WINDOW = 500
_STEP_KINDS = {
    "error": "(is_error OR kind IN ('error', 'refusal'))",
    "tool": "kind IN ('tool-call', 'server-tool-call')",
    "user": "role = 'user' AND kind IN ('text', 'image', 'document')",
    "thread": "thread <> '' AND NOT EXISTS (SELECT 1 FROM steps b WHERE b.session = s.session"
    " AND b.position = s.position - 1 AND b.thread = s.thread)",
    "compaction": "number = 1 AND EXISTS (SELECT 1 FROM parents p WHERE p.turn = s.turn AND p.kind = 'compacts')",
    "fork": "number = 1 AND EXISTS (SELECT 1 FROM parents p WHERE p.turn = s.turn AND p.kind = 'forks')",
    "retry": "number = 1 AND EXISTS (SELECT 1 FROM parents p WHERE p.turn = s.turn AND p.kind = 'retries')",
}
STEP_KINDS = tuple(_STEP_KINDS)
"""What `Rows.next_step` can look for besides block kinds; ``thread`` is a step with which a subagent comes in,
``compaction``, ``fork`` and ``retry`` are the first of a turn that begins so."""


class Rows:
    """The lists of one archive; ``session`` is always a session's key."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    @property
    def _db(self) -> sqlite3.Connection:
        return self._archive.index.db

    def sessions(self) -> list[SessionView]:
        """Every session, by `SessionView.recency`, those of one moment by when they were recorded."""
        live = self._live()
        rows = self._db.execute(f"SELECT {_SESSION} FROM sessions s ORDER BY head_number DESC")
        return sorted((_session_view(row, live) for row in rows), key=lambda view: view.recency)

    def session(self, key: str) -> SessionView | None:
        """One session, None where there is none of that key."""
        row = self._db.execute(f"SELECT {_SESSION} FROM sessions s WHERE session = ?", (key,)).fetchone()
        return None if row is None else _session_view(row, self._live())

    def projects(self) -> dict[str, str]:
        """The working directory of each session that has one: the first that one of its turns tells."""
        return dict(self._db.execute("SELECT session, cwd FROM sessions WHERE cwd <> ''").fetchall())

    def branches(self, session: str) -> list[BranchRow]:
        """What runs beside a session's main line: subagents in order of their first turn, then side calls by role."""
        rows = self._db.execute(
            f"SELECT thread, role, count(*), {_TOKENS_IN}, sum(output), min(ordinal) FROM turns t"
            " WHERE session = ? AND (thread <> '' OR role LIKE 'aux:%')"
            " GROUP BY thread, CASE WHEN thread = '' THEN role END ORDER BY thread = '', min(ordinal)",
            (session,),
        ).fetchall()
        return [
            BranchRow(session, thread, role, turns, read, out, first) for thread, role, turns, read, out, first in rows
        ]

    def _live(self) -> set[str]:
        """Sessions of the newest turn of each writer that is alive."""
        found: set[str] = set()
        for (name,) in self._db.execute("SELECT name FROM packs WHERE NOT sealed").fetchall():
            if self._archive.files.is_locked(self._archive.journals / f"{name}.log"):
                row = self._db.execute(
                    "SELECT t.session FROM records r JOIN turns t ON t.id = r.object"
                    " WHERE r.journal = ? AND r.type = ? ORDER BY r.position DESC LIMIT 1",
                    (name, int(Type.COMMIT)),
                ).fetchone()
                found.update(row or ())
        return found

    def turns(self, session: str, thread: str | None = None, start: int = 0, stop: int | None = None) -> list[TurnRow]:
        """Turns of a session in the archive's order, all or one thread's, or those numbered in (start, stop]."""
        where, values = "t.session = ? AND t.ordinal > ?", [session, start]
        if stop is not None:
            where, values = f"{where} AND t.ordinal <= ?", [*values, stop]
        if thread is not None:
            where, values = f"{where} AND t.thread = ?", [*values, thread]
        rows = self._db.execute(f"SELECT {_TURN} FROM turns t WHERE {where} ORDER BY t.ordinal", values).fetchall()
        edges = self._edges(f"SELECT t.id FROM turns t WHERE {where}", values)
        return [_turn_row(row, edges) for row in rows]

    def newest(self, session: str | None) -> Iterator[TurnRow]:
        """Turns of a session, or of all, the newest first, fetched in windows."""
        place, where, values = "t.number", "TRUE", []
        if session is not None:
            place, where, values = "t.ordinal", "t.session = ?", [session]
        before = self.turns_in_archive() + 1
        while True:
            rows = self._db.execute(
                f"SELECT {place}, {_TURN} FROM turns t WHERE {where} AND {place} < ? ORDER BY {place} DESC LIMIT ?",
                [*values, before, _WINDOW],
            ).fetchall()
            if not rows:
                return
            before = rows[-1][0]
            edges = self._edges(",".join("?" * len(rows)), [row[2] for row in rows])
            yield from (_turn_row(row[1:], edges) for row in rows)

    def turns_in_archive(self) -> int:
        """How many turns the archive has."""
        row = self._db.execute("SELECT max(number) FROM turns").fetchone()
        return int(row[0] or 0)

    def link_keys(self, session: str) -> dict[str, tuple[bytes | None, bytes | None]]:
        """Of each turn of a session the link keys after its request and after its answer (`store.link_keys`)."""
        rows = self._db.execute("SELECT id, request_key, answer_key FROM turns WHERE session = ?", (session,))
        return {id.hex(): (request, answer) for id, request, answer in rows}

    def turn(self, id: bytes) -> TurnRow:
        """One turn. Raises `NotFound`."""
        row = self._db.execute(f"SELECT {_TURN} FROM turns t WHERE t.id = ?", (id,)).fetchone()
        if row is None:
            raise NotFound(f"no turn {id.hex()}")
        return _turn_row(row, self._edges("?", [id]))

    def _edges(self, turns: str, values: Sequence[Any]) -> dict[bytes, list[Edge]]:
        found: dict[bytes, list[Edge]] = {}
        rows = self._db.execute(
            f"SELECT turn, parent, kind, confidence, call FROM parents WHERE turn IN ({turns}) ORDER BY turn, n", values
        )
        for turn, parent, kind, confidence, call in rows:
            found.setdefault(turn, []).append(Edge(parent.hex(), kind, confidence, call))
        return found

    def turn_count(self, session: str) -> int:
        """How many turns a session has."""
        return self._count("turns", session)

    def step_count(self, session: str) -> int:
        """How many steps a session has."""
        return self._count("steps", session)

    def _count(self, column: str, session: str) -> int:
        row = self._db.execute(f"SELECT {column} FROM sessions WHERE session = ?", (session,)).fetchone()
        return int(row[0]) if row else 0

    def steps(self, session: str, start: int, stop: int) -> list[StepRow]:
        """Steps at positions ``start`` to ``stop`` (excluded)."""
        rows = self._db.execute(
            f"SELECT {_STEP} FROM steps WHERE session = ? AND position >= ? AND position < ? ORDER BY position",
            (session, start, stop),
        )
        return _step_rows(rows)

    def each_step(self, session: str, start: int = 0, stop: int | None = None) -> Iterator[StepRow]:
        """Steps of a session at positions ``start`` to ``stop`` (excluded), or to the end, fetched in windows."""
        end = self.step_count(session) if stop is None else stop
        while window := self.steps(session, start, min(start + _WINDOW, end)):
            yield from window
            start += _WINDOW

    def steps_of(self, turn: bytes) -> list[StepRow]:
        """Steps of a turn."""
        return _step_rows(self._db.execute(f"SELECT {_STEP} FROM steps WHERE turn = ? ORDER BY number", (turn,)))

    def next_step(self, session: str, position: int, kind: str, direction: int) -> StepRow | None:
        """The nearest step of a kind (`STEP_KINDS`, or a block kind) after or before ``position``, by ``direction``."""
        condition, values = _STEP_KINDS.get(kind), [session, position]
        if condition is None:
            condition, values = "kind = ?", [*values, kind]
        beyond, order = (">", "ASC") if direction > 0 else ("<", "DESC")
        rows = self._db.execute(
            f"SELECT {_STEP} FROM steps s WHERE session = ? AND position {beyond} ? AND {condition}"
            f" ORDER BY position {order} LIMIT 1",
            values,
        )
        return next(iter(_step_rows(rows)), None)

    def tool_calls(self, turn: TurnRow) -> dict[str, int]:
        """How often each tool had been called in a turn's thread before its answer."""
        rows = self._db.execute(
            "SELECT name, count(*) FROM steps WHERE session = ? AND thread = ? AND turn_number < ?"
            f" AND {_STEP_KINDS['tool']} GROUP BY name",
            (turn.session, turn.thread, turn.number),
        )
        return dict(rows.fetchall())

    def joined(self, row: StepRow, session: str) -> StepRow | None:
        """The result of a tool call, the call of a tool result: the nearest step with the same call id."""
        wanted = "%tool-result" if row.kind.endswith("tool-call") else "%tool-call"
        if not row.call_id or not row.kind.endswith(("tool-call", "tool-result")):
            return None
        rows = self._db.execute(
            # without being told, SQLite goes through all steps of the session
            f"SELECT {_STEP} FROM steps INDEXED BY steps_call"
            " WHERE session = ? AND call_id = ? AND call_id <> '' AND kind LIKE ?"
            " ORDER BY abs(position - ?) LIMIT 1",
            (session, row.call_id, wanted, row.position),
        )
        return next(iter(_step_rows(rows)), None)


def _turn_row(row: Sequence[Any], edges: dict[bytes, list[Edge]]) -> TurnRow:
    (ordinal, id, session, thread, role, started, first_byte, end, outcome, status, model, *rest) = row
    usage, (stop, error, summary) = Usage(*rest[:6]), rest[6:]
    parents = tuple(edges.get(id, ()))
    return TurnRow(
        *(ordinal, id.hex(), session, thread, role, parents, started, first_byte, end, outcome, status, model),
        *(usage, stop, error, summary),
    )


def _session_view(row: Sequence[Any], live: set[str]) -> SessionView:
    key, title, client, version, models, turns, threads, errors, failures, *rest = row
    interrupted, tokens, cached, output, started, last, outcome, head = rest
    return SessionView(
        *(key, title, client, version, tuple(filter(None, models.split("\n"))), turns, threads, errors, failures),
        *(interrupted, tokens, cached, output, started, last, outcome, head.hex(), key in live),
    )


def _step_rows(rows: Iterable[Sequence[Any]]) -> list[StepRow]:
    found: list[StepRow] = []
    for position, turn, ordinal, number, role, kind, name, summary, call_id, is_error, at_ms, thread in rows:
        shown = (role, kind, name, summary, call_id, bool(is_error), at_ms, thread)
        found.append(StepRow(position, turn.hex(), ordinal, number, *shown))
    return found

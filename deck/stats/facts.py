"""The facts that statistics are made of, from the index alone."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from deck.stats.values import Edge, Facts, Step, Turn
from deck.views import SENT_AGAIN
from store.reading import Usage

_TURN = (
    "t.id, t.session, t.thread, t.role, t.client, t.started_ms, t.end_ms, t.outcome, t.status, t.wire, t.model,"
    " t.asked, t.host, t.cwd, t.error, t.input, t.output, t.cache_read, t.cache_write_5m, t.cache_write_1h, t.reasoning"
)
_USAGE = 6  # columns at the end


def read_facts(db: sqlite3.Connection, sessions: Sequence[str] | None) -> Facts:
    """The facts of these sessions (keys), or of all."""
    db.execute("BEGIN")  # one picture, whatever a recorder adds meanwhile
    try:
        return _read(db, sessions)
    finally:
        db.execute("COMMIT")


def _read(db: sqlite3.Connection, sessions: Sequence[str] | None) -> Facts:
    where, values = "TRUE", list[str]()
    if sessions is not None:
        where, values = f"x.session IN ({','.join('?' * len(sessions))})", list(sessions)
    turns = [
        _turn(row)
        for row in db.execute(
            f"SELECT {_TURN} FROM turns t WHERE {where.replace('x.', 't.')} ORDER BY t.session, t.ordinal", values
        )
    ]
    places = {turn.id: place for place, turn in enumerate(turns)}
    edges: dict[int, list[Edge]] = {}
    for child, kind, *parent in db.execute(
        f"SELECT p.turn, p.kind, {_TURN} FROM parents p JOIN turns t ON t.id = p.parent"
        f" JOIN turns x ON x.id = p.turn WHERE {where} ORDER BY p.turn, p.n",
        values,
    ):
        edges.setdefault(places[child], []).append(Edge(kind, _turn(parent)))
    steps = db.execute(
        "SELECT x.turn, x.number, x.role, x.kind, x.name, x.summary, x.call_id, x.is_error, x.message, x.session"
        f" FROM steps x WHERE {where} ORDER BY x.session, x.position",
        values,
    )
    return Facts(turns, list(_new_steps(_first_carried(steps, places), edges)), edges)


def _new_steps(steps: Iterator[Step], edges: Mapping[int, Sequence[Edge]]) -> Iterator[Step]:
    """Steps, but of a history that was sent again in another form only what stands in its last message or after it."""
    for place, group in groupby(steps, lambda step: step.turn):
        if not any(edge.kind in SENT_AGAIN for edge in edges.get(place, ())):
            yield from group
            continue
        own = list(group)
        asked = [step.message for step in own if step.role != "assistant"]
        first = next((at for at, step in enumerate(own) if asked and step.message == asked[-1]), 0)
        yield from own[first:]


def _first_carried(rows: sqlite3.Cursor, places: dict[bytes, int]) -> Iterator[Step]:
    """Steps, but those of messages that an earlier turn of the session has: a history that was sent once more."""
    carriers: dict[tuple[str, bytes], bytes] = {}
    for turn, number, role, kind, name, summary, call_id, is_error, message, session in rows:
        if message is None or carriers.setdefault((session, message), turn) == turn:
            yield Step(places[turn], number, role, kind, name, summary, call_id, bool(is_error), message)


def _turn(row: Sequence[Any]) -> Turn:
    return Turn._make((*row[:-_USAGE], Usage(*row[-_USAGE:])))

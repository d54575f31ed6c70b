"""What an archive holds, in the terms of a test."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proxy import until

from store.archive import Archive
from store.canonical import loads
from store.journal import Type


@dataclass(frozen=True)
class Turn:
    """One turn with its bodies."""

    id: str
    payload: dict[str, Any]
    request: bytes
    response: bytes

    @property
    def outcome(self) -> str:
        return str(self.payload["outcome"])


def turns(archive: Path, newest: int = -1) -> list[Turn]:
    """The turns (all, or so many of the newest), in the order of the archive; objects are verified."""
    with Archive.open(archive) as opened:
        rows = opened.index.db.execute("SELECT id FROM turns ORDER BY number DESC LIMIT ?", (newest,)).fetchall()
        return [_turn(opened, bytes(row[0])) for row in reversed(rows)]


def asked(archive: Path, words: str, count: int) -> list[Turn]:
    """The newest turns, when there are ``count`` of them in whose request these words are a text."""
    found: list[Turn] = []

    def are_there() -> bool:
        found[:] = [turn for turn in turns(archive, count) if f'"{words}"'.encode() in turn.request]
        return len(found) == count

    until(are_there)
    return found


def gaps(archive: Path) -> list[dict[str, Any]]:
    """Every gap record's detail."""
    with Archive.open(archive) as opened:
        query = "SELECT object FROM records WHERE type = ? ORDER BY journal, position"
        rows = opened.index.db.execute(query, (int(Type.GAP),)).fetchall()
        return [loads(opened.get(bytes(row[0])).payload) for row in rows]


def _turn(archive: Archive, wanted: bytes) -> Turn:
    payload = loads(archive.get(wanted).payload)

    def body(side: str) -> bytes:
        name = payload[side]["body"]
        return archive.get(bytes.fromhex(name)).payload if name else b""

    return Turn(wanted.hex(), payload, body("request"), body("response"))

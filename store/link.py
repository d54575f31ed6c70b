"""Finding a turn's parents: link keys, and the order in which they are asked.

A link key is a hash of the conversation up to a message, normalised by the wire module so that a client's echo of an
answer equals the answer. Keys are chained and kept per message, so a turn costs what is new in it. They find parents
and are never an identity: equal keys in different sessions are common, and between equals nothing is chosen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from blake3 import blake3

from store.canonical import UNPARSABLE, dumps, loads
from store.index import Index
from store.reading import Wire

VERSION: Final = 1  # raised when keys of the same messages change
KEY_BYTES: Final = 16
AMBIGUOUS: Final = "ambiguous-parent"


def chain_key(wire: Wire, before: bytes, element: Any) -> bytes:
    """The key after one more message; ``before`` is the key so far, empty at the start."""
    hasher = blake3(before or f"{VERSION} {wire.name}".encode())
    try:
        hasher.update(dumps(wire.link_form(element)))
    except ValueError:  # too deep to normalise: such a message links to nothing but itself
        hasher.update(b"\0")
    return hasher.digest(length=KEY_BYTES)


class Keys:
    """Link keys of messages, from the index or derived and then noted there by the caller (`new`)."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._cache: dict[bytes, bytes] = {}

    def along(self, wire: Wire, ids: Sequence[bytes], content: Callable[[int], bytes]) -> "ChainKeys":
        """Keys along a conversation: message ``ids``, and the bytes of each on demand."""
        start = len(ids)
        key = b""
        while start and not (key := self.get(ids[start - 1])):
            start -= 1
        for position in range(start, len(ids)):
            element = loads(content(position))
            key = chain_key(wire, key, None if element is UNPARSABLE else element)
            self.put(ids[position], key)
        return ChainKeys(self, ids)

    def get(self, message: bytes) -> bytes:
        """The key after a message, or empty where none is known."""
        return self._cache.get(message) or self._index.key_of(message) or b""

    def put(self, message: bytes, key: bytes) -> None:
        """Note a key for this process and in the index."""
        if len(self._cache) > 4096:
            self._cache.clear()
        self._cache[message] = key
        self._index.insert("keys", (message, key))


@dataclass(frozen=True, slots=True)
class ChainKeys:
    """The key after each message of one conversation."""

    keys: Keys
    ids: Sequence[bytes]

    def after(self, count: int) -> bytes:
        """The key after the first ``count`` (>= 1) messages."""
        return self.keys.get(self.ids[count - 1])


@dataclass(frozen=True, slots=True)
class Parent:
    """An edge to a parent turn."""

    turn: bytes
    kind: str
    confidence: float = 1.0
    call: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """What was found: edges, how many leading messages the parent already had, and what the parent says of us."""

    parents: tuple[Parent, ...] = ()
    known: int = 0
    session: str = ""
    thread: str = ""
    notes: tuple[str, ...] = field(default=())


_ROW = "SELECT number, id, session, thread, outcome, status, error FROM turns"


@dataclass(frozen=True, slots=True)
class _Turn:
    number: int
    id: bytes
    session: str
    thread: str
    outcome: str
    status: int | None
    error: str

    @property
    def failed(self) -> bool:
        return self.outcome != "complete" or (self.status or 0) >= 400 or bool(self.error)


class Linker:
    """Finds parents among the turns of the index."""

    def __init__(self, index: Index) -> None:
        self._db = index.db

    def find(self, keys: ChainKeys, session: str, thread: str) -> Link:
        """The link of a request whose conversation has these keys, from this session and thread (both may be "")."""
        count = len(keys.ids)
        if not count:
            return Link()
        earlier = self._same_request(keys.after(count), session, thread)
        if earlier is not None:
            return self._again(earlier, count)
        for known in range(count - 1, 0, -1):
            key = keys.after(known)
            found = self._candidates("answer_key", key, session, thread)
            if found:
                return self._after_answer(found, known)
            if session and (found := self._candidates("request_key", key, session, thread, same_session=True)):
                return self._without_answer(found, known)
        return Link()

    def _same_request(self, key: bytes, session: str, thread: str) -> _Turn | None:
        """The newest turn of the session that sent this very conversation; without a session only one that failed."""
        found = self._candidates("request_key", key, session, thread, same_session=True)
        if session:
            return found[-1] if found else None
        return next((turn for turn in reversed(found) if turn.failed), None)

    def _again(self, earlier: _Turn, count: int) -> Link:
        kind = "retries" if earlier.failed else "forks"
        inherited = self._db.execute(
            "SELECT parent, kind, confidence, call FROM parents WHERE turn = ? AND kind <> 'retries' ORDER BY n",
            (earlier.id,),
        ).fetchall()
        parents = [Parent(bytes(row[0]), *row[1:]) for row in inherited]
        if kind == "forks":
            parents = [
                Parent(
                    parent.turn, "forks" if parent.kind == "continues" else parent.kind, parent.confidence, parent.call
                )
                for parent in parents
            ]
        else:
            parents.append(Parent(earlier.id, kind))
        return Link(tuple(parents), count, earlier.session, earlier.thread)

    def _after_answer(self, found: list[_Turn], known: int) -> Link:
        if len(found) > 1:
            childless = [turn for turn in found if not self._has_child(turn.id)]
            if len(childless) != 1:
                return Link(notes=(AMBIGUOUS,))
            found = childless
        turn = found[0]
        kind = "forks" if self._has_child(turn.id) else "continues"
        return Link((Parent(turn.id, kind),), known, turn.session, turn.thread)

    def _without_answer(self, found: list[_Turn], known: int) -> Link:
        """The request goes on from what an earlier turn sent, but not with the answer that was captured."""
        turn = found[-1]
        kind, confidence = ("interrupted", 0.9) if turn.failed else ("probable", 0.5)
        return Link((Parent(turn.id, kind, confidence),), known, turn.session, turn.thread)

    def _candidates(
        self, column: str, key: bytes, session: str, thread: str, *, same_session: bool = False
    ) -> list[_Turn]:
        """Turns with this key, oldest first: those of the session, else (a forked session) those of any other."""
        rows = self._db.execute(f"{_ROW} WHERE {column} = ? ORDER BY number DESC LIMIT 16", (key,)).fetchall()
        turns = [_Turn(row[0], bytes(row[1]), *row[2:]) for row in reversed(rows)]
        if session:
            own = [turn for turn in turns if turn.session == session]
            if own or same_session:
                same_thread = [turn for turn in own if turn.thread == thread]
                return same_thread or own
        return turns

    def _has_child(self, turn: bytes) -> bool:
        row = self._db.execute("SELECT 1 FROM parents WHERE parent = ? AND kind = 'continues'", (turn,)).fetchone()
        return row is not None


def spawned_by(index: Index, session: str, tools: Sequence[str], matches: Callable[[bytes, str], bool]) -> Link:
    """The tool call of this session that started a subagent.

    ``matches(message, call id)`` says whether the call in that answer carries the child's first prompt. Two calls that
    do are not told apart.
    """
    marks = ",".join("?" * len(tools))
    rows = index.db.execute(
        f"SELECT turn, message, call_id, name FROM steps WHERE session = ? AND kind = 'tool-call' AND name IN ({marks})"
        " ORDER BY position DESC LIMIT 64",
        (session, *tools),
    ).fetchall()
    found = [(bytes(turn), call) for turn, message, call, _name in rows if matches(bytes(message), call)]
    if len(found) != 1:
        return Link(notes=(AMBIGUOUS,) if found else ())
    turn, call = found[0]
    return Link((Parent(turn, "spawned-by", 1.0, call),), 0, session, call)

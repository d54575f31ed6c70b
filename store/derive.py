"""From a committed turn to its rows in the index: steps, sessions, keys.

The same function serves the writer, right after a commit, and whoever lets the index catch up from journals and packs;
what it derives depends on the archive alone. Everything here can be made again.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from store import chunks
from store.canonical import loads
from store.link_keys import ChainKeys, Keys, chain_key
from store.reading import Answer, Block, Wire
from store.summary import first_line, is_step, summary_of
from store.titles import given_title, prompt_title
from store.wire import blocks_of

if TYPE_CHECKING:
    from store.archive import Archive


_AUTHORITY_END: Final = re.compile("[/?#]")
_RESULTS: Final = ("tool-result", "server-tool-result")


@dataclass(frozen=True, slots=True)
class TurnReading:
    """What a wire module sees in a turn: blocks of each new request message (with its id), and the answer."""

    wire: Wire
    new: tuple[tuple[bytes, tuple[Block, ...]], ...]
    answer: Answer
    arrived: tuple[tuple[int, int], ...]  # (at_ms, decoded size) of each chunk
    request_key: bytes | None
    answer_key: bytes | None


def read_turn(archive: "Archive", payload: dict[str, Any], keys: Keys) -> TurnReading:
    """The reading of a stored turn."""
    from store import wire as wires

    wire = wires.by_name(payload["reading"]["wire"])
    request, response = payload["request"], payload["response"]
    objects = archive.objects
    ids = objects.chain(bytes.fromhex(request["tip"])) if request["tip"] else []
    start = keys.start(wire, payload["reading"].get("base", ""))
    along = keys.along(wire, ids, lambda position: loads(objects.message(ids[position]).content), start)
    new = [(each, blocks_of(wire, objects.message(each).content)) for each in ids[request["known"] :]]
    body = archive.get_kind(bytes.fromhex(response["body"]), "blob") if response["body"] else b""
    answer = wire.answer(body, response["type"], payload["http"]["status"] or 0)
    request_key = whole_key(wire, along)
    times = archive.get_kind(bytes.fromhex(response["chunks"]), "blob") if response["chunks"] else b""
    arrived = tuple(chunks.decode(times))
    return TurnReading(wire, tuple(new), answer, arrived, request_key, answer_key(wire, request_key, answer))


def whole_key(wire: Wire, along: ChainKeys) -> bytes | None:
    """The link key after a whole request: empty where it says nothing yet, None where it has no conversation."""
    return along.after(len(along.ids)) if along.ids or wire.conversation else None


def answer_key(wire: Wire, request_key: bytes | None, answer: Answer) -> bytes | None:
    """The link key after the answer, where both are there."""
    if request_key is None or answer.message is None:
        return None
    key = request_key
    for element in wire.echo(answer.message):
        key = chain_key(wire, key, element)
    return key


def add_turn(
    archive: "Archive", turn: bytes, payload: dict[str, Any], exchange: bytes, committed_ms: int, reading: TurnReading
) -> None:
    """Put a turn's rows into the index. The caller holds the transaction; a turn that is there stays as it is."""
    db = archive.index.db
    session, thread, times = payload["session"], payload["thread"], payload["times"]
    before = _session_before(archive, payload)
    ordinal, position, origin = before.turns + 1, before.steps, before.started_ms
    end = _end(payload, reading)
    steps = _steps(payload, reading, end or 0)
    said, client, usage = payload["reading"], payload["client"], payload["reading"]["usage"]
    tokens = [usage.get(name) for name in ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")]
    given = _given_title(payload, reading.answer)
    summary = given or _turn_summary(steps, said["error"])
    cursor = archive.index.put(
        f"INSERT INTO turns VALUES({','.join('?' * 34)}) ON CONFLICT(id) DO NOTHING",
        (
            *(None, turn, exchange, session, ordinal, thread, payload["role"], client["name"], client["version"]),
            *(payload["run"], times["start"], times["first_byte"], end, committed_ms, payload["outcome"]),
            *(payload["http"]["status"], said["wire"], said["served"] or said["model"], said["stop"], said["error"]),
            *(*tokens, usage.get("reasoning"), bytes.fromhex(payload["request"]["body"])),
            *(reading.request_key, reading.answer_key, summary, said["id"]),
            *(said["model"], _host(payload["http"]["url"]), client["cwd"]),
        ),
    )
    if not cursor.rowcount:
        return
    if not db.execute("SELECT 1 FROM corrections WHERE turn = ?", (turn,)).fetchone():
        put_edges(archive, turn, payload["parents"])
    rows = [
        (
            *(session, position + n, turn, ordinal, n + 1, block.role, block.kind, block.name, summary_of(block)),
            *(block.call_id, block.is_error, times["start"] - origin + at_ms, thread, message),
        )
        for n, (message, block, at_ms) in enumerate(steps)
    ]
    archive.index.insert_all("steps", rows)
    archive.index.insert("threads", (session, thread))
    failures = _failures(archive, session, steps, before.steps)
    titled = _titled(before, payload, steps, given)._replace(failures=before.failures + failures)
    _put_session(archive, turn, payload, titled, position + len(rows), cursor.lastrowid or 0, end or 0)


def _host(url: str) -> str:
    """The host that a URL names, in lower case, without port and brackets."""
    authority = _AUTHORITY_END.split(url.partition("://")[2], maxsplit=1)[0].rpartition("@")[2].lower()
    return authority[1:].partition("]")[0] if authority.startswith("[") else authority.partition(":")[0]


class _Session(NamedTuple):
    """A session's row before a turn is added to it."""

    title: str
    named_ms: int | None  # when the agent asked for this title; None where it is a prompt
    client: str
    version: str
    cwd: str  # the first that a turn told
    models: str  # one a line
    turns: int
    steps: int
    errors: int
    failures: int
    interrupted: int
    input: int | None  # None until a turn is told any
    cached: int
    output: int | None
    started_ms: int
    last_ms: int
    outcome: str


def _session_before(archive: "Archive", payload: dict[str, Any]) -> _Session:
    columns = ", ".join(_Session._fields)
    row = archive.index.db.execute(
        f"SELECT {columns} FROM sessions WHERE session = ?", (payload["session"],)
    ).fetchone()
    start = payload["times"]["start"]
    return (
        _Session(*row)
        if row
        else _Session("", None, "", "", "", "", 0, 0, 0, 0, 0, None, 0, None, start, 0, payload["outcome"])
    )


def put_edges(archive: "Archive", turn: bytes, parents: Sequence[dict[str, Any]]) -> None:
    """Put a turn's edges, in the shape in which turns have them, into the index."""
    for n, parent in enumerate(parents):
        edge = (turn, n, bytes.fromhex(parent["turn"]), parent["kind"], parent["confidence"], parent.get("call", ""))
        archive.index.insert("parents", edge)


def _given_title(payload: dict[str, Any], answer: Answer) -> str:
    """The title that a turn gives its session: what a call for one was answered, if it was."""
    if payload["role"] != "aux:title" or payload["outcome"] != "complete" or answer.error:
        return ""
    return given_title(answer)


def _titled(before: "_Session", payload: dict[str, Any], steps: "Steps", given: str) -> "_Session":
    """The session's row with its title: of those that the agent asked for the latest, else the first prompt."""
    if payload["thread"]:
        return before
    asked_ms = payload["times"]["start"]
    if given and (before.named_ms is None or asked_ms >= before.named_ms):
        return before._replace(title=given, named_ms=asked_ms)
    if before.title or payload["role"].startswith("aux:"):
        return before
    return before._replace(title=prompt_title(block for _m, block, _t in steps))


Steps = Sequence[tuple[bytes | None, Block, int]]


def _end(payload: dict[str, Any], reading: TurnReading) -> int | None:
    """Ms from a turn's start to its end; where a recorder died before it, to the last of the answer that is there."""
    times = payload["times"]
    if times["end"] is None and reading.arrived:
        return reading.arrived[-1][0]
    return times["first_byte"] if times["end"] is None else times["end"]  # type: ignore[no-any-return]


def _steps(payload: dict[str, Any], reading: TurnReading, end: int) -> Steps:
    """(message, block, ms since the turn's start) of everything that is new in the turn, which took ``end`` ms."""
    found: list[tuple[bytes | None, Block, int]] = [
        (message, block, 0) for message, blocks in reading.new for block in blocks if is_step(block)
    ]
    answer_id = payload["response"]["answer"]
    message = bytes.fromhex(answer_id) if answer_id else None
    arrivals = _arrivals(reading.arrived, [block.start for block in reading.answer.blocks], end)
    found += [(message, block, at_ms) for block, at_ms in zip(reading.answer.blocks, arrivals, strict=True)]
    if reading.answer.error and not any(block.kind == "error" for block in reading.answer.blocks):
        found.append((message, Block("assistant", "error", reading.answer.error, is_error=True), end))
    return found


def _arrivals(arrived: Sequence[tuple[int, int]], offsets: Sequence[int], end: int) -> list[int]:
    """When the byte at each offset of the decoded body came; ``end`` for blocks that have no place in a stream."""
    if not arrived or all(offset < 0 for offset in offsets):
        return [end] * len(offsets)
    totals = list(accumulate(size for _at_ms, size in arrived))
    places = [bisect_right(totals, offset) for offset in offsets]
    return [
        arrived[place][0] if offset >= 0 and place < len(arrived) else end
        for offset, place in zip(offsets, places, strict=True)
    ]


def _failures(archive: "Archive", session: str, steps: Steps, position: int) -> int:
    """How many calls of tools failed, by the first result of each; the first of these steps is at ``position``."""
    failed = [block.call_id for _m, block, _t in steps if block.is_error and block.kind in _RESULTS]
    before = (
        "SELECT 1 FROM steps INDEXED BY steps_call"
        f" WHERE session = ? AND call_id = ? AND call_id <> '' AND kind IN {_RESULTS} AND position < ?"
    )
    db = archive.index.db
    named = {id for id in failed if id and not db.execute(before, (session, id, position)).fetchone()}
    return len(named) + failed.count("")


def _turn_summary(steps: Steps, error: str) -> str:
    """What a list says of a turn: its prompt, else what the answer says or does, else its error."""
    asked = [block for _m, block, _t in steps if block.role == "user" and block.kind == "text"]
    answered = [block for _m, block, _t in steps if block.role == "assistant" and block.kind != "thinking"]
    for block in (*asked[-1:], *answered):
        if line := summary_of(block):
            return f"{block.name} {line}" if block.name else line
    return first_line(error)


def _sum(*figures: int | None) -> int | None:
    """The sum of those that somebody told; None where nobody told any."""
    told = [figure for figure in figures if figure is not None]
    return sum(told) if told else None


def _put_session(
    archive: "Archive",
    turn: bytes,
    payload: dict[str, Any],
    before: _Session,
    position: int,
    number: int,
    end: int,
) -> None:
    times, said, client = payload["times"], payload["reading"], payload["client"]
    usage, model = said["usage"], said["served"] or said["model"]
    models = before.models
    main = not payload["role"].startswith("aux:")
    if model and model not in models.split("\n"):
        models = f"{models}\n{model}" if models else model
    cache_read = usage.get("cache_read") or 0
    read = [usage.get(each) for each in ("input", "cache_read", "cache_write_5m", "cache_write_1h")]
    failed = said["error"] or (payload["http"]["status"] or 0) >= 400
    archive.index.put(
        f"INSERT OR REPLACE INTO sessions VALUES({','.join('?' * 20)})",
        (
            *(payload["session"], before.title, before.named_ms),
            *(
                before.client or client["name"],
                before.version or client["version"],
                before.cwd or client["cwd"],
                models,
            ),
            *(before.turns + 1, position),
            *(before.errors + bool(failed), before.failures),
            before.interrupted + (payload["outcome"] == "interrupted"),
            *(_sum(before.input, *read), before.cached + cache_read, _sum(before.output, usage.get("output"))),
            *(min(before.started_ms, times["start"]), max(before.last_ms, times["start"] + end)),
            *(payload["outcome"] if main and not payload["thread"] else before.outcome, turn, number),
        ),
    )

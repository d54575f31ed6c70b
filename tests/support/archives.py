"""Archives for tests of the readers, made by recording exchanges."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import messages_streams as sse
from kafka_session import Clock, Thread, text

from deck.timeline import Timeline
from store.archive import Archive
from store.exchange import Chunk, Exchange
from store.record import Recorder

HOSTILE = "\x1b]0;owned\x07 \x9b31m \u202egpj.exe\u2069 \ud800 \x7f end"
"""Text that would retitle a window, colour it, reorder itself and break UTF-8."""


def recorded(path: Path, exchanges: Iterable[Exchange]) -> list[str]:
    """Record exchanges into the archive in ``path``, made if absent; the ids of their turns, in order."""
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        return [recorder.record(exchange).turn.hex() for exchange in exchanges]


def forked(path: Path) -> list[str]:
    """A session with a fork and a hostile answer: turns 2 and 3 both continue turn 1, 4 continues 3."""
    clock = Clock()
    first = Thread(clock)
    opening = first.send([text("Where is the bug?")], [text("In the parser.")])
    other = Thread(clock, messages=list(first.messages))
    return recorded(
        path,
        [
            opening,
            first.send([text("Fix it.")], [text("Fixed.")]),
            other.send([text("Explain it.")], [text(HOSTILE)]),
            other.send([text("Once more."), text("Slowly.")], [text("It reads past the end.")]),
        ],
    )


def streamed(body: bytes, cuts: Iterable[int], *, started_ms: int = 1_790_000_000_000) -> Exchange:
    """An exchange whose response arrives in pieces of the given sizes, 100 ms apart, and what is left at the end."""
    request = {"model": "claude-sonnet-4-6", "max_tokens": 9, "messages": [{"role": "user", "content": "Count."}]}
    chunks: list[Chunk] = []
    left = len(body)
    for size in (*cuts, len(body)):
        size = min(size, left)
        left -= size
        if size:
            chunks.append(Chunk(100 * (len(chunks) + 1), size))
    return Exchange(
        method="POST",
        url="https://api.anthropic.com/v1/messages",
        request_headers=((b"content-type", b"application/json"),),
        request_body=json.dumps(request).encode(),
        started_ms=started_ms,
        status=200,
        response_headers=((b"content-type", b"text/event-stream"),),
        response_body=body,
        chunks=tuple(chunks),
        first_byte_ms=100,
        end_ms=100 * len(chunks) + 50,
    )


def counting_stream() -> bytes:
    """A stream with thinking, text in four pieces and a tool call."""
    return b"".join(
        (
            sse.start(),
            sse.thinking(0, "Let me count.", "c2ln"),
            sse.text(1, "One, ", "two, ", "three, ", "four."),
            sse.tool(2, "toolu_1", "Bash", '{"comm', 'and": "seq 4"}'),
            sse.stop("tool_use"),
        )
    )


def session_key(path: Path) -> str:
    """The key of the only session."""
    with Timeline.open(path) as timeline:
        (view,) = timeline.sessions()
        return view.key


def as_json(printed: str) -> Any:
    """What ``--json`` printed."""
    return json.loads(printed)

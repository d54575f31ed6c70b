"""Small exchanges for tests of the store: a conversation of the Messages API that grows."""

import json
import random
from collections.abc import Iterator

from store.exchange import Chunk, Exchange

_WORDS = [
    "archive",
    "body",
    "chain",
    "delta",
    "event",
    "frame",
    "gap",
    "hash",
    "index",
    "journal",
    "key",
    "link",
    "mask",
    "note",
    "object",
    "pack",
]


def conversation(turns: int, session: str, system_words: int = 6000) -> Iterator[Exchange]:
    """``turns`` exchanges of one session, each with a tool schema, a system prompt and a streamed answer."""
    dice = random.Random(session)
    system = " ".join(random.Random(1).choices(_WORDS, k=system_words))
    tools = [{"name": name, "description": " ".join(random.Random(name).choices(_WORDS, k=80))} for name in "abc"]
    messages: list[dict[str, object]] = []
    for turn in range(turns):
        text = " ".join(dice.choices(_WORDS, k=20))
        messages.append({"role": "user", "content": [{"type": "text", "text": f"{turn} {text}"}]})
        body = {
            "model": "m",
            "max_tokens": 9,
            "messages": messages,
            "system": system,
            "tools": tools,
            "metadata": {"user_id": json.dumps({"session_id": session})},
        }
        said = dice.choices(_WORDS, k=12)
        events = list(_events(said, turn))
        yield Exchange(
            method="POST",
            url="https://api.anthropic.com/v1/messages",
            request_headers=((b"content-type", b"application/json"), (b"user-agent", b"test/1")),
            request_body=json.dumps(body, separators=(",", ":")).encode(),
            started_ms=1_700_000_000_000 + 1_000 * turn,
            status=200,
            response_headers=((b"content-type", b"text/event-stream"), (b"request-id", f"{session}-{turn}".encode())),
            response_body=b"".join(events),
            chunks=tuple(Chunk(10 * n, len(event)) for n, event in enumerate(events, 1)),
            request_end_ms=1,
            first_byte_ms=10,
            end_ms=10 * len(events),
        )
        messages.append({"role": "assistant", "content": [{"type": "text", "text": " ".join(said)}]})


def _events(words: list[str], turn: int) -> Iterator[bytes]:
    start = {"id": f"msg_{turn}", "type": "message", "role": "assistant", "model": "m", "content": []}
    usage = {"input_tokens": 10 + turn, "output_tokens": 1}
    yield _event("message_start", {"message": start | {"usage": usage}})
    yield _event("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}})
    for n, word in enumerate(words):
        delta = {"type": "text_delta", "text": f" {word}" if n else word}
        yield _event("content_block_delta", {"index": 0, "delta": delta})
    yield _event("content_block_stop", {"index": 0})
    yield _event("message_delta", {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": len(words)}})
    yield _event("message_stop", {})


def _event(name: str, data: dict[str, object]) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode()

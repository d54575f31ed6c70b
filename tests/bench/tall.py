"""Long sessions of small turns, each of which stands for itself, so that a large archive is made in minutes.

Archives are made without fsync, which changes nothing that is measured by looking at them.
"""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from scaling import Unsynced

from store.archive import Archive
from store.exchange import Exchange
from store.record import Recorder

SESSION = "session-0000"
_URL = "https://api.anthropic.com/v1/messages"
_FAILS_EVERY = 1_000


def exchanges() -> Iterator[Exchange]:
    """Turns without end, a second apart: a question, an answer, a tool call; each thousandth reports a failure."""
    turn = 0
    while True:
        yield _exchange(turn)
        turn += 1


def _exchange(turn: int) -> Exchange:
    asked: dict[str, object] = {"type": "text", "text": f"Question {turn}"}
    if turn % _FAILS_EVERY == _FAILS_EVERY - 1:
        asked = {"type": "tool_result", "tool_use_id": f"call-{turn}", "content": f"Failure {turn}", "is_error": True}
    body = {"model": "claude-sonnet-4-6", "max_tokens": 9, "messages": [{"role": "user", "content": [asked]}]}
    call = {"type": "tool_use", "id": f"call-{turn + 1}", "name": "Bash", "input": {"command": f"make {turn}"}}
    answer = {
        "id": f"m{turn}",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-6",
        "content": [{"type": "text", "text": f"Answer {turn}"}, call],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 2_000 + turn % 180_000, "output_tokens": 20},
    }
    return Exchange(
        method="POST",
        url=_URL,
        request_headers=((b"content-type", b"application/json"), (b"x-claude-code-session-id", SESSION.encode())),
        request_body=json.dumps(body).encode(),
        started_ms=1_700_000_000_000 + 1000 * turn,
        status=200,
        response_headers=((b"content-type", b"application/json"),),
        response_body=json.dumps(answer).encode(),
        end_ms=5,
    )


def build(path: Path, turns: int) -> Path:
    """An archive with one session of so many turns."""
    with Archive.create(path, Unsynced()) as archive, Recorder(archive) as recorder:
        for exchange in islice(exchanges(), turns):
            recorder.record(exchange)
    return path

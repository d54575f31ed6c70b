"""Long sessions of small turns, so that a large archive is made in minutes.

Each request names the response that it goes on from and sends only what is new, as Codex does: then the turn before is
found by its name, however long the session is. Archives are made without fsync, which changes nothing that is measured
by looking at them.
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
_URL = "https://api.openai.com/v1/responses"
_MODEL = "gpt-5.5"


def exchanges() -> Iterator[Exchange]:
    """Turns without end, a second apart: the result of a call, a question; an answer, the next call."""
    turn = 0
    while True:
        yield _exchange(turn)
        turn += 1


def _exchange(turn: int) -> Exchange:
    question = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": f"Question {turn}"}]}
    body: dict[str, object] = {"model": _MODEL, "input": [question]}
    if turn:
        result = {"type": "function_call_output", "call_id": f"call-{turn}", "output": f"Result {turn}"}
        body |= {"input": [result, question], "previous_response_id": f"resp_{turn - 1}"}
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": f"Answer {turn}"}]}
    arguments = json.dumps({"command": ["make", str(turn)]})
    call = {"type": "function_call", "call_id": f"call-{turn + 1}", "name": "shell", "arguments": arguments}
    answer = {
        "id": f"resp_{turn}",
        "object": "response",
        "status": "completed",
        "model": _MODEL,
        "output": [said, call],
        "usage": {"input_tokens": 2_000 + turn % 180_000, "output_tokens": 20},
    }
    return Exchange(
        method="POST",
        url=_URL,
        request_headers=((b"user-agent", b"codex_exec/0.169.0"), (b"session-id", SESSION.encode())),
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

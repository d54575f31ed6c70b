"""Three requests of Codex: tools in the conversation, once more with the whole history, then only what is new."""

import json
from typing import Any

from store.exchange import Exchange

TOOLS: list[dict[str, Any]] = [
    {"type": "function", "name": "exec"},
    {"type": "namespace", "name": "team", "tools": [{"type": "function", "name": "spawn_agent"}]},
]
NAMES = ["exec", "team.spawn_agent"]


def exchanges() -> list[Exchange]:
    """The requests, each answered with one word."""
    placed = {"type": "additional_tools", "role": "developer", "tools": TOOLS}
    prompt, more, last = (_message("user", text) for text in ("How many?", "And toads?", "Sure?"))
    said = _message("assistant", "Three.")
    return [
        _exchange(1, [placed, prompt], tools=[{"type": "web_search"}]),
        _exchange(2, [placed, prompt, said, more]),
        _exchange(3, [last], previous_response_id="resp_2"),
    ]


def _message(role: str, text: str) -> dict[str, Any]:
    return {"type": "message", "role": role, "content": text}


def _exchange(number: int, items: list[dict[str, Any]], **members: Any) -> Exchange:
    output = [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Three."}]}]
    answer = {"id": f"resp_{number}", "object": "response", "status": "completed", "model": "m", "output": output}
    return Exchange(
        method="POST",
        url="https://api.openai.com/v1/responses",
        request_headers=((b"user-agent", b"codex_exec/0.169.0"), (b"session-id", b"s-1")),
        request_body=json.dumps({"model": "m", "input": items, **members}).encode(),
        started_ms=1_790_000_000_000 + 3_000 * number,
        status=200,
        response_headers=((b"content-type", b"application/json"),),
        response_body=json.dumps(answer).encode(),
        end_ms=100,
    )

"""Answers of Ollama, built for tests, as it streams them: a JSON object a line."""

import json
from typing import Any

COUNTS = {"done_reason": "stop", "total_duration": 9, "prompt_eval_count": 26, "eval_count": 11}


def chat(content: str = "", *, done: bool = False, **more: Any) -> dict[str, Any]:
    """A line of `/api/chat`."""
    inner = {name: more.pop(name) for name in ("thinking", "tool_calls") if name in more}
    line = {
        "model": "qwen3",
        "created_at": "2026-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": content},
    }
    line["message"] |= inner
    return line | {"done": done} | (COUNTS if done else {}) | more


def generated(text: str = "", *, done: bool = False, **more: Any) -> dict[str, Any]:
    """A line of `/api/generate`."""
    line = {"model": "qwen3", "created_at": "2026-01-01T00:00:00Z", "response": text, "done": done}
    return line | (COUNTS | {"context": [1, 2, 3]} if done else {}) | more


def call(name: str, **arguments: Any) -> dict[str, Any]:
    """A tool call."""
    return {"function": {"name": name, "arguments": arguments}}


def lines(*each: dict[str, Any]) -> bytes:
    """The stream."""
    return b"".join(json.dumps(line).encode() + b"\n" for line in each)


CHATS: dict[str, tuple[dict[str, Any], ...]] = {
    "text": (chat("Hel"), chat("lo"), chat("."), chat(done=True)),
    "thinking, text, calls": (
        chat(thinking="Let me "),
        chat(thinking="see"),
        chat("I look."),
        chat(tool_calls=[call("read_file", path="a.py", lines=2.5), call("list")]),
        chat(done=True),
    ),
    "cut off": (chat("On and on"), chat(done=True, done_reason="length")),
}

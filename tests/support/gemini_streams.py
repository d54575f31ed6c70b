"""Answers of Gemini, built for tests: the same pieces as events, as a JSON array, and inside Code Assist's envelope."""

import json
from typing import Any

USAGE = {"promptTokenCount": 20, "candidatesTokenCount": 7, "totalTokenCount": 39, "thoughtsTokenCount": 12}
CACHED = USAGE | {"cachedContentTokenCount": 15}


def piece(*parts: dict[str, Any], finish: str = "", usage: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """One piece of a streamed answer."""
    candidate: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    candidate |= {"finishReason": finish} if finish else {}
    value: dict[str, Any] = {"candidates": [candidate | more]}
    value |= {"usageMetadata": usage} if usage else {}
    return value | {"modelVersion": "gemini-3-pro", "responseId": "resp-1"}


def text(said: str, **more: Any) -> dict[str, Any]:
    """A text part."""
    return {"text": said, **more}


def call(name: str, **arguments: Any) -> dict[str, Any]:
    """A call as Gemini makes it with an API key: it has no id."""
    return {"functionCall": {"name": name, "args": arguments}}


def sse(*pieces: Any) -> bytes:
    """As `alt=sse` streams it."""
    return b"".join(b"data: %b\r\n\r\n" % json.dumps(each).encode() for each in pieces)


def array(*pieces: Any) -> bytes:
    """As it is streamed without `alt=sse`."""
    return b"[" + b"\n,\r\n".join(json.dumps(each, indent=2).encode() for each in pieces) + b"\n]\n"


def wrapped(*pieces: Any) -> tuple[dict[str, Any], ...]:
    """As Code Assist answers."""
    return tuple({"response": each, "traceId": "t"} for each in pieces)


PIECES: dict[str, tuple[dict[str, Any], ...]] = {
    "text": (piece(text("Hel")), piece(text("lo")), piece(text("."), finish="STOP", usage=USAGE)),
    "thought, text, calls": (
        piece(text("Let me ", thought=True)),
        piece(text("see", thought=True)),
        piece(text("I look. ")),
        piece(text("Now.")),
        piece(call("read_file", path="a.py", lines=2.5), call("list")),
        piece(text("", thoughtSignature="c2ln"), finish="STOP", usage=CACHED),
    ),
    "signed call": (piece({**call("shell", command="ls"), "thoughtSignature": "c2ln"}, finish="STOP", usage=USAGE),),
    "code": (
        piece({"executableCode": {"language": "PYTHON", "code": "print(1)"}}),
        piece({"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}}),
        piece(text("It is 1."), finish="STOP", usage=USAGE),
    ),
    "too long": (piece(text("On and on"), finish="MAX_TOKENS", usage=USAGE),),
    "safety": (piece(text("I can"), usage=USAGE), {"candidates": [{"finishReason": "SAFETY", "index": 0}]}),
    "blocked": ({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 4}},),
    "image": (piece({"inlineData": {"mimeType": "image/png", "data": "aGk="}}, finish="STOP", usage=USAGE),),
}
ERROR = {"error": {"code": 429, "message": "Quota exceeded.", "status": "RESOURCE_EXHAUSTED"}}

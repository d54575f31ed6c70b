"""Event streams of the Messages API, built for tests, and the recorded ones where they are at hand."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from store.codings import decode

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "claude-code-17-turns"


def event(kind: str, **members: Any) -> bytes:
    """One event as the API writes it."""
    data = json.dumps({"type": kind, **members}, ensure_ascii=False)
    return f"event: {kind}\ndata: {data}\n\n".encode("utf-8", "surrogatepass")


def start(**usage: Any) -> bytes:
    """message_start."""
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-6",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 1, **usage},
    }
    return event("message_start", message=message)


def block(index: int, given: dict[str, Any], *deltas: dict[str, Any]) -> bytes:
    """A content block from its start to its stop."""
    return b"".join(
        (
            event("content_block_start", index=index, content_block=given),
            *(event("content_block_delta", index=index, delta=delta) for delta in deltas),
            event("content_block_stop", index=index),
        )
    )


def stop(reason: str = "end_turn", usage: dict[str, Any] | None = None, **delta: Any) -> bytes:
    """message_delta and message_stop."""
    changed = {"stop_reason": reason, "stop_sequence": None, **delta}
    counts = {"output_tokens": 9} if usage is None else usage
    return event("message_delta", delta=changed, usage=counts) + event("message_stop")


def text(index: int, *pieces: str) -> bytes:
    """A text block."""
    deltas = ({"type": "text_delta", "text": piece} for piece in pieces)
    return block(index, {"type": "text", "text": ""}, *deltas)


def tool(index: int, call_id: str, name: str, *pieces: str, kind: str = "tool_use") -> bytes:
    """A tool call whose input is the JSON in ``pieces``."""
    deltas = ({"type": "input_json_delta", "partial_json": piece} for piece in pieces)
    return block(index, {"type": kind, "id": call_id, "name": name, "input": {}}, *deltas)


def thinking(index: int, thought: str, signature: str) -> bytes:
    """A thinking block."""
    return block(
        index,
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "thinking_delta", "thinking": thought[:3]},
        {"type": "thinking_delta", "thinking": thought[3:]},
        {"type": "signature_delta", "signature": signature},
    )


CITATION = {
    "type": "char_location",
    "cited_text": "sky",
    "document_index": 0,
    "document_title": None,
    "start_char_index": 4,
    "end_char_index": 7,
    "file_id": None,
}
HIT = {
    "type": "web_search_result",
    "title": "A page",
    "url": "https://example.org/",
    "encrypted_content": "x",
    "page_age": None,
}

STREAMS: dict[str, bytes] = {
    "text": start() + event("ping") + text(0, "Hel", "lo ", "wörld\n🙂") + stop(),
    "nothing": start() + stop(),
    "thinking, text, parallel tools": start(
        cache_creation_input_tokens=12,
        cache_read_input_tokens=7,
        cache_creation={"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 10},
    )
    + thinking(0, "Let me see", "c2ln")
    + text(1, "Two things")
    + tool(2, "toolu_1", "Bash", "", '{"comm', 'and": "ls", "timeout": 1.50}')
    + tool(3, "toolu_2", "List")
    + stop("tool_use", {"output_tokens": 40, "output_tokens_details": {"thinking_tokens": 11}}),
    "redacted thinking": start() + block(0, {"type": "redacted_thinking", "data": "b3BhcXVl"}) + text(1, "ok") + stop(),
    "server tools and citations": start()
    + tool(0, "srvtoolu_1", "web_search", '{"query": "sky"}', kind="server_tool_use")
    + block(1, {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [HIT]})
    + block(
        2,
        {"type": "text", "text": "", "citations": []},
        {"type": "text_delta", "text": "The sky"},
        {"type": "citations_delta", "citation": CITATION},
        {"type": "citations_delta", "citation": CITATION | {"document_index": 1}},
    )
    + stop(usage={"input_tokens": 90, "output_tokens": 20, "server_tool_use": {"web_search_requests": 1}}),
    "refusal": start()
    + text(0, "I can")
    + stop("refusal", stop_details={"type": "refusal", "category": "cyber", "explanation": "Not this."}),
}


def recorded() -> Iterator[tuple[str, dict[str, Any], list[tuple[bytes, bytes]], bytes]]:
    """(name, request, headers, decoded response) of each recorded turn, in order; none where they are absent."""
    for folder in sorted(path for path in RECORDED.glob("*") if path.is_dir()):
        request = json.loads((folder / "request.json").read_bytes())
        body = json.loads(base64.b64decode(request["body_b64"]))
        headers = [(name.encode(), value.encode()) for name, value in request["headers"]]
        yield folder.name, body, headers, decode((folder / "response.sse").read_bytes(), "gzip").data

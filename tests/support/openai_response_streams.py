"""Event streams of the Responses API, built for tests."""

import json
from typing import Any

from store import socket_body as bodies

HEAD: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "gpt-test",
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "temperature": 1.0,
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
}
COUNTS = {
    "input_tokens": 90,
    "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 6},
    "output_tokens": 40,
    "output_tokens_details": {"reasoning_tokens": 11},
    "total_tokens": 130,
}


def response(status: str, output: list[Any], counts: Any = None, **members: Any) -> dict[str, Any]:
    """A response object."""
    return {**HEAD, "status": status, "output": output, "usage": counts, **members}


class Events:
    """Events in order, each with its number; ``messages`` are their data."""

    def __init__(self, response_id: str = "resp_1") -> None:
        self.messages: list[bytes] = []
        self.output: list[dict[str, Any]] = []
        self._id = response_id
        for kind in ("response.created", "response.in_progress"):
            self.add(kind, response=response("in_progress", [], id=response_id))

    def add(self, kind: str, **members: Any) -> "Events":
        """Any event."""
        data = {"type": kind, "sequence_number": len(self.messages), **members}
        self.messages.append(json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        return self

    def item(self, begun: dict[str, Any], done: dict[str, Any], *changes: tuple[str, dict[str, Any]]) -> "Events":
        """An item from its start to its end, with events in between."""
        where = {"output_index": len(self.output)}
        self.add("response.output_item.added", **where, item=begun)
        for kind, members in changes:
            self.add(kind, **where, item_id=begun.get("id", ""), **members)
        self.output.append(done)
        return self.add("response.output_item.done", **where, item=done)

    def text(self, *pieces: str, annotations: list[Any] | None = None) -> "Events":
        """A message."""
        name, at = f"msg_{len(self.output)}", {"content_index": 0}
        empty = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        whole = {**empty, "text": "".join(pieces), "annotations": annotations or []}
        notes = [
            ("response.output_text.annotation.added", {**at, "annotation_index": n, "annotation": note})
            for n, note in enumerate(annotations or [])
        ]
        message = {"id": name, "type": "message", "role": "assistant"}
        return self.item(
            {**message, "status": "in_progress", "content": []},
            {**message, "status": "completed", "content": [whole]},
            ("response.content_part.added", {**at, "part": empty}),
            *(("response.output_text.delta", {**at, "delta": piece, "logprobs": []}) for piece in pieces),
            *notes,
            ("response.output_text.done", {**at, "text": whole["text"], "logprobs": []}),
            ("response.content_part.done", {**at, "part": whole}),
        )

    def call(self, call_id: str, name: str, *pieces: str) -> "Events":
        """A function call."""
        given = {"id": f"fc_{call_id}", "type": "function_call", "call_id": call_id, "name": name}
        return self.item(
            {**given, "status": "in_progress", "arguments": ""},
            {**given, "status": "completed", "arguments": "".join(pieces)},
            *(("response.function_call_arguments.delta", {"delta": piece}) for piece in pieces),
            ("response.function_call_arguments.done", {"arguments": "".join(pieces), "name": name}),
        )

    def custom(self, call_id: str, name: str, *pieces: str) -> "Events":
        """A call of a tool that takes text."""
        given = {"id": f"ctc_{call_id}", "type": "custom_tool_call", "call_id": call_id, "name": name}
        return self.item(
            {**given, "status": "in_progress", "input": ""},
            {**given, "status": "completed", "input": "".join(pieces)},
            *(("response.custom_tool_call_input.delta", {"delta": piece}) for piece in pieces),
            ("response.custom_tool_call_input.done", {"input": "".join(pieces)}),
        )

    def reasoning(self, *summary: str) -> "Events":
        """What the model thought, summed up and encrypted."""
        given = {"id": f"rs_{len(self.output)}", "type": "reasoning", "encrypted_content": "gAAA"}
        changes: list[tuple[str, dict[str, Any]]] = []
        for index, text in enumerate(summary):
            at = {"summary_index": index}
            changes.append(
                ("response.reasoning_summary_part.added", {**at, "part": {"type": "summary_text", "text": ""}})
            )
            changes += [
                ("response.reasoning_summary_text.delta", {**at, "delta": each}) for each in (text[:3], text[3:])
            ]
            changes.append(("response.reasoning_summary_text.done", {**at, "text": text}))
        done = {**given, "summary": [{"type": "summary_text", "text": text} for text in summary]}
        return self.item({**given, "summary": []}, done, *changes)

    def end(self, kind: str = "completed", output: list[Any] | None = None, **members: Any) -> "Events":
        """The terminal event."""
        listed = self.output if output is None else output
        told = {"counts": COUNTS, "id": self._id, **members}
        return self.add(f"response.{kind}", response=response(kind, listed, **told))

    def stream(self) -> bytes:
        """The events as a stream."""
        kinds = (json.loads(message)["type"] for message in self.messages)
        pairs = zip(kinds, self.messages, strict=True)
        return b"".join(b"event: %s\ndata: %s\n\n" % (kind.encode(), message) for kind, message in pairs)

    def socket_body(self) -> bytes:
        """The events as the messages of a WebSocket."""
        return b"".join(bodies.piece(message, from_client=False, is_text=True) for message in self.messages)


_NOTE = {"type": "url_citation", "url": "https://example.org/", "title": "A page", "start_index": 0, "end_index": 7}
_SEARCH = {"id": "ws_1", "type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "sky"}}
_REFUSED = {"type": "refusal", "refusal": "I can't do that."}

BUILT: dict[str, Events] = {
    "text": Events().text("Hel", "lo ", "wörld\n🙂").end(),
    "nothing": Events().end(),
    "thoughts, text, parallel calls": Events()
    .reasoning("Let me see", "Then do it")
    .text("Two things")
    .call("call_1", "Bash", '{"comm', 'and": "ls", "timeout": 1.50}')
    .call("call_2", "List", "{}")
    .end(),
    "custom tool": Events().custom("call_1", "apply_patch", "*** Begin", " Patch").end(),
    "search": Events()
    .item({**_SEARCH, "status": "in_progress"}, _SEARCH, ("response.web_search_call.searching", {}))
    .text("The sky", annotations=[_NOTE])
    .end(),
    "refusal": Events()
    .item(
        {"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": []},
        {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [_REFUSED]},
        ("response.content_part.added", {"content_index": 0, "part": {"type": "refusal", "refusal": ""}}),
        ("response.refusal.delta", {"content_index": 0, "delta": "I can't do "}),
        ("response.refusal.delta", {"content_index": 0, "delta": "that."}),
        ("response.refusal.done", {"content_index": 0, "refusal": "I can't do that."}),
    )
    .end(),
}
STREAMS = {name: events.stream() for name, events in BUILT.items()}
"""Streams that the API sends; its SDK accumulates each of them."""

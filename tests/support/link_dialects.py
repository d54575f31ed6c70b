"""How clients of each wire format put a conversation on the wire, for the corpus of links.

A history is a list of neutral entries; a dialect writes requests, answers and the form in which its clients send an
answer back (which is never quite what came). What the linker makes of it is not known here.
"""

import json
from dataclasses import dataclass, field
from typing import Any

JSON, SSE = "application/json", "text/event-stream"


@dataclass(frozen=True)
class Call:
    """A tool call in an answer."""

    id: str
    name: str
    input: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """An answer of the model. ``cut``: the stream ended before its end. ``sealed``: for the provider's eyes only."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    thought: str = ""
    cut: bool = False
    sealed: str = ""


@dataclass(frozen=True)
class Told:
    """What the client says: a text, with reminders that it injects, or the result of a call."""

    text: str
    call: Call | None = None
    system: bool = False


Entry = Said | Told


@dataclass(frozen=True)
class Who:
    """What a request says of its sender; a dialect without a place for something leaves it out."""

    session: str = ""
    thread: str = ""
    side: str = ""  # a side call: "title", "count", "compaction"


Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class Sent:
    """A request."""

    url: str
    headers: Headers
    body: dict[str, Any]


class Anthropic:
    """Claude Code."""

    name = "anthropic"
    threads = sides = True
    spawn = ("Agent", "prompt")

    def request(self, history: list[Entry], who: Who) -> Sent:
        headers = [(b"user-agent", b"claude-cli/2.1.219 (external, cli)")]
        if who.session:
            headers.append((b"x-claude-code-session-id", who.session.encode()))
        if who.thread:
            headers.append((b"x-claude-code-agent-id", who.thread.encode()))
        body: dict[str, Any] = {
            "model": "m",
            "max_tokens": 9,
            "tools": [{"name": "Bash"}],
            "messages": self._all(history),
        }
        url = "https://api.anthropic.com/v1/messages"
        if who.side == "title":
            body |= {"tools": [], "system": "Generate a concise, sentence-case title for this."}
        if who.side == "count":
            del body["max_tokens"]
            url += "/count_tokens"
        return Sent(url, tuple(headers), body)

    def _all(self, history: list[Entry]) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        for entry in history:
            role = "assistant" if isinstance(entry, Said) else "user"
            parts = self._parts(entry)
            if messages and role == "user" and messages[-1]["role"] == "user":
                messages[-1]["content"] += parts
            else:
                messages.append({"role": role, "content": parts})
        return messages

    def _parts(self, entry: Entry) -> list[dict[str, Any]]:
        if isinstance(entry, Told):
            if entry.call:
                return [{"type": "tool_result", "tool_use_id": entry.call.id, "content": entry.text}]
            return [{"type": "text", "text": entry.text}]
        parts: list[dict[str, Any]] = []
        if entry.thought:
            parts.append({"type": "thinking", "thinking": entry.thought, "signature": "c2ln"})
        if entry.text:
            parts.append({"type": "text", "text": entry.text})
        parts += [{"type": "tool_use", "id": each.id, "name": each.name, "input": each.input} for each in entry.calls]
        return parts

    def answer(self, said: Said, number: int) -> tuple[str, bytes]:
        events = [_event("message_start", message={"id": f"msg_{number}", "role": "assistant", "model": "m"})]
        for index, part in enumerate(self._parts(said)):
            given, deltas = dict(part), []
            if part["type"] == "text":
                given["text"] = ""
                deltas = [{"type": "text_delta", "text": piece} for piece in _pieces(part["text"])]
            elif part["type"] == "tool_use":
                given["input"] = {}
                deltas = [{"type": "input_json_delta", "partial_json": json.dumps(part["input"])}]
            events.append(_event("content_block_start", index=index, content_block=given))
            events += [_event("content_block_delta", index=index, delta=delta) for delta in deltas]
            if not said.cut:
                events.append(_event("content_block_stop", index=index))
        if not said.cut:
            events += [_event("message_delta", delta={"stop_reason": "end_turn"}), _event("message_stop")]
        return SSE, b"".join(events)

    def failure(self, status: int) -> bytes:
        return b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'


class Chat:
    """opencode, with an OpenAI-compatible host."""

    name = "chat"
    threads, sides = True, False
    spawn = ("task", "prompt")
    url = "https://api.openai.com/v1/chat/completions"

    def request(self, history: list[Entry], who: Who) -> Sent:
        headers = [(b"user-agent", b"opencode/1.18.33")]
        if who.session:
            headers.append((b"x-session-id", (who.thread or who.session).encode()))
        if who.session and who.thread:
            headers.append((b"x-parent-session-id", who.session.encode()))
        messages = [{"role": "system", "content": "You are an agent."}, *map(self._message, history)]
        return Sent(self.url, tuple(headers), {"model": "m", "stream": True, "messages": messages})

    def _message(self, entry: Entry) -> dict[str, Any]:
        if isinstance(entry, Told):
            if entry.call:
                return {"role": "tool", "tool_call_id": entry.call.id, "content": entry.text}
            return {"role": "system" if entry.system else "user", "content": entry.text}
        message: dict[str, Any] = {"role": "assistant", "content": entry.text or None}
        if entry.calls:
            message["tool_calls"] = [
                {
                    "id": each.id,
                    "type": "function",
                    "function": {"name": each.name, "arguments": json.dumps(each.input)},
                }
                for each in entry.calls
            ]
        return message

    def answer(self, said: Said, number: int) -> tuple[str, bytes]:
        changes: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        changes += [{"content": piece} for piece in _pieces(said.text)]
        for index, call in enumerate(self._message(said).get("tool_calls", [])):
            changes.append({"tool_calls": [{"index": index, **call}]})
        events = [self._chunk(number, change, None) for change in changes]
        if not said.cut:
            events += [self._chunk(number, {}, "tool_calls" if said.calls else "stop"), b"data: [DONE]\n\n"]
        return SSE, b"".join(events)

    def _chunk(self, number: int, change: dict[str, Any], finish: str | None) -> bytes:
        choice = {"index": 0, "delta": change, "finish_reason": finish}
        return b"data: %b\n\n" % json.dumps({"id": f"chatcmpl-{number}", "model": "m", "choices": [choice]}).encode()

    def failure(self, status: int) -> bytes:
        return b'{"error":{"message":"Overloaded","type":"server_error"}}'


class Responses:
    """Codex."""

    name = "responses"
    threads, sides = True, False
    spawn = ("spawn_agent", "message")
    url = "https://api.openai.com/v1/responses"

    def request(self, history: list[Entry], who: Who) -> Sent:
        headers = [(b"user-agent", b"codex_cli_rs/0.169.0 (Linux)" if who.session else b"llm/0.36")]
        if who.session:
            headers.append((b"session-id", who.session.encode()))
        if who.thread:
            headers += [(b"thread-id", who.thread.encode()), (b"x-codex-parent-thread-id", b"main-thread")]
        if who.side:
            headers.append((b"x-codex-turn-metadata", json.dumps({"request_kind": who.side}).encode()))
        body = {"model": "m", "stream": True, "instructions": "Be brief.", "input": self.items(history)}
        return Sent(self.url, tuple(headers), body)

    def items(self, history: list[Entry]) -> list[dict[str, Any]]:
        return [item for entry in history for item in self._items(entry)]

    def _items(self, entry: Entry) -> list[dict[str, Any]]:
        if isinstance(entry, Told):
            if entry.call:
                return [{"type": "function_call_output", "call_id": entry.call.id, "output": entry.text}]
            role = "developer" if entry.system else "user"
            return [{"type": "message", "role": role, "content": [{"type": "input_text", "text": entry.text}]}]
        found: list[dict[str, Any]] = []
        if entry.thought:
            found.append({"type": "reasoning", "summary": [], "encrypted_content": entry.thought})
        if entry.text:
            content = [{"type": "output_text", "text": entry.text}]
            found.append({"type": "message", "role": "assistant", "content": content})
        if entry.sealed:
            found.append({"type": "compaction", "encrypted_content": entry.sealed})
        for each in entry.calls:
            arguments = json.dumps(each.input)
            found.append({"type": "function_call", "name": each.name, "arguments": arguments, "call_id": each.id})
        return found

    def answer(self, said: Said, number: int) -> tuple[str, bytes]:
        head = {"id": f"resp_{number}", "object": "response", "model": "m", "status": "in_progress", "output": []}
        events = [_event("response.created", response=head)]
        output: list[dict[str, Any]] = []
        for index, item in enumerate(self._items(said)):
            whole = {**item, "id": f"item_{number}_{index}", "status": "completed"}
            place = {"output_index": index, "item_id": whole["id"], "content_index": 0}
            if item["type"] == "message":
                part = {"type": "output_text", "text": "", "annotations": []}
                events.append(_event("response.output_item.added", **place, item={**whole, "content": []}))
                events.append(_event("response.content_part.added", **place, part=part))
                events += [_event("response.output_text.delta", **place, delta=each) for each in _pieces(said.text)]
            if said.cut:
                continue
            output.append(whole)
            events.append(_event("response.output_item.done", **place, item=whole))
        if not said.cut:
            events.append(_event("response.completed", response={**head, "status": "completed", "output": output}))
        return SSE, b"".join(events)

    def failure(self, status: int) -> bytes:
        return Chat().failure(status)


class Gemini:
    """Gemini CLI: with a login where it has a session, with a key where it has none."""

    name = "gemini"
    threads, sides = False, True
    spawn = ("", "")

    def request(self, history: list[Entry], who: Who) -> Sent:
        contents: list[dict[str, Any]] = []
        for entry in history:
            role, parts = "model" if isinstance(entry, Said) else "user", self._parts(entry)
            if contents and contents[-1]["role"] == role == "user":
                contents[-1]["parts"] += parts
            else:
                contents.append({"role": role, "parts": parts})
        inner: dict[str, Any] = {"contents": contents, "systemInstruction": {"parts": [{"text": "Be brief."}]}}
        if who.side == "title":
            inner["generationConfig"] = {"responseJsonSchema": {"properties": {"next_speaker": {}}}}
        method = "countTokens" if who.side == "count" else "streamGenerateContent?alt=sse"
        headers = ((b"user-agent", b"GeminiCLI/0.61.0/gemini-3-pro (linux; x64)"),)
        if who.session:
            body = {"model": "m", "project": "p", "request": {**inner, "session_id": who.session}}
            return Sent(f"https://cloudcode-pa.googleapis.com/v1internal:{method}", headers, body)
        return Sent(f"https://generativelanguage.googleapis.com/v1beta/models/m:{method}", headers, inner)

    def _parts(self, entry: Entry) -> list[dict[str, Any]]:
        if isinstance(entry, Told):
            if entry.call:
                response = {"id": entry.call.id, "name": entry.call.name, "response": {"output": entry.text}}
                return [{"functionResponse": response}]
            return [{"text": entry.text}]
        said = [{"text": entry.text}] if entry.text else []
        return said + [{"functionCall": {"id": each.id, "name": each.name, "args": each.input}} for each in entry.calls]

    def answer(self, said: Said, number: int) -> tuple[str, bytes]:
        pieces = [[{"text": said.thought, "thought": True}]] if said.thought else []
        pieces += [[{"text": piece}] for piece in _pieces(said.text)]
        pieces += [[{"functionCall": {"name": each.name, "args": each.input}}] for each in said.calls]
        events = []
        for place, parts in enumerate(pieces or [[]]):
            candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": parts}}
            if place + 1 >= len(pieces) and not said.cut:
                candidate["finishReason"] = "STOP"
            value = {"response": {"candidates": [candidate], "responseId": f"r{number}"}}
            events.append(b"data: %b\r\n\r\n" % json.dumps(value).encode())
        return SSE, b"".join(events)

    def failure(self, status: int) -> bytes:
        return b'{"error":{"code":%d,"message":"Overloaded","status":"UNAVAILABLE"}}' % status


DIALECTS = (Anthropic(), Chat(), Responses(), Gemini())
Dialect = Anthropic | Chat | Responses | Gemini


def _event(name: str, **members: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name, **members})}\n\n".encode()


def _pieces(text: str) -> list[str]:
    return [text[at : at + 7] for at in range(0, len(text), 7)]

"""Turns of the Messages API whose every figure a test chooses: sizes, times, models, system prompts, tools."""

import json
from dataclasses import dataclass, field
from typing import Any

from store.exchange import Exchange, Outcome

STARTED_MS = 1_790_000_000_000
URL = "https://api.anthropic.com/v1/messages"


@dataclass
class Line:
    """One conversation of a session; each turn goes on from the one before."""

    session: str = "5e551011-0000-4000-8000-000000000007"
    thread: str = ""
    tools: tuple[str, ...] = ("Bash",)
    system: str = "Be brief."
    model: str = "claude-sonnet-4-6"
    messages: list[dict[str, Any]] = field(default_factory=list)

    def turn(
        self,
        at_ms: int,
        said: str | list[dict[str, Any]],
        heard: str | list[dict[str, Any]] = "I looked at all of it, and there is nothing to be seen.",
        *,
        took_ms: int = 1_000,
        status: int = 200,
        served: str = "",
        **usage: int,
    ) -> Exchange:
        """The exchange that begins so many ms into the session. A refused one leaves the conversation as it was."""
        content = [{"type": "text", "text": heard}] if isinstance(heard, str) else heard
        asked = [{"type": "text", "text": said}] if isinstance(said, str) else said
        messages = [*self.messages, {"role": "user", "content": asked}]
        if status == 200:
            self.messages = [*messages, {"role": "assistant", "content": content}]
        headers = {
            "user-agent": "claude-cli/2.1.219 (external, cli)",
            "x-claude-code-session-id": self.session,
            "x-claude-code-agent-id": self.thread,
        }
        body = {
            "model": self.model,
            "max_tokens": 32000,
            "system": self.system,
            "tools": [{"name": name, "input_schema": {}} for name in self.tools],
            "messages": messages,
        }
        return Exchange(
            method="POST",
            url=URL,
            request_headers=tuple((name.encode(), value.encode()) for name, value in headers.items() if value),
            request_body=json.dumps(body).encode(),
            started_ms=STARTED_MS + at_ms,
            status=status,
            response_headers=((b"content-type", b"application/json"),),
            response_body=self._answer(content, status, served or self.model, usage),
            end_ms=took_ms,
            outcome=Outcome.COMPLETE,
        )

    def _answer(self, content: list[dict[str, Any]], status: int, served: str, usage: dict[str, int]) -> bytes:
        if status != 200:
            return json.dumps({"type": "error", "error": {"type": "overloaded_error", "message": "no"}}).encode()
        counts = {"input_tokens": 1, "output_tokens": 1, **usage}
        message = {"id": "m", "type": "message", "role": "assistant", "model": served, "content": content}
        return json.dumps(message | {"stop_reason": "end_turn", "usage": counts}).encode()


def call(id: str, name: str = "Bash", **given: Any) -> dict[str, Any]:
    """A tool call."""
    return {"type": "tool_use", "id": id, "name": name, "input": given}


def result(id: str, *, failed: bool = False) -> dict[str, Any]:
    """The result of that call."""
    return {"type": "tool_result", "tool_use_id": id, "content": f"result of {id}", "is_error": failed}

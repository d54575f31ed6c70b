"""A short made-up session of a coding agent: a title call, eleven turns of the main thread and two of a subagent.

One turn after the other, as the agent put them on the wire, so that a test can record them all or let a session grow.
The eighth turn's tool fails first, the subagent is asked in the tenth.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from store.exchange import Exchange

URL = "https://api.anthropic.com/v1/messages?beta=true"
SESSION = "5e551011-0000-4000-8000-000000000001"
STARTED_MS = 1_790_000_000_000
SUBAGENT_PROMPT = "Find every place in src/ that names the topic orders-v1, and list file and line."
FAILURE = "FAIL test/producer.test.ts\n  1 failed, 41 passed\n  Error: topic orders-v2 does not exist"
SYSTEM = [{"type": "text", "text": "You are a coding agent.\nBe brief."}]
TITLE_ONLY = {"output_config": {"format": {"type": "json_schema", "schema": {"properties": {"title": {}}}}}}
TOOLS = [
    {"name": name, "description": f"{name} tool", "input_schema": {"type": "object"}}
    for name in ("Bash", "Read", "Edit", "Agent")
]


@dataclass
class Clock:
    """Wall clock of the session: every exchange takes two seconds and the next starts a second later."""

    now_ms: int = STARTED_MS

    def take(self) -> int:
        self.now_ms += 3_000
        return self.now_ms - 3_000


@dataclass
class Thread:
    """One conversation; `send` makes the exchange for the next request and its answer."""

    clock: Clock
    session: str = SESSION
    agent: str = ""
    tools: list[dict[str, Any]] = field(default_factory=lambda: list(TOOLS))
    members: dict[str, Any] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)

    def send(self, user: list[dict[str, Any]], answer: list[dict[str, Any]], **usage: int) -> Exchange:
        """The exchange of this user message and this answer; both stay in the conversation."""
        self.messages.append({"role": "user", "content": user})
        body = {
            "model": "claude-sonnet-4-6",
            "max_tokens": 32000,
            "system": SYSTEM,
            "tools": self.tools,
            "messages": self.messages,
            "metadata": {"user_id": json.dumps({"session_id": self.session})},
            **self.members,
        }
        request = json.dumps(body, separators=(",", ":")).encode()
        self.messages.append({"role": "assistant", "content": answer})
        ids = {"x-claude-code-session-id": self.session, "x-claude-code-agent-id": self.agent}
        headers = {"user-agent": "claude-cli/2.1.219 (external, cli)", "content-type": "application/json", **ids}
        return Exchange(
            method="POST",
            url=URL,
            request_headers=tuple((name.encode(), value.encode()) for name, value in headers.items() if value),
            request_body=request,
            started_ms=self.clock.take(),
            status=200,
            response_headers=((b"content-type", b"application/json"),),
            response_body=_answer(answer, len(request) // 4, usage),
            first_byte_ms=500,
            end_ms=2_000,
        )


def _answer(content: list[dict[str, Any]], tokens: int, usage: dict[str, int]) -> bytes:
    calls = any(block["type"] == "tool_use" for block in content)
    counts = {"input_tokens": 3, "output_tokens": 50, "cache_read_input_tokens": tokens, **usage}
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-6",
        "content": content,
        "stop_reason": "tool_use" if calls else "end_turn",
        "usage": counts,
    }
    return json.dumps(message).encode()


def text(said: str) -> dict[str, Any]:
    """A text block."""
    return {"type": "text", "text": said}


def call(number: int, tool: str, **arguments: Any) -> dict[str, Any]:
    """A tool call."""
    return {"type": "tool_use", "id": f"toolu_{number:02}", "name": tool, "input": arguments}


def result(number: int, said: str, *, failed: bool = False) -> dict[str, Any]:
    """The result of that call."""
    return {"type": "tool_result", "tool_use_id": f"toolu_{number:02}", "content": said, "is_error": failed}


def exchanges(clock: Clock | None = None, session: str = SESSION) -> Iterator[Exchange]:
    """The fourteen exchanges of the session, in the order in which they were sent."""
    clock = clock or Clock()
    title = Thread(clock, session, tools=[], members=TITLE_ONLY)
    main = Thread(clock, session)
    sub = Thread(clock, session, agent="a1b2c3d4e5f60718a")
    yield title.send(
        [text("Write a title for: Fix the Kafka topic bug.")], [text('{"title": "Fix the Kafka topic bug"}')]
    )
    yield main.send(
        [text("Fix the Kafka topic bug.")],
        [text("I look at the topics first."), call(1, "Bash", command="kafka-topics --list")],
    )
    yield main.send(
        [result(1, "__consumer_offsets\norders-v1\npayments")], [call(2, "Read", file_path="src/producer.ts")]
    )
    yield main.send(
        [result(2, 'const TOPIC = "orders-v2";')],
        [text("The producer writes to orders-v2."), call(3, "Bash", command="git log -3")],
    )
    yield main.send([result(3, "c0ffee Rename topic\nbeef Init")], [call(4, "Read", file_path="infra/topics.yaml")])
    yield main.send(
        [result(4, "topics:\n  - orders-v1")],
        [call(5, "Edit", file_path="src/producer.ts", old_string='"orders-v2"', new_string='"orders-v1"')],
    )
    yield main.send([result(5, "The file was edited.")], [text("Now the tests."), call(6, "Bash", command="npm test")])
    clock.now_ms += 120_000
    yield main.send(
        [result(6, FAILURE, failed=True)],
        [text("A test still names orders-v2."), call(7, "Read", file_path="test/producer.test.ts")],
    )
    yield main.send(
        [result(7, 'expect(topic).toBe("orders-v2")')],
        [text("I have a helper look for more."), call(8, "Agent", description="find uses", prompt=SUBAGENT_PROMPT)],
    )
    yield sub.send([text(SUBAGENT_PROMPT)], [call(9, "Bash", command="grep -rn orders-v1 src")])
    yield sub.send([result(9, "src/consumer.ts:4")], [text("Only src/consumer.ts line 4.")])
    yield main.send([result(8, "Only src/consumer.ts line 4.")], [call(10, "Bash", command="npm test")])
    yield main.send([result(10, "42 passed")], [text("Done: the producer writes to orders-v1 again.")])
    yield main.send([text("Thanks. Commit it.")], [text("Committed.")])

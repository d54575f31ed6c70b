"""A made-up session of many days whose maker counts what it does: the right answers for `deck stats`.

It knows nothing of how deck counts. `Maker.truth` has, under the keys that the command shows, what the maker did; the
session has prompts with and without images, calls that fail, a call that fails again and again, retries, another model
that answers, tools that change, days between two turns, a compaction, a reset, and old results that are taken out.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from store.exchange import Exchange

URL = "https://api.anthropic.com/v1/messages?beta=true"
ASKED, OTHER = "claude-sonnet-4-6", "claude-haiku-4-5-20251001"
SUMMARY = "The user wants the shop to count its discounts; pricing.py was mended and every test passes since."
_PER_TOKEN = {  # micro-dollars, as the provider's page said in 2026: input, read, written for an hour, output
    ASKED: (3, Fraction("0.3"), 6, 15),
    OTHER: (1, Fraction("0.1"), 2, 5),
}
_MINUTE, _DAY = 60_000, 86_400_000
_START_MS = 1_790_236_800_000  # 2026-09-24 08:00 UTC, in the morning, so that no turn passes midnight
_TOOLS = ("Bash", "Read", "Grep")
_PICTURE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}
_SYSTEM = "You work on a shop. " * 400


class Maker:
    """Makes one session, and counts."""

    def __init__(
        self, seed: int, session: str = "c0117ed0-0000-4000-8000-000000000001", start_ms: int = _START_MS
    ) -> None:
        self.truth: Counter[str] = Counter({"sessions": 1})
        self.days: set[str] = set()
        self._rng = random.Random(seed)
        self.session = session
        self._now = start_ms
        self._messages: list[dict[str, Any]] = []
        self._tools = [{"name": name, "description": f"{name} of the shop", "input_schema": {}} for name in _TOOLS]
        self._cached = 0  # tokens that stand in the provider's cache
        self._context = 0
        self._open: list[dict[str, Any]] = []  # calls of the last answer
        self._calls = 0

    @property
    def calendar_days(self) -> int:
        """Days from the first turn to the last, with those on which nothing was done."""
        first, last = (date.fromisoformat(day) for day in (min(self.days), max(self.days)))
        return (last - first).days + 1

    def exchanges(self, messages: int) -> Iterator[Exchange]:
        """Exchanges until the session has so many messages (an even number); a short one does not do everything."""
        special = [self._loop, self._retry, self._fall_back, self._new_tools, self._compact, self._reset, self._clear]
        special += [self._picture_of_a_tool, self._show_picture, *[self._next_day] * 6]
        self._rng.shuffle(special)
        while self.truth["messages"] < messages:
            due = self.truth["messages"] >= messages * 0.9 or self._rng.random() < 0.25
            room = messages - self.truth["messages"] > 20
            if special and due and room and self._messages and not self._open:
                yield from special.pop()()
            else:
                yield self._turn(self._next())

    def _next(self) -> list[dict[str, Any]]:
        """What the client says next: results of the open calls, or a prompt."""
        if self._open:
            self._wait("time/tools", self._rng.randint(50, 5_000))
            return [self._result(call, failed=self._rng.random() < 0.1) for call in self._open]
        return self._prompt()

    def _prompt(self) -> list[dict[str, Any]]:
        if self._messages:
            self._wait("time/idle", self._rng.randint(1_000, 4 * _MINUTE))
        self.truth["prompts"] += 1
        return [{"type": "text", "text": f"Please look at discount {self._rng.randint(1, 10**9)}."}]

    def _wait(self, whose: str, ms: int) -> None:
        self._now += ms
        self.truth[whose] += ms
        self.truth["time"] += ms

    def _result(self, call: dict[str, Any], text: str = "", *, failed: bool = False) -> dict[str, Any]:
        if failed:
            self.truth.update(("failures", f"failures/{call['name']}"))
        said = text or f"{'Exit code 1' if failed else 'fine'} {self._rng.randint(1, 10**9)}\n" * 30
        return {"type": "tool_result", "tool_use_id": call["id"], "content": said, "is_error": failed}

    def _call(self, name: str, **given: Any) -> dict[str, Any]:
        self._calls += 1
        self.truth.update(("tools", f"tools/{name}"))
        return {"type": "tool_use", "id": f"toolu_{self._calls:05}", "name": name, "input": given}

    def _turn(
        self,
        said: list[dict[str, Any]],
        calls: list[dict[str, Any]] | None = None,
        *,
        answer: str = "",
        served: str = ASKED,
        breaks: str = "",
        attempt: bool = True,
    ) -> Exchange:
        """One request and its answer. ``breaks`` names what keeps it from finding the cache."""
        if attempt:
            self._messages.append({"role": "user", "content": said})
        if calls is None:
            wanted = self._rng.random() < 0.7
            calls = [self._call(self._rng.choice(_TOOLS), command=f"x {self._calls}")] if wanted else []
        body = self._body()
        context = len(body) // 4
        if breaks and self._cached:
            self.truth.update(("cache-breaks", f"cache-breaks/{breaks}"))
            self.truth["cache-lost"] += min(self._cached, context)
        read = 0 if breaks else self._cached
        counts = (2, read, context - read - 2, self._rng.randint(10, 900))
        self._count(served, *counts)
        self._cached, self._context = context - 2, context
        self._open = calls
        content = [
            {
                "type": "text",
                "text": answer or f"I looked at {self._rng.randint(1, 10**9)} and it is counted once, as it should be.",
            },
            *calls,
        ]
        self._messages.append({"role": "assistant", "content": content})
        self.truth["messages"] += 2 if attempt else 1
        return self._exchange(body, 200, _answer(content, served, counts))

    def _count(self, served: str, given: int, read: int, written: int, output: int) -> None:
        self.truth[f"models/{served}"] += 1
        kinds = {"input": given, "cache_read": read, "cache_write_1h": written, "output": output}
        for kind, tokens in kinds.items():
            self.truth[f"tokens/{kind}"] += tokens
        self.truth["tokens"] += given + read + written + output
        rates = _PER_TOKEN[served]
        exact = sum(Fraction(tokens) * rate for tokens, rate in zip(kinds.values(), rates, strict=True))
        self.truth["cost"] += int(exact + Fraction(1, 2))

    def _body(self) -> bytes:
        members = {
            "model": ASKED,
            "max_tokens": 32000,
            "system": [{"type": "text", "text": f"{_SYSTEM}\nWorking directory: /home/dev/shop"}],
            "tools": self._tools,
            "metadata": {"user_id": json.dumps({"session_id": self.session})},
            "messages": self._messages,
        }
        return json.dumps(members, separators=(",", ":")).encode()

    def _exchange(self, body: bytes, status: int, answer: bytes) -> Exchange:
        self.truth.update(("turns", "turns/main", "agents/claude-code"))
        self.days.add(datetime.fromtimestamp(self._now / 1000, UTC).date().isoformat())
        started, took = self._now, self._rng.randint(300, 9_000)
        self._now += took
        self.truth["time/models"] += took
        self.truth["time"] += took
        headers = {
            "user-agent": "claude-cli/2.1.219 (external, cli)",
            "content-type": "application/json",
            "x-claude-code-session-id": self.session,
        }
        return Exchange(
            method="POST",
            url=URL,
            request_headers=tuple((name.encode(), value.encode()) for name, value in headers.items()),
            request_body=body,
            started_ms=started,
            status=status,
            response_headers=((b"content-type", b"application/json"),),
            response_body=answer,
            first_byte_ms=took // 2,
            end_ms=took,
        )

    def _loop(self) -> Iterator[Exchange]:
        """The same call four times, in vain."""
        said = self._prompt()
        for _ in range(4):
            call = self._call("Bash", command="make test", description="Run the tests")
            yield self._turn(said, [call])
            self._wait("time/tools", 2_000)
            said = [self._result(call, failed=True)]
            self.truth.update(("loops", "loops/Bash make test"))
        yield self._turn(said, [])

    def _retry(self) -> Iterator[Exchange]:
        """The provider is overloaded once."""
        self._messages.append({"role": "user", "content": self._prompt()})
        self.truth["messages"] += 1
        self.truth.update(("errors", "errors/529", "retries", f"models/{ASKED}"))
        refused = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
        yield self._exchange(self._body(), 529, json.dumps(refused).encode())
        self._wait("time/idle", 1_500)
        yield self._turn([], [], attempt=False)

    def _fall_back(self) -> Iterator[Exchange]:
        """Another model answers than was asked for."""
        self.truth.update(("fallbacks", f"fallbacks/{ASKED} → {OTHER}"))
        yield self._turn(self._prompt(), [], served=OTHER, breaks="another model")
        yield self._turn(self._prompt(), [], breaks="another model")

    def _new_tools(self) -> Iterator[Exchange]:
        self._tools.append({"name": f"Extra{len(self._tools)}", "description": "new", "input_schema": {}})
        yield self._turn(self._prompt(), [], breaks="tools changed")

    def _next_day(self) -> Iterator[Exchange]:
        """The user comes back on another day, long after the cache is gone."""
        self._wait("time/idle", self._rng.choice((1, 1, 2)) * _DAY - self._now % _DAY + _START_MS % _DAY)
        yield self._turn(self._prompt(), [], breaks="expired")

    def _compact(self) -> Iterator[Exchange]:
        """The client asks for a summary, and goes on from that."""
        self._wait("time/idle", 1_000)
        asked = [{"type": "text", "text": "Your task is to write a summary of all of the above."}]
        yield self._turn(asked, [], answer=f"<summary>\n{SUMMARY}\n</summary>")
        self._messages = []
        self._wait("time/idle", 500)
        text = f"This session is being continued from a previous conversation.\n{SUMMARY}"
        self.truth.update(("compactions", "prompts"))
        said = [{"type": "text", "text": text}, {"type": "text", "text": "Go on with the discounts."}]
        yield self._turn(said, [], breaks="compaction")

    def _reset(self) -> Iterator[Exchange]:
        """The user clears the conversation."""
        self._messages, self._cached = [], 0
        self.truth["resets"] += 1
        self._wait("time/idle", 30_000)
        self.truth["prompts"] += 1
        yield self._turn([{"type": "text", "text": f"Something else: {self._rng.random()}"}], [])

    def _clear(self) -> Iterator[Exchange]:
        """A long result is read, and then taken out of the history without a summary."""
        call = self._call("Read", file_path="shop.log")
        yield self._turn(self._prompt(), [call])
        self._wait("time/tools", 100)
        result = self._result(call, "a line of the log\n" * 2_000)
        yield self._turn([result], [])
        result["content"] = "[Old tool result content cleared]"
        before = self._context
        yield self._turn(self._prompt(), [], breaks="history changed")
        self.truth["context-lost"] += before - self._context

    def _picture_of_a_tool(self) -> Iterator[Exchange]:
        call = self._call("Read", file_path="shop.png")
        yield self._turn(self._prompt(), [call])
        self._wait("time/tools", 100)
        self.truth["images"] += 1
        yield self._turn([{"type": "tool_result", "tool_use_id": call["id"], "content": [_PICTURE]}], [])

    def _show_picture(self) -> Iterator[Exchange]:
        self.truth["images"] += 1
        yield self._turn([*self._prompt(), _PICTURE], [])


def _answer(content: list[dict[str, Any]], served: str, counts: tuple[int, int, int, int]) -> bytes:
    given, read, written, output = counts
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": served,
        "content": content,
        "stop_reason": "tool_use" if any(block["type"] == "tool_use" for block in content) else "end_turn",
        "usage": {
            "input_tokens": given,
            "output_tokens": output,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": written,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": written},
        },
    }
    return json.dumps(message).encode()

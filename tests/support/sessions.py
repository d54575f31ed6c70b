"""Made-up sessions of a coding agent, exchange by exchange, as Claude Code puts them on the wire.

Each request repeats about 120 KB of system prompt and tools and the whole conversation so far, as compact JSON; cache
markers move; answers stream as gzip. A session of 420 turns is about 187 MB of requests. The same seed and the same
Python version give the same bytes.
"""

import random
import uuid
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

from session_actions import Action, Agent
from session_streams import compact, signature, stream, token
from session_texts import prose, tools

from store.exchange import Exchange
from store.headers import Headers

URL = "https://api.anthropic.com/v1/messages?beta=true"
TOOL_BYTES = 104_000
SYSTEM_BYTES = 15_000
_MARK = ',"cache_control":{"type":"ephemeral","ttl":"1h"}'
_EPOCH_MS = 1_790_000_000_000


class Session:
    """One session; `exchanges` makes it turn by turn."""

    def __init__(self, seed: int, project: str = "widgets") -> None:
        self._rng = random.Random(f"session {seed}")
        self._id = str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
        self._agent = Agent(self._rng, f"/home/dev/{project}")
        self._messages: list[str] = []  # as JSON, without markers; each ends with ]}
        self._now_ms = _EPOCH_MS + seed * 86_400_000
        self._size = 0
        self._shell = self._members(project)
        self._calls: list[Action] = []
        self._ids: dict[int, str] = {}  # of the calls, by identity

    def _members(self, project: str) -> str:
        """The members after the conversation. Of another session of the same agent they differ in a few words."""
        agent = random.Random("agent")
        mark = {"type": "ephemeral", "ttl": "1h"}
        build = f"{self._rng.getrandbits(12):03x}"
        text = prose(agent, SYSTEM_BYTES)
        environment = (
            f"# Environment\nWorking directory: /home/dev/{project}\nIs a git repository: true\nPlatform: linux"
        )
        system = [
            {"type": "text", "text": f"x-anthropic-billing-header: cc_version=2.1.219.{build}; cc_entrypoint=cli;"},
            {
                "type": "text",
                "text": "You are Claude Code, Anthropic's official CLI for Claude.",
                "cache_control": mark,
            },
            {"type": "text", "text": f"{text}\n\n{environment}", "cache_control": mark},
        ]
        user = compact({"device_id": f"{7:064x}", "account_uuid": str(uuid.UUID(int=9)), "session_id": self._id})
        members = {
            "system": system,
            "tools": list(tools(TOOL_BYTES)),
            "metadata": {"user_id": user},
            "max_tokens": 32000,
            "thinking": {"type": "adaptive", "display": "omitted"},
            "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
            "output_config": {"effort": "high"},
            "stream": True,
        }
        return compact(members)[1:]

    def exchanges(self, turns: int) -> Iterator[Exchange]:
        """The next ``turns`` exchanges."""
        for _ in range(turns):
            self._messages.append(self._user())
            yield self._exchange()

    def _user(self) -> str:
        if not self._messages:
            reminder = f"<system-reminder>\n{prose(random.Random('instructions'), 6000)}\n</system-reminder>"
            blocks = [{"type": "text", "text": reminder}, {"type": "text", "text": self._agent.prompt()}]
        elif self._calls:
            blocks = [self._result(call) for call in self._calls]
        else:
            blocks = [{"type": "text", "text": self._agent.prompt()}]
        return compact({"role": "user", "content": blocks})

    def _result(self, call: Action) -> dict[str, Any]:
        block: dict[str, Any] = {"tool_use_id": self._ids[id(call)], "type": "tool_result", "content": call.result}
        if self._rng.random() < 0.05:
            block["content"] += "\n\n<system-reminder>\nThe task tools haven't been used recently.\n</system-reminder>"
        return block | ({"is_error": True} if call.is_error else {})

    def _answer(self) -> tuple[list[dict[str, Any]], str]:
        """Content blocks of the next answer and its stop reason; remembers its calls."""
        rng = self._rng
        blocks: list[dict[str, Any]] = []
        if rng.random() < 0.2:
            blocks.append({"type": "thinking", "thinking": "", "signature": signature(rng)})
        self._calls = [] if rng.random() < 0.05 else self._agent.actions()
        if not self._calls:
            blocks.append({"type": "text", "text": prose(rng, rng.randint(300, 1400))})
        elif rng.random() < 0.45:
            blocks.append({"type": "text", "text": prose(rng, rng.randint(30, 160))})
        self._ids = {id(call): f"toolu_01{token(rng, 22)}" for call in self._calls}
        blocks += [
            {"type": "tool_use", "id": self._ids[id(call)], "name": call.name, "input": call.input}
            for call in self._calls
        ]
        return blocks, "tool_use" if self._calls else "end_turn"

    def _exchange(self) -> Exchange:
        body = self._body()
        read, new = self._size // 4, max(1, (len(body) - self._size) // 4)
        usage = {
            "input_tokens": self._rng.randint(1, 9),
            "cache_creation_input_tokens": new,
            "cache_read_input_tokens": read,
        }
        blocks, stop = self._answer()
        answer = stream(self._rng, blocks, usage, stop)
        self._size = len(body)
        self._messages.append(compact({"role": "assistant", "content": blocks}))
        started, self._now_ms = self._now_ms, self._now_ms + answer.chunks[-1].at_ms + self._rng.randint(40, 9000)
        return Exchange(
            method="POST",
            url=URL,
            request_headers=self._request_headers(len(body)),
            request_body=body,
            started_ms=started,
            status=200,
            response_headers=self._response_headers(started),
            response_body=answer.wire,
            chunks=answer.chunks,
            request_end_ms=self._rng.randint(2, 60),
            first_byte_ms=answer.chunks[0].at_ms,
            end_ms=answer.chunks[-1].at_ms,
        )

    def _body(self) -> bytes:
        """Markers stand on the last message of the user and on the one before."""
        marked = [
            f"{message[:-3]}{_MARK}}}]}}" if message.startswith('{"role":"user"') and from_end <= 3 else message
            for from_end, message in zip(range(len(self._messages), 0, -1), self._messages, strict=True)
        ]
        return f'{{"model":"claude-sonnet-4-6","messages":[{",".join(marked)}],{self._shell}'.encode()

    def _request_headers(self, size: int) -> Headers:
        beta = (
            "claude-code-20250219,oauth-2025-04-20,interleaved-thinking-2025-05-14,context-management-2025-06-27,"
            "prompt-caching-scope-2026-01-05,effort-2025-11-24,extended-cache-ttl-2025-04-11"
        )
        return _headers(
            {
                "accept": "application/json",
                "authorization": f"Bearer sk-ant-oat01-{'made-up-' * 10}",
                "content-type": "application/json",
                "user-agent": "claude-cli/2.1.219 (external, cli)",
                "x-claude-code-session-id": self._id,
                "x-stainless-arch": "x64",
                "x-stainless-lang": "js",
                "x-stainless-os": "Linux",
                "x-stainless-package-version": "0.94.0",
                "x-stainless-retry-count": "0",
                "x-stainless-runtime": "node",
                "x-stainless-runtime-version": "v24.3.0",
                "x-stainless-timeout": "600",
                "anthropic-beta": beta,
                "anthropic-dangerous-direct-browser-access": "true",
                "anthropic-version": "2023-06-01",
                "x-app": "cli",
                "x-client-request-id": str(uuid.UUID(int=self._rng.getrandbits(128), version=4)),
                "content-length": str(size),
                "accept-encoding": "gzip, deflate, br, zstd",
                "host": "api.anthropic.com",
                "connection": "keep-alive",
            }
        )

    def _response_headers(self, started_ms: int) -> Headers:
        rng, seconds = self._rng, started_ms // 1000
        used = (started_ms - _EPOCH_MS) % 18_000_000 / 36_000_000
        limit = "anthropic-ratelimit-unified"
        trace, span = f"{rng.getrandbits(128):032x}", f"{rng.getrandbits(64):016x}"
        return _headers(
            {
                "date": formatdate(seconds, usegmt=True),
                "content-type": "text/event-stream; charset=utf-8",
                "cache-control": "no-cache",
                f"{limit}-status": "allowed",
                f"{limit}-5h-status": "allowed",
                f"{limit}-5h-reset": str(seconds // 18_000 * 18_000 + 18_000),
                f"{limit}-5h-utilization": f"{used:.2f}",
                f"{limit}-7d-status": "allowed",
                f"{limit}-7d-reset": str(seconds // 604_800 * 604_800 + 604_800),
                f"{limit}-7d-utilization": f"{used / 8:.2f}",
                f"{limit}-representative-claim": "five_hour",
                f"{limit}-fallback-percentage": "0.5",
                f"{limit}-overage-status": "rejected",
                "request-id": f"req_01{token(rng, 22)}",
                "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
                "anthropic-organization-id": str(uuid.UUID(int=11)),
                "traceresponse": f"00-{trace}-{span}-01",
                "server": "cloudflare",
                "content-encoding": "gzip",
                "vary": "Accept-Encoding",
                "cf-cache-status": "DYNAMIC",
                "x-robots-tag": "none",
                "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
                "cf-ray": f"{rng.getrandbits(64):016x}-FRA",
                "transfer-encoding": "chunked",
            }
        )


def _headers(values: dict[str, str]) -> Headers:
    return tuple((name.encode(), value.encode()) for name, value in values.items())


def growing_session(turns: int = 420, seed: int = 1) -> Iterator[Exchange]:
    """One session that grows turn by turn: about 130 KB a request at first, 760 KB at the 420th."""
    return Session(seed).exchanges(turns)

"""The rebuilt answer against OpenAI's own SDK, which reads the same bytes from a real server on loopback."""

import json
from typing import Any

import openai
import pytest
from openai_chat_streams import COUNTS, HOSTS, STREAMS
from sse_server import serving

from store.wire.openai_chat import WIRE

SAME = [name for name in HOSTS if name in ("groq", "deepseek", "search", "moonshot", "fireworks", "opencode")]
"""Hosts whose streams the SDK reads as they mean; at the others it fails or joins what does not belong together."""


def sdk_completion(stream: bytes) -> dict[str, Any]:
    """What the SDK accumulates from the stream."""
    with serving(stream) as url:
        client = openai.OpenAI(api_key="none", base_url=url, max_retries=0)
        asked: Any = [{"role": "user", "content": "hi"}]
        with client, client.chat.completions.stream(model="m", messages=asked) as events:
            return dict(events.get_final_completion().to_dict(mode="json", exclude_unset=True))


def assert_same(ours: Any, theirs: dict[str, Any]) -> None:
    messages = [ours.message] if len(theirs["choices"]) == 1 else ours.message["choices"]
    for mine, choice in zip(messages, theirs["choices"], strict=True):
        said = {name: value for name, value in choice["message"].items() if value is not None and name != "parsed"}
        for call in said.get("tool_calls", ()):
            call.pop("index", None)  # of the chunks; no client sends it back
            call["function"].pop("parsed_arguments", None)
        assert {name: value for name, value in mine.items() if value is not None} == said
    assert ours.stop_reason == theirs["choices"][0]["finish_reason"]
    assert (ours.model, ours.response_id) == (theirs["model"], theirs["id"])
    assert ours.terminal
    if counts := theirs.get("usage"):
        details, finer = counts.get("prompt_tokens_details") or {}, counts.get("completion_tokens_details") or {}
        assert ours.usage.context == counts["prompt_tokens"]
        assert ours.usage.output == counts["completion_tokens"]
        assert (ours.usage.cache_read or 0) == details.get("cached_tokens", counts.get("prompt_cache_hit_tokens", 0))
        assert ours.usage.reasoning == finer.get("reasoning_tokens")


@pytest.mark.parametrize("name", STREAMS)
def test_streams(name: str) -> None:
    assert_same(WIRE.answer(STREAMS[name], "text/event-stream", 200), sdk_completion(STREAMS[name]))


@pytest.mark.parametrize("name", SAME)
def test_streams_of_compatible_hosts(name: str) -> None:
    theirs = sdk_completion(HOSTS[name])
    theirs.pop("usage", None)  # groq and moonshot have it where the SDK does not look
    assert_same(WIRE.answer(HOSTS[name], "text/event-stream", 200), theirs)


@pytest.mark.parametrize("count", [1, 2])
def test_documents(count: int) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "Bash", "arguments": '{"command": "ls"}'}}
    message = {"role": "assistant", "content": "Hi", "refusal": None, "tool_calls": [call], "annotations": []}
    choices = [{"index": n, "message": message, "finish_reason": "tool_calls"} for n in range(count)]
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-test"}
    body = json.dumps({**head, "choices": choices, "usage": COUNTS}).encode()
    with serving(body, "application/json") as url, openai.OpenAI(api_key="none", base_url=url, max_retries=0) as client:
        asked: Any = [{"role": "user", "content": "hi"}]
        theirs = client.chat.completions.create(model="m", messages=asked).to_dict(mode="json", exclude_unset=True)
    assert_same(WIRE.answer(body, "application/json", 200), dict(theirs))

"""Requests of the Messages API as blocks: messages, system prompt, tools."""

import json
from typing import Any

import pytest

from store.reading import Block
from store.wire import by_name, pick
from store.wire.anthropic import WIRE

IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}}


def blocks(content: Any, role: str = "user") -> tuple[Block, ...]:
    return WIRE.request_blocks({"role": role, "content": content})


def test_strings_and_lists() -> None:
    assert blocks("hi") == (Block("user", "text", text="hi"),)
    assert blocks([{"type": "text", "text": "hi"}, IMAGE], "assistant") == (
        Block("assistant", "text", text="hi"),
        Block("assistant", "image", data=IMAGE["source"]),
    )


def test_tool_results() -> None:
    plain = {"type": "tool_result", "tool_use_id": "t", "content": "out", "is_error": True}
    texts = [{"type": "text", "text": "a"}, IMAGE, {"type": "text", "text": "b"}]
    mixed = {"type": "tool_result", "tool_use_id": "u", "content": texts}
    nothing = {"type": "tool_result", "tool_use_id": "v"}
    assert blocks([plain, mixed, nothing]) == (
        Block("tool", "tool-result", text="out", call_id="t", is_error=True),
        Block("tool", "tool-result", text="a\nb", call_id="u", data=[IMAGE]),
        Block("tool", "tool-result", call_id="v"),
    )


def test_tool_calls_and_thinking_as_they_are_echoed() -> None:
    unparsed = {"type": "tool_use", "id": "t", "name": "Read", "input": {"__unparsedToolInput": {"raw": "{"}}}
    content = [{"type": "thinking", "thinking": "hm", "signature": "s"}, unparsed]
    assert blocks(content, "assistant") == (
        Block("assistant", "thinking", text="hm"),
        Block("assistant", "tool-call", name="Read", call_id="t", data="{"),
    )


def test_documents() -> None:
    source = {"type": "text", "media_type": "text/plain", "data": "x"}
    assert blocks([{"type": "document", "title": "Notes", "source": source}]) == (
        Block("user", "document", text="Notes", data=source),
    )


@pytest.mark.parametrize("odd", [None, 3, "text", [], {"role": "user"}])
def test_elements_that_are_no_message(odd: Any) -> None:
    assert WIRE.request_blocks(odd) == (Block("user", "other", data=odd),)


@pytest.mark.parametrize("odd", [None, 3, {"type": 3}, {"type": "new"}, []])
def test_parts_of_unknown_shape(odd: Any) -> None:
    (found,) = blocks([odd])
    assert (found.kind, found.data) == ("other", odd)


def test_system_prompts() -> None:
    parts = json.dumps([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]).encode()
    assert [found.text for found in WIRE.system_blocks({"system": parts})] == ["a", "b"]
    assert WIRE.system_blocks({"system": b'"one"'}) == (Block("system", "text", text="one"),)
    assert WIRE.system_blocks({"system": b"{"}) == (Block("system", "other", text="{"),)
    assert WIRE.system_blocks({"system": b"null"}) == WIRE.system_blocks({}) == ()


def test_tools() -> None:
    tools = [{"name": "Bash", "input_schema": {}}, {"type": "web_search_20250305"}, 3]
    found = WIRE.tools({"tools": json.dumps(tools).encode()})
    assert found == (("Bash", tools[0]), ("web_search_20250305", tools[1]), ("", 3))
    assert WIRE.tools({"tools": b"nope"}) == WIRE.tools({}) == ()


def test_which_requests_it_claims() -> None:
    body = {"model": b'"m"', "max_tokens": b"1"}
    assert pick("/v1/messages", body) is WIRE
    assert pick("/gateway/anthropic/v1/messages/count_tokens", body) is WIRE
    assert pick("/v1/messages", {}) is WIRE
    assert pick("/v1/messages", {"to": b'"someone"'}).name == "generic"
    assert pick("/v1/messages/batches", body).name == "generic"
    assert by_name("anthropic.messages") is WIRE
    assert WIRE.model("/v1/messages", body) == "m"
    assert WIRE.model("/v1/messages", {"model": b"3"}) == ""

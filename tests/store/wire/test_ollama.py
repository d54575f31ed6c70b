"""Ollama's own API: requests, streams of lines, errors in them, and the official client as oracle."""

import json
from typing import Any

import ollama
import pytest
from ollama_streams import CHATS, call, chat, generated, lines
from sse_server import serving

from store.reading import Answer, Usage
from store.wire import pick
from store.wire.ollama import WIRE

NDJSON = "application/x-ndjson"


def read(body: bytes, status: int = 200) -> Answer:
    return WIRE.answer(body, NDJSON, status)


def shown(answer: Answer) -> list[tuple[str, str, str]]:
    return [(found.kind, found.name, found.text) for found in answer.blocks]


@pytest.mark.parametrize("path", ["/api/chat", "/api/generate", "/behind/api/chat"])
def test_paths(path: str) -> None:
    assert pick(path, {"model": b'"m"'}).name == "ollama"
    assert pick(path, {"messages": b"[]"}).name == "generic"
    assert pick("/api/embed", {"model": b'"m"'}).name == "generic"


def test_thinking_text_and_calls() -> None:
    answer = read(lines(*CHATS["thinking, text, calls"]))
    assert shown(answer) == [
        ("thinking", "", "Let me see"),
        ("text", "", "I look."),
        ("tool-call", "read_file", ""),
        ("tool-call", "list", ""),
    ]
    assert answer.blocks[2].data == {"path": "a.py", "lines": 2.5}
    assert (answer.usage, answer.stop_reason, answer.model) == (Usage(input=26, output=11), "stop", "qwen3")
    assert answer.message == {
        "role": "assistant",
        "content": "I look.",
        "thinking": "Let me see",
        "tool_calls": [call("read_file", path="a.py", lines=2.5), call("list")],
    }


def test_offsets_cut_out_each_block() -> None:
    stream = lines(*CHATS["thinking, text, calls"])
    for block, needle in zip(read(stream).blocks, (b"Let me ", b"I look.", b"read_file", b"list"), strict=True):
        assert needle in stream[block.start : block.end]


def test_only_the_line_that_says_done_is_terminal() -> None:
    stream = lines(*CHATS["thinking, text, calls"])
    end = len(stream) - 2
    assert not any(read(stream[:size]).terminal for size in range(end))
    assert read(stream).terminal
    cut = read(stream[: stream.index(b"I look.") + 3])
    assert (shown(cut), cut.blocks[0].end) == ([("thinking", "", "Let me see")], -1)
    assert not read(lines(chat("first"))).terminal


def test_an_answer_in_one_document() -> None:
    answer = read(json.dumps(chat("Hello.", done=True)).encode())
    assert (shown(answer), answer.terminal, answer.blocks[0].start) == ([("text", "", "Hello.")], True, -1)


def test_a_generated_text() -> None:
    answer = read(lines(generated("Hel", thinking="Hm"), generated("lo."), generated(done=True)))
    assert shown(answer) == [("thinking", "", "Hm"), ("text", "", "Hello.")]
    assert answer.terminal


def test_an_error_inside_a_stream_keeps_what_came_before() -> None:
    answer = read(lines(chat("so far"), {"error": "out of\nmemory"}))
    assert shown(answer) == [("text", "", "so far"), ("error", "", "out of\nmemory")]
    assert (answer.error, answer.terminal) == ("out of memory", True)


@pytest.mark.parametrize(("body", "error"), [(b'{"error":"model not found"}', "model not found"), (b"", "HTTP 404")])
def test_errors(body: bytes, error: str) -> None:
    answer = read(body, 404)
    assert (answer.error, answer.terminal) == (error, True)


def test_requests() -> None:
    message = {"role": "user", "content": "hi", "images": ["aGk="]}
    result = {"role": "tool", "tool_name": "list", "content": "a b"}
    assert [(block.role, block.kind) for block in WIRE.request_blocks(message)] == [("user", "text"), ("user", "image")]
    assert [(block.kind, block.name, block.text) for block in WIRE.request_blocks(result)] == [
        ("tool-result", "list", "a b")
    ]
    assert [(block.role, block.text) for block in WIRE.request_blocks("hi")] == [("user", "hi")]
    assert [block.text for block in WIRE.system_blocks({"system": b'"Be brief."'})] == ["Be brief."]
    assert [name for name, _ in WIRE.tools({"tools": b'[{"type":"function","function":{"name":"a"}}]'})] == ["a"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"role": "assistant", "content": "a", "thinking": "hm"}, {"role": "assistant", "content": "a"}),
        ({"role": "assistant", "content": None}, {"role": "assistant", "content": "", "tool_calls": []}),
        (
            {"role": "assistant", "tool_calls": [{"id": "c", "function": {"index": 0, "name": "a", "arguments": {}}}]},
            {"role": "assistant", "content": "", "tool_calls": [call("a")]},
        ),
        ("hi", {"role": "user", "content": "hi"}),
    ],
)
def test_an_echo_has_the_same_link_form(one: Any, other: Any) -> None:
    assert WIRE.link_form(one) == WIRE.link_form(other)


def test_what_was_said_tells_link_forms_apart() -> None:
    said = [
        {"role": "user", "content": "a"},
        {"role": "user", "content": "b"},
        {"role": "user", "tool_calls": [call("a")]},
    ]
    assert len({json.dumps(WIRE.link_form(each)) for each in said}) == 3


@pytest.mark.parametrize("name", CHATS)
def test_the_official_client_reads_a_chat_alike(name: str) -> None:
    body = lines(*CHATS[name])
    with serving(body, NDJSON) as url:
        found = list(ollama.Client(host=url).chat("m", [{"role": "user", "content": "hi"}], stream=True))
    answer = read(body)
    for kind, member in (("text", "content"), ("thinking", "thinking")):
        said = "".join(getattr(part.message, member) or "" for part in found)
        assert "".join(block.text for block in answer.blocks if block.kind == kind) == said
    calls = [(each.function.name, each.function.arguments) for part in found for each in part.message.tool_calls or ()]
    assert [(block.name, block.data) for block in answer.blocks if block.kind == "tool-call"] == calls
    last = found[-1]
    assert (answer.stop_reason, answer.usage) == (last.done_reason, Usage(last.prompt_eval_count, last.eval_count))


def test_the_official_client_reads_an_error_alike() -> None:
    body = lines(chat("so far"), {"error": "out of memory"})
    with serving(body, NDJSON) as url, pytest.raises(ollama.ResponseError) as caught:
        list(ollama.Client(host=url).chat("m", [{"role": "user", "content": "hi"}], stream=True))
    assert read(body).error == caught.value.error

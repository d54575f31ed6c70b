"""Streams of compatible hosts, each with its quirks, and streams that end early or badly."""

import pytest
from openai_chat_streams import END, HOSTS, STREAMS, call, delta, text, usage

from store.reading import Answer, Usage
from store.wire.openai_chat import WIRE


def read(stream: bytes) -> Answer:
    return WIRE.answer(stream, "text/event-stream", 200)


def said(answer: Answer) -> list[tuple[str, object]]:
    return [(block.kind, block.data if block.kind == "tool-call" else block.text) for block in answer.blocks]


CALLS = [("tool-call", {}), ("tool-call", {})]
EXPECTED = {
    "openrouter": ([("thinking", "Let me see"), ("text", "It is 4.")], "stop", Usage(20, 9, 30, 50)),
    "openrouter, a provider fails": ([("text", "It is"), ("error", "Provider disconnected")], "error", Usage()),
    "groq": ([("thinking", "Hm."), ("text", "Four.")], "stop", Usage(12, 3)),
    "mistral": (
        [("thinking", "Let me see"), ("text", "It is 4."), ("tool-call", {"a": 2})],
        "tool_calls",
        Usage(14, 6),
    ),
    "deepseek": ([("thinking", "Two and two."), ("text", "Four.")], "stop", Usage(18, 8, 32)),
    "xai": ([("thinking", "Hm. Yes."), ("text", "Four.")], "stop", Usage(20, 12, reasoning=7)),
    "azure": ([("text", "Four")], "stop", Usage()),
    "moonshot": ([("text", "Four.")], "stop", Usage(20, 2, 10)),
    "ollama": (CALLS, "tool_calls", Usage()),
    "gemini": (CALLS, "stop", Usage()),
    "vllm": ([("tool-call", {"x": 1})], "tool_calls", Usage(3, 4)),
    "together": ([("text", "Four.")], "stop", Usage(9, 3)),
    "fireworks": ([("thinking", "Hm."), ("text", "Four.")], "stop", Usage(3, 4, 8)),
    "z.ai": ([("thinking", "Two and two."), ("text", "Four.")], "stop", Usage(11, 6, 4)),
    "opencode": ([("text", "Four.")], "stop", Usage(8, 2, 0)),
    "search": ([("text", "The sky")], "stop", Usage()),
    "an error": ([("text", "The"), ("error", "Overloaded")], "", Usage()),
}


@pytest.mark.parametrize("name", HOSTS)
def test_what_each_host_means(name: str) -> None:
    answer = read(HOSTS[name])
    assert (said(answer), answer.stop_reason, answer.usage) == EXPECTED[name]
    assert answer.terminal
    assert (answer.model, answer.response_id) == ("gpt-test", "chatcmpl-1")


def test_calls_of_hosts_keep_their_ids_and_names() -> None:
    for host, ids in (("ollama", ["c1", "c2"]), ("gemini", ["g1", "g2"])):
        calls = [(block.call_id, block.name) for block in read(HOSTS[host]).blocks]
        assert calls == list(zip(ids, "AB", strict=True))
    message = read(HOSTS["vllm"]).message
    assert message is not None
    assert message["tool_calls"] == [
        {"type": "function", "id": "v1", "function": {"name": "A", "arguments": '{"x": 1}'}}
    ]


def test_reasoning_details_are_what_the_client_sends_back() -> None:
    message = read(HOSTS["openrouter"]).message
    assert message is not None
    assert message["reasoning_details"] == [
        {
            "type": "reasoning.text",
            "text": "Let me see",
            "signature": "c2ln",
            "format": "anthropic-claude-v1",
            "index": 0,
        }
    ]


def test_an_error_says_what_it_is() -> None:
    assert read(HOSTS["openrouter, a provider fails"]).error == "502: Provider disconnected"
    assert read(HOSTS["an error"]).error == "server_error: Overloaded"


@pytest.mark.parametrize("name", STREAMS)
def test_only_the_end_is_terminal(name: str) -> None:
    stream = STREAMS[name]
    assert read(stream).terminal
    last_reason = stream.rindex(b'"finish_reason": "')
    finished = stream.index(b"\n\n", last_reason) + 2
    assert not any(read(stream[:size]).terminal for size in range(0, finished, 5))
    assert read(stream[:finished]).terminal


def test_a_cut_answer_keeps_what_had_come() -> None:
    stream = text("One ", "two") + call(0, "call_1", "Bash", '{"comm')
    answer = read(stream)
    assert said(answer) == [("text", "One two"), ("tool-call", '{"comm')]
    assert [block.end for block in answer.blocks] == [-1, -1]
    assert not answer.terminal


def test_blocks_know_where_they_came() -> None:
    stream = STREAMS["text and parallel tools"]
    blocks = read(stream).blocks
    assert [stream[block.start :].startswith(b"data: ") for block in blocks] == [True] * 3
    places = [stream.index(word) for word in (b"Two things", b'"call_1"', b'"call_2"')]
    assert [stream.rindex(b"data: ", 0, place) for place in places] == [block.start for block in blocks]
    assert {block.end for block in blocks} == {stream.index(b"\n\n", stream.index(b'"finish_reason": "tool')) + 2}


def test_both_choices_are_kept_and_told_apart() -> None:
    answer = read(STREAMS["two choices"])
    assert [(block.name, block.text) for block in answer.blocks] == [("", "Heads!"), ("choice 1", "Tails")]
    assert answer.message == {
        "role": "assistant",
        "choices": [{"role": "assistant", "content": "Heads!"}, {"role": "assistant", "content": "Tails"}],
    }
    assert WIRE.echo(answer.message) == (answer.message["choices"][0],)
    assert [block.text for block in WIRE.request_blocks(answer.message)] == ["Heads!", "Tails"]


def test_audio_grows() -> None:
    stream = (
        delta({"role": "assistant", "audio": {"id": "audio_1", "transcript": "Hel"}})
        + delta({"audio": {"transcript": "lo", "data": "AA"}})
        + delta({"audio": {"data": "BB", "expires_at": 5}}, finish="stop", usage=usage(1, 2))
        + END
    )
    answer = read(stream)
    assert answer.message is not None
    assert answer.message["audio"] == {"id": "audio_1", "transcript": "Hello", "data": "AABB", "expires_at": 5}
    assert [(block.name, block.text) for block in answer.blocks] == [("audio", "Hello")]


def test_a_custom_tool_takes_text() -> None:
    head = {"index": 0, "id": "call_1", "type": "custom", "custom": {"name": "patch", "input": ""}}
    pieces = b"".join(delta({"tool_calls": [{"index": 0, "custom": {"input": piece}}]}) for piece in ("*** ", "Begin"))
    answer = read(delta({"tool_calls": [head]}) + pieces + delta({}, finish="tool_calls") + END)
    assert [(block.name, block.data) for block in answer.blocks] == [("patch", "*** Begin")]

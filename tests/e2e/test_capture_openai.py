"""Chat Completions and Responses through a recording proxy, with OpenAI's own SDK as the client."""

import json
from typing import Any

import httpx
import pytest
import zstandard
from openai_chat_streams import COUNTS, STREAMS
from openai_response_streams import BUILT, Events, response
from openai_response_streams import COUNTS as RESPONSE_COUNTS
from openai_sdk import HELLO, ask_chat, ask_response, chat_reply, client, response_reply
from provider import Provider, Reply
from proxy import until
from recorded import gaps, turns

from store.archive import Archive
from store.wire import by_name

pytestmark = pytest.mark.e2e


def reading(turn: Any) -> Any:
    wire = by_name(turn.payload["reading"]["wire"])
    return wire.answer(turn.response, turn.payload["response"]["type"], turn.payload["http"]["status"])


def test_streamed_completions(start: Any, provider: Provider) -> None:
    proxy = start()
    for number, coding in enumerate(("", "zstd"), 1):
        provider.script(chat_reply(coding=coding))
        theirs = ask_chat()  # the SDK leaves at [DONE], before the end of the body
        until(lambda wanted=number: proxy.report()["turns"] == wanted)
        turn = turns(proxy.archive)[-1]
        assert turn.response == STREAMS["text and parallel tools"]
        assert turn.request == provider.seen[-1].body
        assert turn.outcome == "complete"
        said = turn.payload["reading"]
        assert (said["wire"], said["model"], said["stop"]) == ("openai.chat", "gpt-test", "tool_calls")
        assert said["usage"]["output"] == theirs.usage.completion_tokens
        calls = [block for block in reading(turn).blocks if block.kind == "tool-call"]
        assert [(call.call_id, call.name) for call in calls] == [
            (call.id, call.function.name) for call in theirs.choices[0].message.tool_calls
        ]
    assert gaps(proxy.archive) == []


def test_a_streamed_response(start: Any, provider: Provider) -> None:
    proxy = start()
    provider.script(response_reply())
    theirs = ask_response()
    (turn,) = turns(proxy.archive)  # read at once: the client has the end, so the turn is there
    assert turn.response == BUILT["thoughts, text, parallel calls"].stream()
    assert turn.outcome == "complete"
    said = turn.payload["reading"]
    assert (said["wire"], said["id"], said["stop"]) == ("openai.responses", theirs.id, "completed")
    assert turn.payload["request"]["count"] == 1
    texts = [block.text for block in reading(turn).blocks if block.kind == "text"]
    assert "".join(texts) == theirs.output_text


def test_answers_in_one_piece(start: Any, provider: Provider) -> None:
    proxy = start()
    message = {"role": "assistant", "content": "Hello."}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    completion = json.dumps({"id": "c", "object": "chat.completion", "model": "m", "choices": choices, "usage": COUNTS})
    document = json.dumps(response("completed", BUILT["text"].output, RESPONSE_COUNTS)).encode()
    provider.script(Reply.json(completion.encode()), Reply.json(document))
    with client() as sdk:
        chat = sdk.chat.completions.create(model="gpt-test", messages=HELLO)  # type: ignore[call-overload]
        theirs = sdk.responses.create(model="gpt-test", input="Say something.")
    first, second = turns(proxy.archive)
    assert chat.choices[0].message.content == "Hello."
    assert (first.response, second.response) == (completion.encode(), document)
    assert [block.text for block in reading(second).blocks] == [theirs.output_text]
    assert [turn.outcome for turn in (first, second)] == ["complete"] * 2


def test_a_conversation_is_one_line(start: Any, provider: Provider) -> None:
    """The client echoes the answer's items and the results of its calls; later it sends only what is new."""
    proxy = start()
    second = Events("resp_2").text("Done.").end()
    provider.script(response_reply(), response_reply(second), response_reply(Events("resp_3").text("Bye.").end()))
    asked: list[Any] = [{"role": "user", "content": "List it."}]
    first = ask_response(asked, store=False)
    echoed = [item.to_dict(mode="json", exclude_unset=True) for item in first.output]
    results = [{"type": "function_call_output", "call_id": name, "output": "a"} for name in ("call_1", "call_2")]
    ask_response([*asked, *echoed, *results])
    ask_response([{"role": "user", "content": "Thanks."}], previous_response_id="resp_2")
    one, two, three = turns(proxy.archive)
    assert [parent["turn"] for parent in two.payload["parents"]] == [one.id]
    assert [(parent["turn"], parent["kind"]) for parent in three.payload["parents"]] == [(two.id, "continues")]
    assert two.payload["session"] == one.payload["session"] == three.payload["session"]


def test_a_coded_request_of_a_login(start: Any, provider: Provider) -> None:
    """Codex with a ChatGPT login sends its bodies as zstd; its ids are in headers."""
    proxy = start()
    provider.script(response_reply("text"))
    body = json.dumps({"model": "gpt-test", "stream": True, "input": HELLO, "prompt_cache_key": "s-1"}).encode()
    metadata = {"session_id": "s-1", "thread_id": "s-1", "request_kind": "turn", "cwd": "/work"}
    headers = {
        "content-type": "application/json",
        "content-encoding": "zstd",
        "user-agent": "codex_cli_rs/0.169.0 (Linux)",
        "x-codex-turn-metadata": json.dumps(metadata),
    }
    coded = zstandard.ZstdCompressor().compress(body)
    answer = httpx.post("https://chatgpt.com/backend-api/codex/responses", content=coded, headers=headers, timeout=30)
    assert answer.content == BUILT["text"].stream()
    (turn,) = turns(proxy.archive)
    assert turn.request == body
    assert turn.payload["request"]["coding"] == ""
    assert turn.payload["session"] == "s-1"
    assert turn.payload["client"] == {"name": "codex", "version": "0.169.0", "cwd": "/work"}


def test_a_gateway_that_the_user_added(start: Any, provider: Provider, tmp_path: Any) -> None:
    """A company's own host and path, named in the archive's config.toml."""
    archive = tmp_path / "archive"
    Archive.create(archive).close()
    (archive / "config.toml").write_text(
        '[[provider]]\nhost = "plain.example"\npaths = ["/corp/llm/[a-z]+/chat/completions"]\n'
    )
    proxy = start(archive=archive)
    provider.script(chat_reply("text"), chat_reply("text"))
    ask_chat(base_url="https://plain.example/corp/llm/gpt")
    until(lambda: proxy.report()["turns"] == 1)
    httpx.post("https://plain.example/other/chat/completions", json={"messages": HELLO}, timeout=30)
    (turn,) = turns(archive)
    assert turn.payload["reading"]["wire"] == "openai.chat"
    assert turn.payload["http"]["url"] == "https://plain.example/corp/llm/gpt/chat/completions"

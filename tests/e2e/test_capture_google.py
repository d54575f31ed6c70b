"""Gemini through a recording proxy: the official SDK as client, a scripted provider that also fails."""

import json
from typing import Any

import httpx
import pytest
from gemini_streams import ERROR, PIECES, array, sse, wrapped
from google import genai
from google.genai import errors, types
from provider import CODINGS, Provider, Reply
from proxy import until
from recorded import Turn, gaps, turns

from store.wire import by_name

pytestmark = pytest.mark.e2e
STREAM = PIECES["thought, text, calls"]
EVENTS = [sse(each) for each in STREAM]
SSE = [("content-type", "text/event-stream")]


def client() -> genai.Client:
    return genai.Client(api_key="AIza-secret", vertexai=False)


def said(found: list[types.GenerateContentResponse]) -> str:
    parts = [part for each in found if each.candidates for part in each.candidates[0].content.parts or []]
    return "".join(part.text or "" for part in parts if not part.thought)


def reading(turn: Turn) -> tuple[str, str, str]:
    """Wire, text and stop reason, read from what is stored."""
    wire = by_name(turn.payload["reading"]["wire"])
    answer = wire.answer(turn.response, turn.payload["response"]["type"], turn.payload["http"]["status"])
    text = "".join(block.text for block in answer.blocks if block.kind == "text")
    return wire.name, text, answer.stop_reason


@pytest.mark.parametrize("coding", ["", "gzip"])
def test_a_streamed_answer(start: Any, provider: Provider, coding: str) -> None:
    proxy = start()
    headers = [*SSE, ("content-encoding", coding)] if coding else SSE
    provider.script(Reply([CODINGS[coding](b"".join(EVENTS))] if coding else EVENTS, headers=headers))
    with client() as sdk:
        found = list(sdk.models.generate_content_stream(model="gemini-3-pro", contents="hi"))
    (turn,) = turns(proxy.archive)
    assert said(found) == "I look. Now."
    assert reading(turn) == ("gemini.generate-content", "I look. Now.", "STOP")
    assert turn.response == b"".join(EVENTS)
    assert turn.request == provider.seen[0].body
    assert (turn.outcome, turn.payload["reading"]["model"]) == ("complete", "gemini-3-pro")
    assert turn.payload["client"]["name"] == "google-genai"
    assert gaps(proxy.archive) == []


def test_a_chat_in_whole_answers_is_a_line(start: Any, provider: Provider) -> None:
    proxy = start()
    body = json.dumps(PIECES["too long"][0]).encode()
    provider.script(Reply.json(body), Reply.json(body), Reply.json(b'{"totalTokens": 4}'))
    with client() as sdk:
        chat = sdk.chats.create(model="gemini-3-pro")
        assert chat.send_message("hi").text == "On and on"
        chat.send_message("more")
        assert sdk.models.count_tokens(model="gemini-3-pro", contents="hi").total_tokens == 4
    first, second, count = turns(proxy.archive)
    assert (first.response, second.request) == (body, provider.seen[1].body)
    assert [(edge["turn"], edge["kind"]) for edge in second.payload["parents"]] == [(first.id, "continues")]
    assert (count.payload["role"], count.payload["parents"]) == ("aux:count-tokens", [])


def test_a_streamed_chat_is_a_line_too(start: Any, provider: Provider) -> None:
    """The SDK sends a content back for every piece it got."""
    proxy = start()
    provider.script(*(Reply([sse(each) for each in PIECES["text"]], headers=SSE) for _ in range(2)))
    with client() as sdk:
        chat = sdk.chats.create(model="gemini-3-pro")
        for prompt in ("hi", "more"):
            assert said(list(chat.send_message_stream(prompt))) == "Hello."
    first, second = turns(proxy.archive)
    assert [(edge["turn"], edge["kind"]) for edge in second.payload["parents"]] == [(first.id, "continues")]


def test_code_assist(start: Any, provider: Provider) -> None:
    """What Gemini CLI sends after a login: the call is in an envelope, and so is each piece of the answer."""
    proxy = start()
    question = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}], "session_id": "5f0c-1"}
    envelope = {"model": "gemini-3-pro", "project": "p", "request": question}
    url = "https://cloudcode-pa.googleapis.com/v1internal:streamGenerateContent"
    agent = {"user-agent": "GeminiCLI/0.61.0/gemini-3-pro (linux; x64)"}
    provider.script(Reply([sse(each) for each in wrapped(*STREAM)], headers=SSE), Reply.json(array(*wrapped(*STREAM))))
    with httpx.Client(headers=agent) as browser:
        for query in ("?alt=sse", ""):
            browser.post(url + query, json=envelope).raise_for_status()
    streamed, whole = turns(proxy.archive)
    assert reading(streamed) == reading(whole) == ("gemini.generate-content", "I look. Now.", "STOP")
    assert streamed.payload["session"] == "5f0c-1"
    assert streamed.payload["reading"]["model"] == "gemini-3-pro"
    assert streamed.request == provider.seen[0].body


def test_errors_are_turns_too(start: Any, provider: Provider) -> None:
    proxy = start()
    body = json.dumps(ERROR).encode()
    statuses = [400, 429, 500, 503]
    provider.script(*(Reply.json(body, status=status) for status in statuses))
    with client() as sdk:
        for _status in statuses:
            with pytest.raises(errors.APIError):
                sdk.models.generate_content(model="gemini-3-pro", contents="hi")
    found = turns(proxy.archive)
    assert [(turn.payload["http"]["status"], turn.response) for turn in found] == [(each, body) for each in statuses]
    assert {turn.payload["reading"]["error"] for turn in found} == {"RESOURCE_EXHAUSTED: Quota exceeded."}
    assert [edge["kind"] for edge in found[-1].payload["parents"]] == ["retries"]


def test_an_error_inside_a_stream(start: Any, provider: Provider) -> None:
    proxy = start()
    provider.script(Reply([*EVENTS[:3], sse(ERROR)], headers=SSE))
    with client() as sdk, pytest.raises(errors.APIError):
        list(sdk.models.generate_content_stream(model="gemini-3-pro", contents="hi"))
    until(lambda: proxy.report()["turns"] == 1)
    (turn,) = turns(proxy.archive)
    assert reading(turn)[1] == "I look. "
    assert turn.payload["reading"]["error"]


def test_cut_answers(start: Any, provider: Provider) -> None:
    proxy = start()
    provider.script(*(Reply(EVENTS, headers=SSE, cut_after=pieces) for pieces in (0, 3)))
    with client() as sdk:
        for _ in range(2):
            with pytest.raises((errors.APIError, httpx.HTTPError)):
                list(sdk.models.generate_content_stream(model="gemini-3-pro", contents="hi"))
    until(lambda: proxy.report()["turns"] == 2)
    expected = [("upstream-error", b"".join(EVENTS[:pieces])) for pieces in (0, 3)]
    assert [(turn.outcome, turn.response) for turn in turns(proxy.archive)] == expected


def test_the_key_is_nowhere(start: Any, provider: Provider) -> None:
    proxy = start()
    provider.script(*(Reply.json(json.dumps(PIECES["too long"][0]).encode()) for _ in range(2)))
    with client() as sdk:
        sdk.models.generate_content(model="gemini-3-pro", contents="hi")
    url = "https://generativelanguage.googleapis.com/v1beta/models/gemini-3-pro:generateContent?key=AIza-secret"
    with httpx.Client() as browser:
        browser.post(url, json={"contents": []}).raise_for_status()
    assert dict(provider.seen[0].headers)["x-goog-api-key"] == "AIza-secret"
    assert len(turns(proxy.archive)) == 2
    assert not any(b"AIza-secret" in path.read_bytes() for path in proxy.archive.rglob("*") if path.is_file())

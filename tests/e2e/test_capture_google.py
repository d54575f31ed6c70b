"""Gemini through a recording proxy: the official SDK as client, a scripted provider that also fails."""

import gzip
import json
from typing import Any

import httpx
import pytest
from gemini_streams import PIECES, array, sse, wrapped
from google import genai
from google.genai import types
from provider import Provider, Reply
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


def test_streamed_answers(start: Any, provider: Provider) -> None:
    proxy = start()
    coded = Reply([gzip.compress(b"".join(EVENTS))], headers=[*SSE, ("content-encoding", "gzip")])
    provider.script(Reply(EVENTS, headers=SSE), coded)
    with client() as sdk:
        for _ in range(2):
            found = list(sdk.models.generate_content_stream(model="gemini-3-pro", contents="hi"))
            assert said(found) == "I look. Now."
    plain, _coded = kept = turns(proxy.archive)
    for turn, seen in zip(kept, provider.seen, strict=True):
        assert reading(turn) == ("gemini.generate-content", "I look. Now.", "STOP")
        assert (turn.request, turn.response) == (seen.body, b"".join(EVENTS))
        assert turn.outcome == "complete"
    assert plain.payload["reading"]["model"] == "gemini-3-pro"
    assert plain.payload["client"]["name"] == "google-genai"
    assert gaps(proxy.archive) == []


def test_chats_are_lines(start: Any, provider: Provider) -> None:
    """Of a streamed answer the SDK sends a content back for every piece it got."""
    proxy = start()
    body = json.dumps(PIECES["too long"][0]).encode()
    provider.script(Reply.json(body), Reply.json(body), Reply.json(b'{"totalTokens": 4}'))
    provider.script(*(Reply([sse(each) for each in PIECES["text"]], headers=SSE) for _ in range(2)))
    with client() as sdk:
        whole, streamed = (sdk.chats.create(model="gemini-3-pro") for _ in range(2))
        assert whole.send_message("hi").text == "On and on"
        whole.send_message("more")
        assert sdk.models.count_tokens(model="gemini-3-pro", contents="hi").total_tokens == 4
        for prompt in ("Hello?", "more"):
            assert said(list(streamed.send_message_stream(prompt))) == "Hello."
    first, second, count, third, fourth = turns(proxy.archive)
    edges = [[(edge["turn"], edge["kind"]) for edge in turn.payload["parents"]] for turn in (second, fourth)]
    assert edges == [[(first.id, "continues")], [(third.id, "continues")]]
    assert (first.response, second.request) == (body, provider.seen[1].body)
    assert (count.payload["role"], count.payload["parents"]) == ("aux:count-tokens", [])


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

"""The official SDK as oracle: for the same stream the same text, calls, usage and stop reason."""

import json
from typing import Any

import pytest
from gemini_streams import ERROR, PIECES, array, piece, sse, text
from google import genai
from google.genai import errors, types
from sse_server import serving

from store.reading import Answer, Usage
from store.wire.gemini import WIRE


def client(url: str) -> genai.Client:
    return genai.Client(api_key="k", vertexai=False, http_options=types.HttpOptions(base_url=url))


def usage_of(counts: types.GenerateContentResponseUsageMetadata | None) -> Usage:
    """The SDK's counts in the archive's terms, as the API's reference describes them."""
    if counts is None:
        return Usage()
    cached, thoughts = counts.cached_content_token_count, counts.thoughts_token_count
    output = [count for count in (counts.candidates_token_count, thoughts) if count is not None]
    prompt = counts.prompt_token_count
    fresh = None if prompt is None else prompt - (cached or 0)
    return Usage(input=fresh, output=sum(output) if output else None, cache_read=cached, reasoning=thoughts)


def compare(found: list[types.GenerateContentResponse], answer: Answer) -> None:
    candidates = [response.candidates[0] for response in found if response.candidates]
    parts = [part for each in candidates if each.content for part in each.content.parts or []]
    for kind, thought in (("text", False), ("thinking", True)):
        said = "".join(part.text or "" for part in parts if bool(part.thought) == thought)
        assert "".join(block.text for block in answer.blocks if block.kind == kind) == said
    calls = [(part.function_call.name, part.function_call.args) for part in parts if part.function_call]
    assert [(block.name, block.data) for block in answer.blocks if block.kind == "tool-call"] == calls
    reasons = [each.finish_reason.value for each in candidates if each.finish_reason]
    blocked = [each.prompt_feedback.block_reason.value for each in found if each.prompt_feedback]
    assert [answer.stop_reason] == (reasons[-1:] or blocked)
    counted = [response.usage_metadata for response in found if response.usage_metadata]
    assert answer.usage == usage_of(counted[-1] if counted else None)
    assert {response.model_version or "" for response in found} >= {answer.model}


@pytest.mark.parametrize("name", PIECES)
def test_a_stream(name: str) -> None:
    body = sse(*PIECES[name])
    with serving(body) as url, client(url) as sdk:
        found = list(sdk.models.generate_content_stream(model="m", contents="hi"))
    compare(found, WIRE.answer(body, "text/event-stream", 200))
    compare(found, WIRE.answer(array(*PIECES[name]), "application/json", 200))


def test_one_document() -> None:
    body = json.dumps(PIECES["too long"][0]).encode()
    with serving(body, "application/json") as url, client(url) as sdk:
        found = sdk.models.generate_content(model="m", contents="hi")
    compare([found], WIRE.answer(body, "application/json", 200))


def test_an_error() -> None:
    body = json.dumps(ERROR).encode()
    with serving(body, "application/json", 429) as url, client(url) as sdk, pytest.raises(errors.APIError) as caught:
        sdk.models.generate_content(model="m", contents="hi")
    answer = WIRE.answer(body, "application/json", 429)
    assert answer.error == f"{caught.value.status}: {caught.value.message}"


@pytest.mark.parametrize("streamed", [True, False])
def test_the_echo_of_an_answer_links(streamed: bool) -> None:
    """What the SDK's chat sends back; of a streamed answer it makes a content a piece, which the strict key need not
    take for one."""
    pieces: list[Any] = [piece(text("Hm", thought=True), text("Hello."), finish="STOP")]
    body = sse(*pieces) if streamed else json.dumps(pieces[0]).encode()
    with serving(body, "text/event-stream" if streamed else "application/json") as url, client(url) as sdk:
        chat = sdk.chats.create(model="m")
        if streamed:
            list(chat.send_message_stream("hi"))
        else:
            chat.send_message("hi")
        _asked, echoed = (each.model_dump(mode="json", exclude_none=True, by_alias=True) for each in chat.get_history())
    message = WIRE.answer(body, "text/event-stream", 200).message
    assert WIRE.link_form(echoed) == WIRE.link_form(message)

"""The rebuilt answer against OpenAI's own SDK, which reads the same bytes from a real server on loopback."""

import json
from typing import Any

import openai
import pytest
from openai_response_streams import BUILT, COUNTS, STREAMS, response
from sse_server import serving

from store.reading import Answer
from store.wire.openai_responses import WIRE


def sdk_response(stream: bytes) -> Any:
    """What the SDK makes of the stream."""
    with serving(stream) as url:
        client = openai.OpenAI(api_key="none", base_url=url, max_retries=0)
        with client, client.responses.stream(model="m", input="hi") as events:
            return events.get_final_response()


def assert_same(ours: Answer, theirs: Any) -> None:
    document = theirs.to_dict(mode="json", exclude_unset=True)
    for item in document["output"]:
        item.pop("parsed_arguments", None)  # the SDK's own, never on the wire
        for part in item.get("content") or ():
            part.pop("parsed", None)
    assert ours.message == {"role": "assistant", "output": document["output"]}
    assert "".join(block.text for block in ours.blocks if block.kind == "text") == theirs.output_text
    calls = [item for item in theirs.output if item.type == "function_call"]
    made = [block for block in ours.blocks if block.kind == "tool-call" and isinstance(block.data, dict)]
    assert [(call.call_id, call.name, json.loads(call.arguments)) for call in calls] == [
        (block.call_id, block.name, block.data) for block in made
    ]
    assert (ours.stop_reason, ours.model, ours.response_id) == (theirs.status, theirs.model, theirs.id)
    assert ours.usage.context == theirs.usage.input_tokens
    assert ours.usage.output == theirs.usage.output_tokens
    assert ours.usage.cache_read == theirs.usage.input_tokens_details.cached_tokens
    assert ours.usage.reasoning == theirs.usage.output_tokens_details.reasoning_tokens
    assert ours.terminal


@pytest.mark.parametrize("name", STREAMS)
def test_streams(name: str) -> None:
    assert_same(WIRE.answer(STREAMS[name], "text/event-stream", 200), sdk_response(STREAMS[name]))


@pytest.mark.parametrize("name", STREAMS)
def test_messages_of_a_socket_are_the_same_answer(name: str) -> None:
    ours = WIRE.answer(BUILT[name].socket_body(), "", 101)
    assert_same(ours, sdk_response(STREAMS[name]))


@pytest.mark.parametrize("name", STREAMS)
def test_documents(name: str) -> None:
    body = json.dumps(response("completed", BUILT[name].output, COUNTS)).encode()
    with serving(body, "application/json") as url, openai.OpenAI(api_key="none", base_url=url, max_retries=0) as client:
        theirs = client.responses.create(model="m", input="hi")
    assert_same(WIRE.answer(body, "application/json", 200), theirs)

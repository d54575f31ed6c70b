"""The rebuilt answer against Anthropic's own SDK, which reads the same bytes from a real server on loopback."""

from typing import Any

import anthropic
import pytest
from messages_streams import STREAMS, recorded
from sse_server import serving

from store.wire.anthropic import WIRE

RECORDED = {name: stream for name, _, _, stream in recorded()}


def sdk_message(stream: bytes) -> dict[str, Any]:
    """What the SDK accumulates from the stream, as it would be sent back."""
    with serving(stream) as url:
        client = anthropic.Anthropic(api_key="none", base_url=url, max_retries=0)
        asked: list[anthropic.types.MessageParam] = [{"role": "user", "content": "hi"}]
        with client, client.messages.stream(model="m", max_tokens=9, messages=asked) as events:
            return events.get_final_message().to_dict(mode="json", exclude_unset=True)


def assert_same(stream: bytes) -> None:
    theirs = sdk_message(stream)
    ours = WIRE.answer(stream, "text/event-stream", 200)
    for part in theirs["content"]:
        part.pop("parsed_output", None)  # the SDK's own, never on the wire
    assert ours.message == {"role": "assistant", "content": theirs["content"]}
    assert ours.stop_reason == theirs["stop_reason"]
    assert (ours.model, ours.response_id) == (theirs["model"], theirs["id"])
    assert ours.terminal
    usage = theirs["usage"]
    assert ours.usage.input == usage["input_tokens"]
    assert ours.usage.output == usage["output_tokens"]
    assert ours.usage.cache_read == usage.get("cache_read_input_tokens")
    written = (ours.usage.cache_write_5m or 0) + (ours.usage.cache_write_1h or 0)
    assert written == (usage.get("cache_creation_input_tokens") or 0)
    assert ours.usage.reasoning == (usage.get("output_tokens_details") or {}).get("thinking_tokens")


@pytest.mark.parametrize("name", STREAMS)
def test_built_streams(name: str) -> None:
    assert_same(STREAMS[name])


@pytest.mark.skipif(not RECORDED, reason="the recorded turns are not at hand")
@pytest.mark.parametrize("name", RECORDED)
def test_recorded_streams(name: str) -> None:
    assert_same(RECORDED[name])

"""The link form of the Responses API: what clients change of an answer when they send it back."""

from typing import Any

import pytest
from openai_response_streams import STREAMS

from store.wire.openai_responses import WIRE

CALL: dict[str, Any] = {"type": "function_call", "call_id": "c", "name": "f", "arguments": '{"b": 1.0, "a": "x"}'}
SAID: dict[str, Any] = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]}
THOUGHT: dict[str, Any] = {"type": "reasoning", "encrypted_content": "g", "summary": []}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hi", {"role": "user", "content": "hi"}),
        ({"role": "user", "content": "hi"}, {"type": "message", "role": "user", "content": "hi"}),
        ({"role": "user", "content": "hi"}, {"role": "user", "content": [{"type": "input_text", "text": "hi"}]}),
        (SAID, {"role": "assistant", "content": "Hi"}),
        (SAID, SAID | {"id": "msg_1", "status": "completed", "phase": "final_answer", "internal_chat_message": {}}),
        (SAID, SAID | {"content": [SAID["content"][0] | {"annotations": [], "logprobs": []}]}),
        (CALL, CALL | {"id": "fc_1", "status": "completed", "namespace": None}),
        (CALL, CALL | {"arguments": '{"a":"x","b":1}'}),
        (THOUGHT, THOUGHT | {"id": "rs_1", "status": None, "content": None}),
        (
            {"type": "function_call_output", "call_id": "c", "output": "ok"},
            {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "ok"}]},
        ),
    ],
)
def test_forms_of_one_item(one: Any, other: Any) -> None:
    assert WIRE.link_form(one) == WIRE.link_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SAID, SAID | {"role": "user"}),
        (SAID, {"role": "assistant", "content": "Hi "}),
        (CALL, CALL | {"call_id": "d"}),
        (CALL, CALL | {"arguments": '{"b": 1.5, "a": "x"}'}),
        (THOUGHT, THOUGHT | {"encrypted_content": "h"}),
    ],
)
def test_different_items(one: Any, other: Any) -> None:
    assert WIRE.link_form(one) != WIRE.link_form(other)


@pytest.mark.parametrize("stream", STREAMS.values())
def test_an_answer_equals_its_plainest_echo(stream: bytes) -> None:
    message = WIRE.answer(stream, "text/event-stream", 200).message
    assert message is not None
    for item in WIRE.echo(message):
        plain = {name: value for name, value in item.items() if name not in ("id", "status")}
        for part in plain.get("content", ()):
            part.pop("annotations", None)
            part.pop("logprobs", None)
        assert WIRE.link_form(plain) == WIRE.link_form(item)

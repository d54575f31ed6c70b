"""The link form of Chat Completions: what clients change of an answer when they send it back."""

from typing import Any

import pytest
from openai_chat_streams import HOSTS, STREAMS

from store.wire.openai_chat import WIRE


def call(arguments: str, **members: Any) -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": "Bash", "arguments": arguments}, **members}


SAID: dict[str, Any] = {"role": "assistant", "content": "Look:", "tool_calls": [call('{"b": 1.0, "a": "x"}')]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"role": "system", "content": "a"}, {"role": "developer", "content": "a"}),
        ({"role": "user", "content": "a"}, {"role": "user", "content": [{"type": "text", "text": "a"}]}),
        (
            {"role": "user", "content": "a"},
            {"role": "user", "content": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}]},
        ),
        ({"role": "assistant", "content": None}, {"role": "assistant", "content": ""}),
        ({"role": "assistant", "content": None}, {"role": "assistant"}),
        ({"role": "assistant", "content": "a\n"}, {"role": "assistant", "content": "a"}),
        (SAID, SAID | {"tool_calls": [call('{"a":"x","b":1}')]}),
        (SAID, SAID | {"tool_calls": [call('{"b": 1.0, "a": "x"}', index=0)]}),
        (SAID, SAID | {"refusal": None, "annotations": [], "provider_specific_fields": {}}),
        (SAID, SAID | {"reasoning_content": "Hm", "reasoning_details": [{"text": "Hm"}], "function_call": None}),
        ({"role": "assistant", "content": "a"}, {"role": "assistant", "content": "a", "tool_calls": []}),
        (SAID | {"tool_calls": [call("")]}, SAID | {"tool_calls": [call("{}")]}),
    ],
)
def test_forms_of_one_message(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert WIRE.link_form(one) == WIRE.link_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"role": "user", "content": "a"}, {"role": "user", "content": "a "}),
        ({"role": "user", "content": "a"}, {"role": "assistant", "content": "a"}),
        (SAID, SAID | {"tool_calls": [call('{"b": 1.5, "a": "x"}')]}),
        (SAID, SAID | {"tool_calls": [call('{"b": 1.0, "a": "x"}', id="call_2")]}),
        ({"role": "tool", "tool_call_id": "1", "content": "a"}, {"role": "tool", "tool_call_id": "2", "content": "a"}),
    ],
)
def test_different_messages(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert WIRE.link_form(one) != WIRE.link_form(other)


@pytest.mark.parametrize("stream", [*STREAMS.values(), *HOSTS.values()])
def test_an_answer_equals_its_plainest_echo(stream: bytes) -> None:
    message = WIRE.answer(stream, "text/event-stream", 200).message
    assert message is not None
    (echoed,) = WIRE.echo(message)
    kept = ("role", "content", "tool_calls", "function_call")
    assert WIRE.link_form({name: echoed[name] for name in kept if name in echoed}) == WIRE.link_form(echoed)

"""The link form: what clients change is gone, what they keep stays."""

import json
from typing import Any

import pytest
from messages_streams import recorded

from store.wire.anthropic import WIRE


def form(text: str) -> Any:
    return WIRE.link_form(json.loads(text))


def message(part: str) -> str:
    return f'{{"role": "assistant", "content": [{part}]}}'


def call(tool_input: str) -> str:
    return message(f'{{"type": "tool_use", "id": "t", "name": "Edit", "input": {tool_input}}}')


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"role": "user", "content": "hi"}', '{"content": [{"text": "hi", "type": "text"}], "role": "user"}'),
        (message('{"type": "text", "text": "a"}'), message('{"type":"text","text":"a","citations":[]}')),
        (message('{"type": "text", "text": "a"}'), message('{"type":"text","text":"a","citations":null}')),
        (
            message('{"type": "text", "text": "a"}'),
            message('{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}'),
        ),
        (call("{}"), call("{}").replace('"id"', '"caller": {"type": "direct"}, "id"')),
        (call('{"a": 1.50, "b": 1E3}'), call('{"b": 1000, "a": 1.5}')),
        (call('{"a": 12345678901234567890}'), call('{"a": 12345678901234567000}')),
        (call('{"a": 1, "a": 2}'), call('{"a": 2}')),
        (call('{"a": -0.0}'), call('{"a": 0}')),
        (call('{"a": 1e999}'), call('{"a": null}')),
        (call('{"replace_all": false, "a": 1}'), call('{"a": 1}')),
        (
            call('{"__unparsedToolInput": {"raw": "{\\"long"}}'),
            call('{"__unparsedToolInput": {"raw": "{\\"l", "len": 6}}'),
        ),
        (
            message('{"type": "tool_result", "tool_use_id": "t", "content": "x", "is_error": false}'),
            message('{"type": "tool_result", "tool_use_id": "t", "content": "x"}'),
        ),
        (
            message('{"type": "tool_result", "tool_use_id": "t", "content": "x"}'),
            message(
                '{"type": "tool_result", "tool_use_id": "t", "content":'
                ' [{"type": "text", "text": "x", "cache_control": {}}]}'
            ),
        ),
    ],
)
def test_equal_for_every_echo(one: str, other: str) -> None:
    assert json.dumps(form(one), sort_keys=True) == json.dumps(form(other), sort_keys=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"role": "user", "content": "hi"}', '{"role": "assistant", "content": "hi"}'),
        ('{"role": "user", "content": "hi"}', '{"role": "user", "content": "hi "}'),
        (call('{"a": 1}'), call('{"a": "1"}')),
        (call('{"a": true}'), call('{"a": 1}')),
        (call('{"caller": 1}'), call("{}")),
        (call('{"replace_all": true}'), call("{}")),
        (
            message('{"type": "thinking", "thinking": "", "signature": "a"}'),
            message('{"type": "thinking", "thinking": "", "signature": "b"}'),
        ),
        (
            message('{"type": "tool_result", "tool_use_id": "t", "content": "x", "is_error": true}'),
            message('{"type": "tool_result", "tool_use_id": "t", "content": "x"}'),
        ),
    ],
)
def test_different_for_different_messages(one: str, other: str) -> None:
    assert json.dumps(form(one), sort_keys=True) != json.dumps(form(other), sort_keys=True)


def test_what_lies_too_deep_is_left_alone() -> None:
    deep: Any = 1.0
    for _ in range(500):
        deep = [deep]
    assert WIRE.link_form({"role": "user", "content": [{"type": "x", "input": deep}]})["role"] == "user"


@pytest.mark.skipif(not list(recorded()), reason="the recorded turns are not at hand")
def test_the_recorded_turns_link() -> None:
    """Request and answer of a turn are, in link form, the start of exactly the request that continues it."""
    states: dict[str, str] = {}
    parents = []
    for name, body, _, stream in recorded():
        forms = [json.dumps(WIRE.link_form(element), sort_keys=True) for element in body["messages"]]
        chains = ["\n".join(forms[:size]) for size in range(1, len(forms))]
        parents.append(next((states[chain] for chain in reversed(chains) if chain in states), None))
        answer = WIRE.answer(stream, "text/event-stream", 200).message
        states["\n".join([*forms, json.dumps(WIRE.link_form(answer), sort_keys=True)])] = name[-2:]
    assert parents == [
        *(None, None, "09", "10", "11", "12", "13", "14", "15"),
        *(None, "17", "16", "19", "20", "21", "22", "23"),
    ]

"""Response bodies of the Messages API that are no event stream, or do not say that they are."""

import json
from typing import Any

import pytest
from messages_streams import STREAMS

from store.reading import Answer, Usage
from store.wire.anthropic import WIRE


def read(body: bytes, status: int = 200, content_type: str = "text/event-stream") -> Answer:
    return WIRE.answer(body, content_type, status)


def read_json(value: Any, status: int = 200) -> Answer:
    return WIRE.answer(json.dumps(value).encode(), "application/json", status)


def test_a_one_shot_message() -> None:
    content = [{"type": "text", "text": "hi"}, {"type": "tool_use", "id": "t", "name": "Bash", "input": {"a": 1}}]
    usage = {"input_tokens": 3, "output_tokens": 4}
    body = {"type": "message", "id": "m", "model": "x", "content": content, "stop_reason": "tool_use", "usage": usage}
    answer = read_json(body)
    assert answer.message == {"role": "assistant", "content": content}
    assert [(found.kind, found.name, found.text) for found in answer.blocks] == [
        ("text", "", "hi"),
        ("tool-call", "Bash", ""),
    ]
    assert (answer.usage, answer.stop_reason, answer.terminal) == (Usage(3, 4), "tool_use", True)
    assert (answer.model, answer.response_id) == ("x", "m")


def test_count_tokens() -> None:
    answer = read_json({"input_tokens": 2095})
    assert (answer.usage, answer.message, answer.terminal) == (Usage(input=2095), None, True)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"type": "error", "error": {"type": "rate_limit_error", "message": "Slow"}}, "rate_limit_error: Slow"),
        ({"error": "no such model"}, "no such model"),
        ({"error": {"message": "m" * 999}}, "m" * 300),
        ({"detail": "Not Found"}, "Not Found"),
        ({"error": None}, "HTTP 429"),
        ([], "HTTP 429"),
    ],
)
def test_error_bodies(body: Any, error: str) -> None:
    answer = read_json(body, 429)
    assert (answer.error, answer.message, answer.terminal) == (error, None, True)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "error", "terminal"),
    [
        (b'{"type": "mess', "application/json", 200, "", False),
        (b'{"type": "err', "application/json", 500, "HTTP 500", False),
        (b"<html>Bad gateway</html>", "text/html", 502, "HTTP 502", True),
        (b"", "", 502, "HTTP 502", True),
        (b"", "text/event-stream", 200, "", False),
        (b"", "application/json", 200, "", False),
        (b"\xff\xfe", "application/octet-stream", 200, "", True),
    ],
)
def test_bodies_that_are_no_answer(body: bytes, content_type: str, status: int, error: str, terminal: bool) -> None:
    answer = read(body, status, content_type)
    assert (answer.error, answer.terminal, answer.message) == (error, terminal, None)


def test_a_mislabelled_body_is_read_as_what_it_is() -> None:
    stream = read(STREAMS["text"], content_type="application/json")
    assert stream.terminal
    assert stream.message == read(STREAMS["text"]).message
    error = json.dumps({"type": "error", "error": {"type": "api_error", "message": "x"}}).encode()
    assert read(b"\n\n" + error).error == "api_error: x"

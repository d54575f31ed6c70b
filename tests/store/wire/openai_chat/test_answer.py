"""Bodies of Chat Completions that are no streams: completions, errors and pages."""

import json
from typing import Any

import pytest

from store.reading import Answer, Usage
from store.wire.openai_chat import WIRE


def read(value: Any, status: int = 200, kind: str = "application/json") -> Answer:
    return WIRE.answer(json.dumps(value).encode() if not isinstance(value, bytes) else value, kind, status)


def completion(**message: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
    return {"id": "c1", "model": "m", "choices": [choice], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}


def test_a_completion() -> None:
    answer = read(completion(content="Hi"))
    assert answer.message == {"role": "assistant", "content": "Hi"}
    assert (answer.stop_reason, answer.usage, answer.terminal) == ("stop", Usage(3, 2), True)


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (
            {"error": {"message": "Rate limit", "type": "requests", "param": None, "code": "rate_limit_exceeded"}},
            429,
            "rate_limit_exceeded: Rate limit",
        ),
        ({"error": {"message": "Boom", "type": "server_error", "code": None}}, 500, "server_error: Boom"),
        ({"error": "model not found"}, 404, "model not found"),
        ({"object": "error", "message": "Bad", "type": "BadRequestError", "code": 400}, 400, "400: Bad"),
        ({"detail": "Not authenticated"}, 401, "Not authenticated"),
        ({"error": {"message": "Upstream", "code": 502}}, 200, "502: Upstream"),
        ([1], 500, "[1]"),
        (b"<html>Bad gateway</html>", 502, "HTTP 502"),
        (b"", 503, "HTTP 503"),
        (b'{"error": {"mess', 500, "HTTP 500"),
    ],
)
def test_errors(body: Any, status: int, error: str) -> None:
    answer = read(body, status)
    assert answer.error == error
    assert answer.message is None


def test_a_choice_that_failed() -> None:
    body = completion(content="It")
    body["choices"][0] |= {"finish_reason": "error", "error": {"code": 502, "message": "Gone"}}
    answer = read(body)
    assert answer.error == "502: Gone"
    assert [block.kind for block in answer.blocks] == ["text", "error"]


def test_a_stream_under_a_wrong_name_is_read() -> None:
    stream = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n'
    assert [block.text for block in read(stream, kind="application/json").blocks] == ["Hi"]


def test_a_document_under_a_wrong_name_is_read() -> None:
    assert [block.text for block in read(completion(content="Hi"), kind="text/event-stream").blocks] == ["Hi"]


def test_a_cut_document_is_not_whole() -> None:
    assert not read(b'{"choices": [').terminal

"""Which messages of a WebSocket begin and end a response."""

import pytest
from openai_response_streams import BUILT

from store.wire.openai_responses.socket import begins, ends, starts


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (b'{"type":"response.create","input":[]}', True),
        (b' {\n "type" : "response.create"}', True),
        (b'{"input":[],"type":"response.create"}', True),
        (b'{"type":"response.cancel","note":"response.create"}', False),
        (b'{"input":"\\"response.create\\"","type":"response.cancel"}', False),
        (b'{"input":["response.create"],"type":"response.cancel"}', False),
        (b'["response.create"]', False),
        (b'{"a":"response.create"', False),
        (b"", False),
    ],
)
def test_begins(message: bytes, answer: bool) -> None:
    assert begins(message) is answer


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (b'{"type":"response.completed","response":{}}', True),
        (b'{"type":"response.failed"}', True),
        (b'{"type":"response.incomplete"}', True),
        (b'{"type":"error","status":400}', True),
        (b'{"sequence_number":3,"type":"response.completed"}', True),
        (b'{"error":{"type":"error"},"type":"response.in_progress"}', False),
        (b'{"type":"response.output_text.delta","delta":"\\"error\\""}', False),
        (b'{"delta":"error","type":"response.output_text.delta"}', False),
        (b"\xff", False),
    ],
)
def test_ends(message: bytes, answer: bool) -> None:
    assert ends(message) is answer


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (b'{"type":"response.created","response":{}}', True),
        (b'{"response":{},"type":"response.created"}', True),
        (b'{"type":"response.in_progress","note":"response.created"}', False),
        (b'{"note":"response.created"}', False),
        (b'["response.created"', False),
    ],
)
def test_starts(message: bytes, answer: bool) -> None:
    assert starts(message) is answer


@pytest.mark.parametrize("name", BUILT)
def test_only_the_last_message_of_an_answer_ends_it(name: str) -> None:
    *others, last = BUILT[name].messages
    assert ends(last)
    assert not any(ends(message) for message in others)

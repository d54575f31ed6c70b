"""The generic wire format: whatever it is, it is shown and not lost."""

import pytest

from store.reading import Answer, Block
from store.wire.generic import WIRE


def test_json_is_one_block() -> None:
    assert WIRE.answer(b'{"model": "m", "x": 1}', "application/json", 200) == Answer(
        blocks=(Block("assistant", "other", data={"model": "m", "x": 1}),), model="m", terminal=True
    )
    assert WIRE.answer(b"[]", "application/json", 500).error == "HTTP 500"


def test_events_are_a_block_each() -> None:
    stream = b'event: delta\ndata: {"a": 1}\n\ndata: [DONE]\n\n'
    answer = WIRE.answer(stream, "text/event-stream; charset=utf-8", 200)
    assert [(found.name, found.text, found.data) for found in answer.blocks] == [
        ("delta", "", {"a": 1}),
        ("message", "[DONE]", None),
    ]
    assert answer.terminal
    assert (answer.blocks[1].start, answer.blocks[1].end) == (29, len(stream))


def test_many_events_share_the_last_block() -> None:
    stream = b"".join(b"data: %d\n\n" % number for number in range(1000))
    blocks = WIRE.answer(stream, "text/event-stream", 200).blocks
    assert len(blocks) == 201
    assert blocks[-1].text.split("\n") == [str(number) for number in range(200, 1000)]


@pytest.mark.parametrize(
    ("body", "content_type", "terminal"),
    [
        (b'{"a": ', "application/json", False),
        (b"data: a\n\ndata: b", "text/event-stream", False),
        (b"plain", "text/plain", True),
        (b"", "", True),
    ],
)
def test_a_cut_is_seen_where_it_can_be(body: bytes, content_type: str, terminal: bool) -> None:
    assert WIRE.answer(body, content_type, 200).terminal is terminal


def test_who_and_what() -> None:
    assert WIRE.identity(((b"user-agent", b"Curl/8.5.0"),), {}, None).client == "curl"
    assert WIRE.model("/v1/x", {"model": b'"m"'}) == "m"
    assert WIRE.request_blocks("hi") == (Block("user", "text", text="hi"),)
    assert WIRE.request_blocks([1]) == (Block("user", "other", data=[1]),)

"""Which pieces of a streamed answer cannot be its end."""

import pytest

from store.midstream import is_unending

DATA = b'data: {"a":"b"}'


@pytest.mark.parametrize(
    "name",
    [
        "message_start",
        "message_delta",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "ping",
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.output_text.delta",
        "response.output_text.annotation.added",
        "response.function_call_arguments.done",
    ],
)
def test_events_that_end_nothing(name: str) -> None:
    event = f"event: {name}\n".encode() + DATA + b"\n\n"
    assert is_unending(event)
    assert is_unending(event + event)
    assert is_unending(event.replace(b"\n", b"\r\n"))
    assert not is_unending(event[:-1])
    assert not is_unending(event + b"event: message_stop\n" + DATA + b"\n\n")


@pytest.mark.parametrize(
    "name",
    [
        "message_stop",
        "error",
        "response.completed",
        "response.failed",
        "response.incomplete",
        "response.done",
        "done",
        "pinged",
    ],
)
def test_events_that_may_end_an_answer(name: str) -> None:
    assert not is_unending(f"event: {name}\n".encode() + DATA + b"\n\n")


@pytest.mark.parametrize(
    "piece",
    [b"", DATA + b"\n\n", b"data: [DONE]\n\n", b"event: ping\n\n", b'{"a":1}', b": ping\n\n"],
)
def test_what_has_no_name_is_not_known(piece: bytes) -> None:
    assert not is_unending(piece)


def test_what_is_long_does_not_wait() -> None:
    assert not is_unending(b"event: content_block_delta\ndata: " + bytes(9000) + b"\n\n")

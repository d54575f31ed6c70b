"""Streams of the Responses API that end early, badly, or say less than the API does."""

from typing import Any

import pytest
from openai_response_streams import BUILT, COUNTS, STREAMS, Events

from store.reading import Answer, Usage
from store.wire.openai_responses import WIRE


def read(stream: bytes) -> Answer:
    return WIRE.answer(stream, "text/event-stream", 200)


def said(answer: Answer) -> list[tuple[str, object]]:
    return [(block.kind, block.data if block.kind == "tool-call" else block.text) for block in answer.blocks]


@pytest.mark.parametrize("name", STREAMS)
def test_only_the_end_is_terminal(name: str) -> None:
    stream = STREAMS[name]
    assert read(stream).terminal
    assert not any(read(stream[:size]).terminal for size in range(0, len(stream), 50))
    assert not read(stream[:-1]).terminal


@pytest.mark.parametrize("name", STREAMS)
def test_deltas_build_what_the_done_event_gives(name: str) -> None:
    """Without the events that give a whole item or part, the answer says the same."""
    messages = [each for each in BUILT[name].messages if b".done" not in each[:60]]
    whole, built = read(STREAMS[name]), read(b"".join(b"data: %s\n\n" % each for each in messages[:-1]))
    assert [(b.kind, b.text, b.name) for b in built.blocks] == [(b.kind, b.text, b.name) for b in whole.blocks]
    assert [b.data for b in built.blocks] == [b.data for b in whole.blocks]


def test_a_login_answer_has_no_output_in_its_last_event() -> None:
    events = Events().reasoning("Hm.").text("Four.").end(output=[])
    assert said(read(events.stream())) == [("thinking", "Hm."), ("text", "Four.")]


def test_an_answer_that_only_ends_is_read_from_its_end() -> None:
    events = Events()
    item = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Four."}]}
    events.end(output=[item])
    assert said(read(events.stream())) == [("text", "Four.")]


def test_a_cut_answer_keeps_what_had_come() -> None:
    events = Events().text("Done.")
    events.add("response.output_item.added", output_index=1, item={"type": "function_call", "name": "Bash"})
    events.add("response.function_call_arguments.delta", output_index=1, delta='{"comm')
    answer = read(events.stream())
    assert said(answer) == [("text", "Done."), ("tool-call", '{"comm')]
    assert answer.blocks[0].end > 0 > answer.blocks[1].end
    assert (answer.terminal, answer.stop_reason, answer.response_id) == (False, "", "resp_1")


@pytest.mark.parametrize(
    ("kind", "members", "stop", "error"),
    [
        ("incomplete", {"incomplete_details": {"reason": "max_output_tokens"}}, "max_output_tokens", ""),
        ("failed", {"error": {"code": "server_error", "message": "Boom"}}, "failed", "server_error: Boom"),
    ],
)
def test_other_ends(kind: str, members: dict[str, Any], stop: str, error: str) -> None:
    answer = read(Events().text("Half").end(kind, **members).stream())
    assert (answer.stop_reason, answer.error, answer.terminal) == (stop, error, True)
    assert answer.usage == Usage(20, 40, 64, 6, reasoning=11)
    assert said(answer)[0] == ("text", "Half")


@pytest.mark.parametrize(
    "members",
    [
        {"code": "rate_limit_exceeded", "message": "Slow down", "param": None},
        {"status": 429, "error": {"type": "rate", "code": "rate_limit_exceeded", "message": "Slow down"}},
    ],
)
def test_error_events(members: dict[str, Any]) -> None:
    answer = read(Events().text("Half").add("error", **members).stream())
    assert (answer.error, answer.terminal) == ("rate_limit_exceeded: Slow down", True)
    assert [block.kind for block in answer.blocks] == ["text", "error"]


def test_blocks_know_where_they_came() -> None:
    stream = STREAMS["thoughts, text, parallel calls"]
    for block in read(stream).blocks:
        assert stream[block.start :].startswith(b"event: response.output_item.added\n")
        assert stream[: block.end].endswith(b"\n\n")
        assert stream.rindex(b"event: ", 0, block.end) == stream.rindex(
            b"event: response.output_item.done", 0, block.end
        )


def test_a_document_that_failed() -> None:
    body = b'{"id":"resp_1","model":"m","status":"failed","output":[],"error":{"code":"x","message":"Boom"}}'
    answer = WIRE.answer(body, "application/json", 200)
    assert (answer.error, answer.stop_reason, answer.terminal) == ("x: Boom", "failed", True)
    refused = WIRE.answer(b'{"error":{"message":"Slow","code":"rate"}}', "application/json", 429)
    assert (refused.error, refused.message) == ("rate: Slow", None)


def test_counts() -> None:
    assert COUNTS["total_tokens"] == 130
    answer = read(STREAMS["text"])
    assert answer.usage.context == 90

"""Streamed answers of the Messages API: blocks, offsets, errors, cuts and events out of order."""

import pytest
from messages_streams import HIT, STREAMS, block, event, start, stop, text, thinking, tool

from store.reading import Answer, Usage
from store.wire.anthropic.stream import read_stream as read


def shown(answer: Answer) -> list[tuple[str, str, str]]:
    return [(found.kind, found.name, found.text) for found in answer.blocks]


def test_blocks_of_a_stream() -> None:
    answer = read(STREAMS["thinking, text, parallel tools"])
    assert shown(answer) == [
        ("thinking", "", "Let me see"),
        ("text", "", "Two things"),
        ("tool-call", "Bash", ""),
        ("tool-call", "List", ""),
    ]
    assert [found.data for found in answer.blocks[2:]] == [{"command": "ls", "timeout": 1.5}, {}]
    assert [found.call_id for found in answer.blocks[2:]] == ["toolu_1", "toolu_2"]
    assert answer.usage == Usage(3, 40, 7, 2, 10, 11)


def test_offsets_cut_out_each_block() -> None:
    stream = STREAMS["thinking, text, parallel tools"]
    for found in read(stream).blocks:
        piece = stream[found.start : found.end]
        assert piece.startswith(b"event: content_block_start\n")
        assert piece.endswith(b"\n\n")
        assert piece.count(b"content_block_stop") == 2  # in its event line and in its data


def test_server_tools_and_their_results() -> None:
    call, result, said = read(STREAMS["server tools and citations"]).blocks
    assert (call.kind, call.name, call.data) == ("server-tool-call", "web_search", {"query": "sky"})
    assert (result.kind, result.text) == ("server-tool-result", "A page https://example.org/")
    assert (result.call_id, result.data, result.is_error) == ("srvtoolu_1", [HIT], False)
    assert len(said.data) == 2


def test_a_failed_server_tool() -> None:
    content = {"type": "code_execution_tool_result_error", "error_code": "unavailable"}
    given = {"type": "code_execution_tool_result", "tool_use_id": "srvtoolu_1", "content": content}
    (found,) = read(start() + block(0, given) + stop()).blocks
    assert (found.is_error, found.text, found.name) == (True, "unavailable", "code_execution")


def test_a_refusal_is_a_block_but_not_in_the_message() -> None:
    answer = read(STREAMS["refusal"])
    assert shown(answer) == [("text", "", "I can"), ("refusal", "", "Not this.")]
    assert answer.message == {"role": "assistant", "content": [{"type": "text", "text": "I can"}]}
    assert answer.stop_reason == "refusal"


def test_an_error_inside_the_stream_keeps_what_came_before() -> None:
    error = event("error", error={"type": "overloaded_error", "message": "Over\nloaded"})
    answer = read(start() + text(0, "so far") + error)
    assert shown(answer) == [("text", "", "so far"), ("error", "overloaded_error", "Over\nloaded")]
    assert answer.error == "overloaded_error: Over loaded"
    assert answer.terminal


def test_a_cut_stream_has_the_answer_so_far() -> None:
    whole = start() + text(0, "done") + thinking(1, "abcdef", "sig")
    cut = read(whole[: whole.index(b"signature_delta")])
    assert shown(cut) == [("text", "", "done"), ("thinking", "", "abcdef")]
    assert (cut.blocks[0].end > 0, cut.blocks[1].end) == (True, -1)
    assert not cut.terminal
    assert cut.stop_reason == ""


def test_input_that_is_no_json_keeps_its_text() -> None:
    answer = read(start() + tool(0, "toolu_1", "Bash", '{"command": "l') + stop("max_tokens"))
    assert answer.blocks[0].data == '{"command": "l'
    assert answer.message is not None
    assert answer.message["content"][0]["input"] == {"__unparsedToolInput": {"raw": '{"command": "l'}}


def test_unknown_blocks_and_deltas_keep_their_data() -> None:
    odd = {"type": "hologram", "size": 3}
    delta = {"type": "hologram_delta", "beam": [1]}
    first, second = read(start() + block(0, odd) + block(1, odd, delta) + stop()).blocks
    assert (first.kind, first.name, first.data) == ("other", "hologram", odd)
    assert (second.kind, second.data) == ("other", {**odd, "unknown_deltas": [delta]})


@pytest.mark.parametrize("kind", ["mcp_tool_use", "mcp_tool_result", "container_upload", "compaction"])
def test_blocks_without_a_kind_of_their_own_are_other(kind: str) -> None:
    given = {"type": kind, "content": "what it says"}
    (found,) = read(start() + block(0, given) + stop()).blocks
    assert (found.kind, found.name, found.text, found.data) == ("other", kind, "what it says", given)


def test_compaction_is_accumulated() -> None:
    given = {"type": "compaction", "content": None}
    delta = {"type": "compaction_delta", "content": "<summary>…"}
    (found,) = read(start() + block(0, given, delta) + stop()).blocks
    assert found.text == "<summary>…"


@pytest.mark.parametrize(
    "noise",
    [
        b"data: no json\n\n",
        b"data: [1]\n\n",
        event("content_block_delta", index=7, delta={"type": "text_delta", "text": "x"}),
        event("content_block_delta", index=None, delta=[]),
        event("content_block_start", index="0", content_block={"type": "text"}),
        event("content_block_stop"),
        event("message_delta", delta=None, usage=3),
        event("message_start", message={"id": "second"}),
        event("brand_new_event", anything=1),
        b": a comment\n\n",
    ],
)
def test_events_out_of_order_are_passed_over(noise: bytes) -> None:
    body = [start(), text(0, "same"), stop()]
    assert read(noise.join(body)).message == read(b"".join(body)).message


def test_padding_inside_data_means_nothing() -> None:
    padded = STREAMS["text"].replace(b"}\n\n", b"}          \n\n").replace(b'"}', b'"    }')
    assert read(padded).message == read(STREAMS["text"]).message

"""Gemini: requests, answers in each of their forms, who speaks, and what a client's echo may change."""

import json
from typing import Any

import pytest
from gemini_streams import CACHED, ERROR, PIECES, USAGE, array, call, piece, sse, text, wrapped

from store.reading import Answer, Identity, Usage
from store.wire import pick
from store.wire.gemini import WIRE

SSE, JSON = "text/event-stream", "application/json; charset=UTF-8"


def read(body: bytes, kind: str = SSE, status: int = 200) -> Answer:
    return WIRE.answer(body, kind, status)


def shown(answer: Answer) -> list[tuple[str, str, str]]:
    return [(found.kind, found.name, found.text) for found in answer.blocks]


def bare(answer: Answer) -> Answer:
    """Without places, which differ between forms."""
    return answer._replace(blocks=tuple(block._replace(start=-1, end=-1) for block in answer.blocks))


@pytest.mark.parametrize(
    ("path", "name", "model"),
    [
        ("/v1beta/models/gemini-3-pro:generateContent", "gemini.generate-content", "gemini-3-pro"),
        ("/v1beta/models/gemini-3-pro:streamGenerateContent", "gemini.generate-content", "gemini-3-pro"),
        ("/gateway/v1/tunedModels/mine:generateContent", "gemini.generate-content", "mine"),
        ("/v1/projects/p/locations/l/publishers/google/models/g-1:generateContent", "gemini.generate-content", "g-1"),
        ("/v1internal:streamGenerateContent", "gemini.generate-content", "g-2"),
        ("/v1beta/models/gemini-3-pro:countTokens", "gemini.count-tokens", "gemini-3-pro"),
        ("/v1internal:countTokens", "gemini.count-tokens", "g-2"),
        ("/v1beta/models/e:embedContent", "generic", "g-2"),
    ],
)
def test_paths(path: str, name: str, model: str) -> None:
    members = {"model": b'"models/g-2"' if name != "generic" else b'"g-2"'}
    wire = pick(path, members)
    assert (wire.name, wire.model(path, members)) == (name, model)


@pytest.mark.parametrize("name", PIECES)
def test_an_answer_is_the_same_in_every_form(name: str) -> None:
    pieces = PIECES[name]
    answer = bare(read(sse(*pieces)))
    assert answer.terminal
    assert bare(read(array(*pieces), JSON)) == answer
    assert bare(read(sse(*wrapped(*pieces)))) == answer
    assert bare(read(array(*wrapped(*pieces)), JSON)) == answer


def test_thoughts_texts_and_calls() -> None:
    answer = read(sse(*PIECES["thought, text, calls"]))
    assert shown(answer) == [
        ("thinking", "", "Let me see"),
        ("text", "", "I look. Now."),
        ("tool-call", "read_file", ""),
        ("tool-call", "list", ""),
    ]
    assert [block.data for block in answer.blocks[2:]] == [{"path": "a.py", "lines": 2.5}, {}]
    assert answer.usage == Usage(input=5, output=19, cache_read=15, reasoning=12)
    assert (answer.stop_reason, answer.model, answer.response_id) == ("STOP", "gemini-3-pro", "resp-1")
    assert answer.message is not None
    assert [sorted(part) for part in answer.message["parts"]] == [
        ["text", "thought"], ["text"], ["functionCall"], ["functionCall"], ["text", "thoughtSignature"],
    ]  # fmt: skip


@pytest.mark.parametrize("form", [sse, array])
def test_offsets_cut_out_each_block(form: Any) -> None:
    stream = form(*PIECES["thought, text, calls"])
    for block, needle in zip(read(stream).blocks, (b"Let me ", b"I look. ", b"read_file", b"list"), strict=True):
        assert needle in stream[block.start : block.end]


@pytest.mark.parametrize("form", [sse, array])
def test_only_a_whole_answer_is_terminal(form: Any) -> None:
    stream = form(*PIECES["thought, text, calls"])
    end = stream.index(b'"finishReason"')
    assert not any(read(stream[:size]).terminal for size in range(0, end, 11))
    cut = read(stream[: stream.index(b"Now.")])
    assert shown(cut) == [("thinking", "", "Let me see"), ("text", "", "I look. ")]
    assert (cut.blocks[0].end > 0, cut.blocks[1].end, cut.stop_reason) == (True, -1, "")


def test_a_reason_in_every_piece_counts_in_the_last() -> None:
    first = piece(text("a"), finish="STOP")
    assert not read(sse(first, piece(text("b")))).terminal
    assert read(sse(first, piece(text("b"), finish="STOP"))).stop_reason == "STOP"


def test_one_answer_in_one_document() -> None:
    whole = piece(text("Hello."), call("list"), finish="STOP", usage=USAGE)
    answer = read(json.dumps(whole).encode(), JSON)
    assert shown(answer) == [("text", "", "Hello."), ("tool-call", "list", "")]
    assert (answer.terminal, answer.blocks[0].start, answer.usage.input) == (True, -1, 20)
    assert not read(json.dumps(whole).encode()[:-3], JSON).terminal


def test_what_the_provider_refuses_is_said() -> None:
    said, refused = read(sse(*PIECES["safety"])).blocks
    assert (said.text, refused.kind, refused.text) == ("I can", "refusal", "SAFETY")
    blocked = read(sse(*PIECES["blocked"]))
    assert shown(blocked) == [("refusal", "", "PROHIBITED_CONTENT")]
    assert (blocked.stop_reason, blocked.message, blocked.terminal) == ("PROHIBITED_CONTENT", None, True)


@pytest.mark.parametrize("body", [json.dumps(ERROR).encode(), json.dumps([ERROR]).encode(), sse(ERROR)])
def test_errors(body: bytes) -> None:
    answer = read(body, JSON, 429)
    assert answer.error == "RESOURCE_EXHAUSTED: Quota exceeded."
    assert shown(answer) == [("error", "RESOURCE_EXHAUSTED", "Quota exceeded.")]
    assert answer.terminal


def test_an_error_inside_a_stream_keeps_what_came_before() -> None:
    answer = read(sse(piece(text("so far")), ERROR))
    assert [kind for kind, _, _ in shown(answer)] == ["text", "error"]
    assert answer.error and answer.terminal


def test_a_page_in_the_place_of_an_answer() -> None:
    answer = read(b"<html>Bad gateway</html>", "text/html", 502)
    assert (answer.error, answer.blocks[0].kind, answer.terminal) == ("HTTP 502", "error", True)
    assert not read(b"", SSE).terminal


def test_further_candidates_and_sources_are_kept() -> None:
    second = {"content": {"parts": [text("Or this.")], "role": "model"}, "index": 1, "finishReason": "STOP"}
    grounding = {"groundingChunks": [{"web": {"title": "A page", "uri": "https://example.org/"}}]}
    value = piece(text("This."), finish="STOP", groundingMetadata=grounding)
    value["candidates"].append(second)
    assert shown(read(sse(value))) == [
        ("text", "", "This."),
        ("server-tool-result", "google_search", "A page https://example.org/"),
        ("other", "candidate", "Or this."),
    ]


def test_counted_tokens() -> None:
    assert read(b'{"totalTokens": 31}', JSON).usage == Usage(input=31)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"text": "hi"}, ("user", "text", "", "hi", "", False)),
        ({"inlineData": {"mimeType": "image/png", "data": ""}}, ("user", "image", "", "image/png", "", False)),
        ({"inline_data": {"mime_type": "application/pdf"}}, ("user", "document", "", "application/pdf", "", False)),
        ({"fileData": {"fileUri": "gs://x"}}, ("user", "document", "", "gs://x", "", False)),
        (
            {"functionResponse": {"id": "c1", "name": "ls", "response": {"output": "a b"}}},
            ("tool", "tool-result", "ls", "a b", "c1", False),
        ),
        (
            {"functionResponse": {"name": "ls", "response": {"error": "no"}}},
            ("tool", "tool-result", "ls", "no", "", True),
        ),
        (
            {"functionResponse": {"name": "ls", "response": {"n": 1}}},
            ("tool", "tool-result", "ls", '{"n": 1}', "", False),
        ),
        ({"hologram": 1}, ("user", "other", "", "", "", False)),
    ],
)
def test_parts_of_a_request(part: dict[str, Any], expected: tuple[Any, ...]) -> None:
    (block,) = WIRE.request_blocks({"role": "user", "parts": [part]})
    assert (block.role, block.kind, block.name, block.text, block.call_id, block.is_error) == expected


def test_system_and_tools() -> None:
    declared = [{"functionDeclarations": [{"name": "a"}, {"name": "b"}]}, {"googleSearch": {}}]
    members = {
        "systemInstruction": b'{"role": "user", "parts": [{"text": "Be brief."}]}',
        "tools": json.dumps(declared).encode(),
    }
    assert [(block.role, block.text) for block in WIRE.system_blocks(members)] == [("system", "Be brief.")]
    assert [name for name, _ in WIRE.tools(members)] == ["a", "b", "googleSearch"]


CLI = ((b"user-agent", b"GeminiCLI-tui/0.61.0/gemini-3-pro (linux; x64; terminal)"),)


def test_gemini_cli_says_who_it_is() -> None:
    context = "<session_context>\n- **Workspace Directories:**\n  - /home/x/shop\n- **Directory"
    first = {"role": "user", "parts": [{"text": context}, {"text": "hi"}]}
    members = {"session_id": b'"5f0c-1"', "tools": b'[{"functionDeclarations":[]}]'}
    assert WIRE.identity(CLI, members, first) == Identity("gemini-cli", "0.61.0", "5f0c-1", cwd="/home/x/shop")


@pytest.mark.parametrize(
    ("members", "role"),
    [
        ({"tools": b'[{"googleSearch":{}}]'}, "aux:web-search"),
        ({"generationConfig": b'{"responseJsonSchema":{"properties":{"next_speaker":{}}}}'}, "aux:next-speaker"),
        ({"generationConfig": b'{"responseSchema":{"properties":{"model_choice":{}}}}'}, "aux:router"),
        ({"generationConfig": b'{"responseSchema":{"properties":{"whatever":{}}}}'}, "aux:json"),
        ({"generationConfig": b'{"temperature":0}'}, "main"),
        ({}, "main"),
    ],
)
def test_side_calls_of_gemini_cli(members: dict[str, bytes], role: str) -> None:
    assert WIRE.identity(CLI, members, None).role == role
    assert WIRE.identity((), members, None).role == "main"


def model(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "model", "parts": list(parts)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (model(text("a"), text("b")), model(text("ab"))),
        (model(text("hm", thought=True), text("a", thoughtSignature="s")), model(text("a"))),
        (model(text(""), call("ls")), model(call("ls"))),
        (model(call("ls")), model({"functionCall": {"id": "ls-1", "name": "ls"}})),
        (model(call("ls", n=1.0)), model({"functionCall": {"args": {"n": 1}, "name": "ls"}})),
        (model({"function_call": {"name": "ls", "args": {}}}), model(call("ls"))),
        ({"parts": [text("a")]}, {"role": "user", "parts": [text("a")]}),
    ],
)
def test_an_echo_has_the_same_link_form(one: Any, other: Any) -> None:
    assert WIRE.link_form(one) == WIRE.link_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (model(text("a")), model(text("A"))),
        (model(call("ls")), model(call("cat"))),
        (model(call("ls", n=1)), model(call("ls", n=2))),
        (model(text("a")), {"role": "user", "parts": [text("a")]}),
        (model(text("a"), call("ls"), text("b")), model(text("ab"), call("ls"))),
    ],
)
def test_what_was_said_tells_link_forms_apart(one: Any, other: Any) -> None:
    assert WIRE.link_form(one) != WIRE.link_form(other)


def test_cached_tokens_are_not_counted_twice() -> None:
    assert read(sse(piece(text("a"), finish="STOP", usage=CACHED))).usage.context == 20

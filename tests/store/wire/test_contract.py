"""What every wire format promises (`store.reading.Wire`), checked on each module in the folder."""

import json
import pkgutil
from typing import Any

import pytest
from gemini_streams import PIECES, array, sse
from hypothesis import given, settings
from hypothesis import strategies as st
from messages_streams import STREAMS, recorded
from ollama_streams import CHATS as LINES
from ollama_streams import lines
from openai_chat_streams import HOSTS
from openai_chat_streams import STREAMS as CHATS
from openai_response_streams import STREAMS as RESPONSES

import store.wire
from store.body import CONVERSATIONS
from store.canonical import dumps
from store.reading import BLOCK_KINDS, Answer, Block, Identity, Wire
from store.wire import by_name, pick

WIRES = {wire.name: wire for wire in store.wire._wires()}
EVENTS, JSON, NDJSON = "text/event-stream", "application/json", "application/x-ndjson"
SAMPLES = {
    "anthropic.messages": [(each, EVENTS) for each in (*STREAMS.values(), *(each[3] for each in recorded()))][:12],
    "openai.chat": [(each, EVENTS) for each in (*CHATS.values(), *HOSTS.values())],
    "openai.responses": [(each, EVENTS) for each in RESPONSES.values()],
    "gemini.generate-content": [
        (form(*each), kind) for each in PIECES.values() for form, kind in ((sse, EVENTS), (array, JSON))
    ],
    "ollama": [(lines(*each), NDJSON) for each in LINES.values()],
}
STREAMED = [sample for samples in SAMPLES.values() for sample in samples if sample[1] == EVENTS]

API_WORDS = """role content type text tool_use tool_result thinking input source error usage name id user message image
web_search_tool_result stop_reason refusal citations choices delta index finish_reason tool_calls function arguments
reasoning_details output output_index item response response.output_item.added response.completed summary assistant
function_call function_call_output call_id output_text code message contents parts candidates functionCall args
functionResponse inlineData mimeType thought thoughtSignature finishReason promptFeedback usageMetadata error done
images response tool_name prompt_eval_count"""
WORDS = st.sampled_from(API_WORDS.split())
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=5),
    max_leaves=25,
)
RAW = st.binary(max_size=40) | VALUES.map(lambda value: json.dumps(value).encode())
EXTRA = ["systemInstruction", "generationConfig", "session_id", "previous_response_id", "client_metadata"]
MEMBERS = st.dictionaries(
    st.sampled_from(["model", "system", "tools", "metadata", "max_tokens", "output_config", "input", *EXTRA]), RAW
)
HEADERS = st.lists(
    st.tuples(st.sampled_from([b"user-agent", b"x-claude-code-session-id", b"x"]), st.binary(max_size=30))
).map(tuple)
KINDS = st.sampled_from([EVENTS, JSON, NDJSON, "text/html", ""])
every_wire = pytest.mark.parametrize("wire", WIRES.values(), ids=WIRES)


def check_blocks(blocks: tuple[Block, ...]) -> None:
    for block in blocks:
        assert block.kind in BLOCK_KINDS
        assert block.role in ("system", "user", "assistant", "tool")
        assert all(isinstance(value, str) for value in (block.text, block.name, block.call_id))
        assert (block.start, block.end) == (-1, -1) or block.start >= 0


def test_every_module_is_found_and_named_once() -> None:
    modules = {name for _, name, _ in pkgutil.iter_modules(store.wire.__path__)}
    assert {"anthropic", "generic"} <= modules
    assert len(WIRES) == len(list(store.wire._wires()))
    assert list(WIRES)[-1] == "generic"


@every_wire
def test_names_lead_back(wire: Wire) -> None:
    assert by_name(wire.name) is wire
    assert wire.version >= 1
    assert by_name("from a later version").name == "generic"


@every_wire
@settings(deadline=None)
@given(path=st.text(max_size=20) | st.just("/v1/messages"), members=MEMBERS, headers=HEADERS, first=VALUES)
def test_requests_never_raise(wire: Wire, path: str, members: dict[str, bytes], headers: Any, first: Any) -> None:
    assert wire.claims(path, members) in (True, False)
    assert isinstance(wire.model(path, members), str)
    assert isinstance(wire.identity(headers, members, first), Identity)
    assert all(isinstance(name, str) for name, _ in wire.tools(members))
    assert all(isinstance(name, str) for name, _ in wire.placed_tools(first))
    assert wire.tool_item or not wire.placed_tools(first)
    assert isinstance(wire.base(members), str)
    check_blocks(wire.system_blocks(members))
    assert pick(path, members).name in WIRES


@every_wire
@settings(deadline=None)
@given(
    element=VALUES
    | st.fixed_dictionaries({"role": VALUES, "content": VALUES})
    | st.fixed_dictionaries({"role": VALUES, "parts": VALUES})
)
def test_elements_never_raise_and_link_forms_are_stable(wire: Wire, element: Any) -> None:
    check_blocks(wire.request_blocks(element))
    told = json.dumps(element).encode()
    assert isinstance(wire.folder([told, b"<environment_context>" + told, b'["orking directory: "]']), str)
    form = wire.link_form(element)
    data = dumps(form)
    assert dumps(wire.link_form(form)) == data
    assert dumps(wire.link_form(json.loads(json.dumps(element)))) == data


@every_wire
@settings(deadline=None)
@given(body=RAW, kind=KINDS, status=st.sampled_from([0, 101, 200, 429, 500]))
def test_answers_never_raise(wire: Wire, body: bytes, kind: str, status: int) -> None:
    check_blocks(wire.answer(body, kind, status).blocks)


@every_wire
@settings(deadline=None)
@given(events=st.lists(VALUES, max_size=6))
def test_streams_of_anything_never_raise(wire: Wire, events: list[Any]) -> None:
    stream = b"".join(b"data: %s\n\n" % json.dumps(event).encode() for event in events)
    check_blocks(wire.answer(stream, "text/event-stream", 200).blocks)


@every_wire
@settings(deadline=None)
@given(data=st.data(), share=st.floats(0, 1))
def test_a_cut_answer_is_the_start_of_the_whole(wire: Wire, data: st.DataObject, share: float) -> None:
    body, kind = data.draw(st.sampled_from([*STREAMED, *SAMPLES.get(wire.name, [])]))
    whole = wire.answer(body, kind, 200)
    size = int(len(body) * share)
    size -= body[size - 1 : size + 1] == b"\r\n"  # a CR alone would end a line as well
    while body[size : size + 1] and body[size] & 0xC0 == 0x80:  # half a character is told as what it is not
        size -= 1
    cut = wire.answer(body[:size], kind, 200)
    assert len(cut.blocks) <= len(whole.blocks)
    for part, full in zip(cut.blocks, whole.blocks, strict=False):
        if part.kind == full.kind:
            assert full.text.startswith(part.text)
            assert (part.start, part.name) == (full.start, full.name)
            assert part.end in (-1, full.end)


def said(blocks: tuple[Block, ...]) -> tuple[str, list[tuple[str, Any]]]:
    """Text, and calls with their input."""
    text = "".join(block.text for block in blocks if block.kind == "text")
    return text, [(block.name, block.data) for block in blocks if block.kind == "tool-call"]


@pytest.mark.parametrize("name", SAMPLES)
def test_an_answer_that_is_sent_back_says_the_same_and_links(name: str) -> None:
    wire = WIRES[name]
    for body, kind in SAMPLES[name]:
        answer = wire.answer(body, kind, 200)
        if answer.message is None:
            continue
        elements = [json.loads(json.dumps(element)) for element in wire.echo(answer.message)]
        text, calls = said(tuple(block for each in elements for block in wire.request_blocks(each)))
        assert said(answer.blocks)[0].startswith(text)  # of several answers clients send back the first
        assert calls == said(answer.blocks)[1]
        forms = [dumps(wire.link_form(element)) for element in wire.echo(answer.message)]
        assert [dumps(wire.link_form(element)) for element in elements] == forms


@every_wire
def test_a_conversation_is_a_member_that_bodies_are_split_at(wire: Wire) -> None:
    assert wire.conversation == "" or wire.conversation.encode() in CONVERSATIONS


def test_only_the_end_of_a_message_stream_is_terminal() -> None:
    wire = by_name("anthropic.messages")
    sample = STREAMS["thinking, text, parallel tools"]

    def at(size: int) -> Answer:
        return wire.answer(sample[:size], "text/event-stream", 200)

    assert at(len(sample)).terminal
    assert not any(at(size).terminal for size in range(0, len(sample), 7) if size < len(sample))
    assert not at(len(sample) - 1).terminal

"""Items of the Responses API as blocks."""

import json
from typing import Any

import pytest

from store.reading import Block
from store.wire.openai_responses import WIRE

UNKNOWN = {"type": "hologram", "beam": 1}
REFERENCE = {"type": "item_reference", "id": "msg_1"}
SEALED = {"type": "encrypted_content", "encrypted_content": "gAAA"}
SPAWN = {"type": "function", "name": "spawn", "description": "\n  Starts one.\nAnd more.", "parameters": {}}
TEAM = {"type": "namespace", "name": "team", "tools": [SPAWN]}
COMPACTED = {"type": "compaction", "encrypted_content": "gAAA"}


@pytest.mark.parametrize(
    ("item", "blocks"),
    [
        ("hi", [Block("user", "text", "hi")]),
        (
            {"type": "agent_message", "author": "/root", "content": [{"type": "input_text", "text": "Task:"}, SEALED]},
            [Block("user", "other", "Task:", name="agent_message", data=SEALED)],
        ),
        (
            {"type": "additional_tools", "role": "developer", "tools": [TEAM, {"type": "web_search"}]},
            [Block("system", "other", "team.spawn: Starts one.\nweb_search: ", name="additional_tools")],
        ),
        ({"role": "user", "content": "hi"}, [Block("user", "text", "hi")]),
        (
            {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "a"}]},
            [Block("system", "text", "a")],
        ),
        (
            {"type": "message", "role": "user", "content": [{"type": "input_image", "image_url": "data:x"}]},
            [Block("user", "image", data={"image_url": "data:x"})],
        ),
        (
            {"role": "user", "content": [{"type": "input_file", "filename": "a.pdf", "file_data": "x"}]},
            [Block("user", "document", "a.pdf", data={"type": "input_file", "filename": "a.pdf", "file_data": "x"})],
        ),
        (
            {"type": "function_call", "call_id": "c", "name": "Bash", "arguments": '{"command": "ls"}'},
            [Block("assistant", "tool-call", name="Bash", call_id="c", data={"command": "ls"})],
        ),
        (
            {"type": "function_call", "call_id": "c", "namespace": "mcp", "name": "f", "arguments": "{"},
            [Block("assistant", "tool-call", name="mcp.f", call_id="c", data="{")],
        ),
        (
            {"type": "function_call_output", "call_id": "c", "output": "a\nb"},
            [Block("tool", "tool-result", "a\nb", call_id="c")],
        ),
        (
            {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "x"}]},
            [Block("tool", "tool-result", "x", call_id="c")],
        ),
        (
            {"type": "custom_tool_call", "call_id": "c", "name": "apply_patch", "input": "***"},
            [Block("assistant", "tool-call", name="apply_patch", call_id="c", data="***")],
        ),
        (
            {"type": "custom_tool_call_output", "call_id": "c", "output": "ok"},
            [Block("tool", "tool-result", "ok", call_id="c")],
        ),
        (
            {"type": "local_shell_call", "call_id": "c", "action": {"command": ["ls"]}},
            [Block("assistant", "tool-call", name="local_shell", call_id="c", data={"command": ["ls"]})],
        ),
        (
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "a"}], "encrypted_content": "g"},
            [Block("assistant", "thinking", "a")],
        ),
        ({"type": "reasoning", "summary": [], "encrypted_content": "g"}, [Block("assistant", "thinking", data="g")]),
        (
            {"type": "web_search_call", "id": "w", "status": "completed", "action": {"query": "sky"}},
            [Block("assistant", "server-tool-call", name="web_search", call_id="w", data={"query": "sky"})],
        ),
        (
            {"type": "mcp_call", "id": "m", "name": "f", "arguments": "{}", "output": None, "error": "gone"},
            [
                Block("assistant", "server-tool-call", name="f", call_id="m", data={}),
                Block("assistant", "server-tool-result", "gone", "f", "m", data={"error": "gone"}, is_error=True),
            ],
        ),
        (COMPACTED, [Block("assistant", "other", name="compaction", data=COMPACTED)]),
        (REFERENCE, [Block("user", "other", name="item_reference", data=REFERENCE)]),
        (UNKNOWN, [Block("user", "other", name="hologram", data=UNKNOWN)]),
        (7, [Block("user", "other", data=7)]),
    ],
)
def test_items(item: Any, blocks: list[Block]) -> None:
    assert list(WIRE.request_blocks(item)) == blocks


def test_a_stored_answer_is_its_items() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    message = {"role": "assistant", "output": [{"role": "assistant", "content": "Hi"}, call]}
    assert [block.kind for block in WIRE.request_blocks(message)] == ["text", "tool-call"]
    assert WIRE.echo(message) == tuple(message["output"])


def test_members() -> None:
    members = {
        "model": b'"m"',
        "instructions": b'"Be brief."',
        "previous_response_id": b'"resp_0"',
        "tools": b'[{"type":"function","name":"a"},{"type":"web_search"},3,'
        b'{"type":"namespace","name":"mcp","tools":[{"type":"function","name":"b"}]}]',
    }
    assert WIRE.model("/v1/responses", members) == "m"
    assert WIRE.system_blocks(members) == (Block("system", "text", "Be brief."),)
    assert WIRE.base(members) == "resp_0"
    assert WIRE.base({"previous_response_id": b"null"}) == ""
    assert [name for name, _ in WIRE.tools(members)] == ["a", "web_search", "", "mcp.b"]


def test_tools_that_stand_in_the_conversation() -> None:
    item = {"type": "additional_tools", "role": "developer", "tools": [TEAM, {"type": "web_search"}]}
    assert WIRE.placed_tools(item) == (("team.spawn", SPAWN), ("web_search", {"type": "web_search"}))
    assert WIRE.tool_item in json.dumps(item).encode()
    for other in ({"type": "message", "tools": [SPAWN]}, {"type": "additional_tools", "tools": 7}, "additional_tools"):
        assert WIRE.placed_tools(other) == ()


@pytest.mark.parametrize("path", ["/v1/responses", "/backend-api/codex/responses", "/v1/responses/compact"])
def test_paths(path: str) -> None:
    assert WIRE.claims(path, {})
    assert not WIRE.claims(path + "/input_tokens", {})

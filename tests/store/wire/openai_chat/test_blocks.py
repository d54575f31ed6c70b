"""Messages of Chat Completions as blocks."""

from typing import Any

import pytest

from store.reading import Block
from store.wire.openai_chat import WIRE

CALL = {"id": "call_1", "type": "function", "function": {"name": "Bash", "arguments": '{"command": "ls"}'}}
IMAGE = {"url": "data:image/png;base64,AA"}


@pytest.mark.parametrize(
    ("message", "blocks"),
    [
        ({"role": "user", "content": "hi"}, [Block("user", "text", "hi")]),
        ({"role": "developer", "content": "Be brief."}, [Block("system", "text", "Be brief.")]),
        ({"role": "system", "content": [{"type": "text", "text": "a"}]}, [Block("system", "text", "a")]),
        ({"role": "assistant", "content": None}, []),
        ({"role": "assistant", "content": ""}, []),
        (
            {"role": "assistant", "content": "Look:", "tool_calls": [CALL]},
            [
                Block("assistant", "text", "Look:"),
                Block("assistant", "tool-call", name="Bash", call_id="call_1", data={"command": "ls"}),
            ],
        ),
        (
            {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{oops"}},
            [Block("assistant", "tool-call", name="f", data="{oops")],
        ),
        ({"role": "assistant", "refusal": "No."}, [Block("assistant", "refusal", "No.")]),
        (
            {"role": "assistant", "content": "Yes", "reasoning_content": "Hm", "reasoning": "Hm"},
            [Block("assistant", "thinking", "Hm"), Block("assistant", "text", "Yes")],
        ),
        (
            {"role": "tool", "tool_call_id": "call_1", "content": "a\nb"},
            [Block("tool", "tool-result", "a\nb", call_id="call_1")],
        ),
        (
            {
                "role": "tool",
                "tool_call_id": "c",
                "content": [{"type": "text", "text": "x"}, {"type": "image_url", "image_url": IMAGE}],
            },
            [Block("tool", "tool-result", "x", call_id="c", data=[{"type": "image_url", "image_url": IMAGE}])],
        ),
        ({"role": "function", "name": "f", "content": "1"}, [Block("tool", "tool-result", "1", name="f")]),
        (
            {"role": "user", "content": [{"type": "image_url", "image_url": IMAGE}]},
            [Block("user", "image", data={"image_url": IMAGE})],
        ),
        (
            {"role": "user", "content": [{"type": "file", "file": {"filename": "a.pdf", "file_data": "x"}}]},
            [Block("user", "document", "a.pdf", data={"filename": "a.pdf", "file_data": "x"})],
        ),
        (
            {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "x"}}]},
            [Block("user", "other", name="input_audio", data={"type": "input_audio", "input_audio": {"data": "x"}})],
        ),
    ],
)
def test_messages(message: dict[str, Any], blocks: list[Block]) -> None:
    assert list(WIRE.request_blocks(message)) == blocks


def test_tools_of_all_kinds_have_a_name() -> None:
    members = {
        "tools": b'[{"type":"function","function":{"name":"a"}},{"type":"custom","custom":{"name":"b"}},'
        b'{"type":"c"},1]',
        "functions": b'[{"name":"d"}]',
    }
    assert [name for name, _ in WIRE.tools(members)] == ["a", "b", "c", "", "d"]


def test_paths_and_models() -> None:
    azure = "/openai/deployments/my%20gpt/chat/completions"
    assert WIRE.claims("/api/v1/chat/completions", {})
    assert WIRE.claims(azure, {"stream": b"true"})
    assert not WIRE.claims("/v1/completions", {"model": b'"m"'})
    assert WIRE.model(azure, {}) == "my gpt"
    assert WIRE.model("/v1/chat/completions", {"model": b'"m"'}) == "m"

"""Who speaks an OpenAI format."""

import json
from typing import Any

import pytest

from store.reading import Identity
from store.wire.openai_identity import read_identity
from store.wire.openai_responses import Responses

CODEX = (b"user-agent", b"codex_cli_rs/0.169.0 (Ubuntu 24.4.0; x86_64) xterm")
TURN: dict[str, Any] = {"session_id": "s-1", "thread_id": "s-1", "turn_id": "t", "request_kind": "turn", "cwd": "/w"}


def codex(*headers: tuple[bytes, bytes], **members: Any) -> Identity:
    raw = {name: json.dumps(value).encode() for name, value in members.items()}
    return read_identity((CODEX, *headers), raw, None)


def metadata(**more: Any) -> tuple[bytes, bytes]:
    return (b"x-codex-turn-metadata", json.dumps({**TURN, **more}).encode())


def test_the_main_thread_of_codex() -> None:
    expected = Identity("codex", "0.169.0", "s-1", cwd="/w")
    assert codex(metadata()) == expected
    assert codex(client_metadata={"x-codex-turn-metadata": json.dumps(TURN)}) == expected
    assert codex((b"session-id", b"s-1"), (b"thread-id", b"s-1")) == expected._replace(cwd="")


def test_a_subagent_of_codex() -> None:
    expected = Identity("codex", "0.169.0", "s-1", "th-2", "sub", "/w")
    assert codex(metadata(thread_id="th-2", parent_thread_id="s-1")) == expected
    headers = ((b"session-id", b"s-1"), (b"thread-id", b"th-2"), (b"x-codex-parent-thread-id", b"s-1"))
    assert codex(*headers) == expected._replace(cwd="")
    assert codex(*headers[:2], (b"x-openai-subagent", b"review")) == expected._replace(cwd="")


@pytest.mark.parametrize("kind", ["prewarm", "compaction"])
def test_side_calls_of_codex(kind: str) -> None:
    assert codex(metadata(request_kind=kind)).role == f"aux:{kind}"


def test_a_message_of_a_socket_says_more_than_the_handshake() -> None:
    """Codex opens the socket with a prewarm; the headers stay, each message tells what it is."""
    said = {"x-codex-turn-metadata": json.dumps(TURN), "thread_id": "s-1"}
    assert codex(metadata(request_kind="prewarm"), client_metadata=said).role == "main"
    assert codex(metadata(request_kind="prewarm")).role == "aux:prewarm"


def test_an_older_codex() -> None:
    headers = ((b"user-agent", b"codex_exec/0.77.0"), (b"conversation_id", b"c-1"), (b"session_id", b"c-1"))
    assert read_identity(headers, {}, None) == Identity("codex", "0.77.0", "c-1")
    assert codex(prompt_cache_key="c-1").session == "c-1"


def test_opencode_and_its_subagents_and_titles() -> None:
    agent = (b"user-agent", b"opencode/1.18.33 ai-sdk/provider-utils")
    child = ((b"x-session-id", b"ses_2"), (b"x-parent-session-id", b"ses_1"))
    assert read_identity((agent, child[0]), {}, None) == Identity("opencode", "1.18.33", "ses_2")
    assert read_identity((agent, *child), {}, None) == Identity("opencode", "1.18.33", "ses_1", "ses_2", "sub")
    prompt = {"role": "system", "content": "You are a title generator. You output ONLY a thread title."}
    assert read_identity((agent, child[0]), {}, prompt).role == "aux:title"
    members = {"instructions": json.dumps(prompt["content"]).encode()}
    assert read_identity((agent, child[0]), members, None).role == "aux:title"


def test_clients_without_ids() -> None:
    assert read_identity(((b"user-agent", b"OpenAI/Python 2.54.0"),), {}, None) == Identity("openai-python", "2.54.0")
    assert read_identity(((b"user-agent", b"pi/0.74"), (b"session_id", b"a b")), {}, None).session == ""
    assert read_identity(((b"user-agent", b"pi/0.74"), (b"session_id", b"ab")), {}, None).session == "ab"


@pytest.mark.parametrize("text", ["[1]", "{", '{"session_id": 5, "request_kind": ["turn"], "cwd": 1}', "null"])
def test_metadata_of_another_shape(text: str) -> None:
    found = codex((b"x-codex-turn-metadata", text.encode()), (b"session-id", b"s"), client_metadata=[text])
    assert found == Identity("codex", "0.169.0", "s")


CONTEXT = "<environment_context>\n  <cwd>/home/x/shop</cwd>\n  <shell>bash</shell>\n</environment_context>"


@pytest.mark.parametrize(
    ("content", "folder"),
    [
        ([{"type": "input_text", "text": CONTEXT}], "/home/x/shop"),
        ([{"type": "input_text", "text": "# AGENTS.md"}, {"type": "input_text", "text": CONTEXT}], "/home/x/shop"),
        ([{"type": "input_text", "text": f"What does {CONTEXT} mean?"}], ""),
        ([{"type": "input_text", "text": "<environment_context></environment_context>"}], ""),
        ([{"type": "input_text", "text": CONTEXT.replace("shop", "a\nb")}], ""),
        (CONTEXT, ""),
    ],
)
def test_codex_tells_its_folder_in_a_message(content: object, folder: str) -> None:
    developer = {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "You are Codex."}]}
    opening = [developer, {"type": "message", "role": "user", "content": content}]
    assert Responses().folder([json.dumps(each).encode() for each in opening]) == folder

"""Who is speaking, from the headers and members that Claude Code and the SDKs send."""

import json
from typing import Any

import pytest
from messages_streams import recorded

from store.headers import Headers
from store.reading import Identity
from store.wire.anthropic import WIRE

SESSION = "ac9b5a71-50d4-47c2-b771-4d5c3e96d899"
AGENT = ((b"User-Agent", b"claude-cli/2.1.219 (external, sdk-cli)"),)


def members(**values: Any) -> dict[str, bytes]:
    return {name: json.dumps(value).encode() for name, value in ({"model": "m", "max_tokens": 9} | values).items()}


def who(headers: Headers = AGENT, first: Any = None, **values: Any) -> Identity:
    return WIRE.identity(headers, members(**values), first)


def test_the_session_header_wins() -> None:
    metadata = {"user_id": json.dumps({"session_id": "other"})}
    assert who((*AGENT, (b"X-Claude-Code-Session-Id", SESSION.encode())), metadata=metadata).session == SESSION


@pytest.mark.parametrize(
    ("user_id", "session"),
    [
        (json.dumps({"device_id": "d", "session_id": SESSION}), SESSION),
        (f"user_0a_account_11-22_session_{SESSION}", SESSION),
        ("user_0a_account_11-22", ""),
        (json.dumps({"session_id": "../../etc"}), ""),
        (json.dumps({"session_id": 7}), ""),
        (7, ""),
    ],
)
def test_the_session_in_the_user_id(user_id: Any, session: str) -> None:
    assert who(metadata={"user_id": user_id}).session == session


def test_another_client_may_name_its_session_in_the_same_way() -> None:
    curl = ((b"user-agent", b"curl/8"),)
    assert who(curl, metadata={"user_id": json.dumps({"session_id": SESSION})}).session == SESSION
    assert who(curl, metadata={"user_id": "customer 4711"}).session == ""


def test_a_subagent() -> None:
    found = who((*AGENT, (b"x-claude-code-agent-id", b"a0c0778e223db598c")))
    assert (found.thread, found.role) == ("a0c0778e223db598c", "sub")


@pytest.mark.parametrize(
    "line", ["Working directory: /a b/c", " - Primary working directory: /a b/c"], ids=["sub", "main"]
)
def test_the_working_directory(line: str) -> None:
    assert who(system=[{"type": "text", "text": f"<env>\n{line}\nPlatform: x"}]).cwd == "/a b/c"
    assert who(system=f"{line}").cwd == "/a b/c"
    before = "My working directory: lost\nWorking directory: \nNo Working directory: lost, Working directory: lost"
    assert who(system=f"{before}\n{line}\nWorking directory: later").cwd == "/a b/c"
    assert who(system=before).cwd == ""


def test_side_calls() -> None:
    title = {"format": {"type": "json_schema", "schema": {"type": "object", "properties": {"title": {}}}}}
    assert who(tools=[], output_config=title).role == "aux:title"
    assert who(system="Generate a concise, sentence-case title (3-7 words)").role == "aux:title"
    assert who(tools=[{"name": "Bash"}], output_config=title).role == "main"
    topic = "Analyze if this message indicates a new conversation topic. If it does, extract a title."
    assert who(system=[{"type": "text", "text": "You are Claude Code."}, {"type": "text", "text": topic}]).role == (
        "aux:title"
    )
    asked: dict[str, Any] = title["format"]["schema"]["properties"]
    asked["isNewTopic"] = {"type": "boolean"}
    assert who(output_config=title).role == "aux:title"
    asked["branch"] = {}  # the title of a session that is only made elsewhere
    assert who(output_config=title).role == "main"
    quota = {"role": "user", "content": "quota"}
    assert who(max_tokens=1, first=quota).role == "aux:quota-check"
    assert who(max_tokens=1, first={"role": "user", "content": [{"type": "text", "text": "quota"}]}).role == (
        "aux:quota-check"
    )
    assert who(max_tokens=2, first=quota).role == "main"
    assert WIRE.identity(AGENT, {"model": b'"m"'}, None).role == "aux:count-tokens"


def test_opencode_says_the_same_to_every_provider() -> None:
    agent = ((b"user-agent", b"opencode/1.18.33"), (b"X-Session-Id", b"ses_1"))
    assert who(agent) == Identity("opencode", "1.18.33", "ses_1")
    assert who((*agent, (b"x-parent-session-id", b"ses_0"))) == Identity("opencode", "1.18.33", "ses_0", "ses_1", "sub")
    assert who(agent, system=[{"type": "text", "text": "You are a title generator. Only a title."}]).role == "aux:title"


@pytest.mark.skipif(not list(recorded()), reason="the recorded turns are not at hand")
def test_the_recorded_session() -> None:
    found = []
    for _, body, headers, _ in recorded():
        raw = {name: json.dumps(value).encode() for name, value in body.items() if name != "messages"}
        found.append(WIRE.identity(tuple(headers), raw, body["messages"][0]))
    assert {(who.client, who.version, who.session) for who in found} == {("claude-code", "2.1.219", SESSION)}
    assert [who.role for who in found] == ["aux:title", *["main"] * 8, "sub", "sub", *["main"] * 6]
    assert [who.thread for who in found[8:12]] == ["", "a0c0778e223db598c", "a0c0778e223db598c", ""]
    assert {who.cwd for who in found[1:]} == {"/private/tmp/tapes-fixture-run"}


ENVIRONMENT = (
    "# Environment\nYou have been invoked here:\n - Primary working directory: /home/x/shop\n - Platform: linux"
)


@pytest.mark.parametrize(
    ("message", "folder"),
    [
        ({"role": "system", "content": ENVIRONMENT}, "/home/x/shop"),
        ({"role": "system", "content": [{"type": "text", "text": ENVIRONMENT}]}, "/home/x/shop"),
        ({"role": "user", "content": ENVIRONMENT}, ""),
        ({"role": "system", "content": "My working directory: lost"}, ""),
        ({"role": "system", "content": [ENVIRONMENT, {"type": "text", "text": 7}]}, ""),
    ],
)
def test_newer_versions_tell_their_folder_in_a_system_message(message: dict[str, Any], folder: str) -> None:
    opening = [{"role": "user", "content": "Hi."}, message]
    assert WIRE.folder([json.dumps(each).encode() for each in opening]) == folder

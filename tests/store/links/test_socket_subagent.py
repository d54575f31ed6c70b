"""What Codex 0.169 does on its sockets: prewarm, turns that send only what is new, subagents with a prewarm."""

import json
from pathlib import Path
from typing import Any

import pytest
from openai_response_streams import Events

from store.archive import Archive
from store.exchange import Chunk, Exchange
from store.record import Recorder

PROMPT = "Count the files in this folder, please."
SPAWN = {"type": "function_call", "call_id": "call_s", "name": "spawn_agent"}


def said(role: str, text: str) -> dict[str, Any]:
    return {"type": "message", "role": role, "content": [{"type": "input_text", "text": text}]}


class Sockets:
    """Requests and answers as they pass, one a second."""

    def __init__(self) -> None:
        self._clock = 1_790_000_000_000

    def ask(
        self, answer: Events, *items: dict[str, Any], thread: str = "main", kind: str = "turn", **members: Any
    ) -> Exchange:
        self._clock += 1000
        kind = "prewarm" if members.get("generate") is False else kind
        metadata = {"session_id": "main", "thread_id": thread, "request_kind": kind}
        if thread != "main":
            metadata["parent_thread_id"] = "main"
        body = {"type": "response.create", "model": "m", "input": items, **members}
        body["client_metadata"] = {"x-codex-turn-metadata": json.dumps(metadata)}
        passed = answer.socket_body()
        return Exchange(
            method="GET",
            url="https://api.openai.com/v1/responses",
            request_headers=((b"user-agent", b"codex_exec/0.169.0"),),
            request_body=json.dumps(body).encode(),
            started_ms=self._clock,
            status=101,
            response_body=passed,
            chunks=(Chunk(10, len(passed)),),
            first_byte_ms=10,
            end_ms=20,
        )


@pytest.mark.parametrize("namespace", ["multi_agent_v1", "collaboration"])
def test_the_subagent_is_joined_to_its_call(namespace: str, tmp_path: Path) -> None:
    sockets, system = Sockets(), said("developer", "You are a coding agent.")
    call = {**SPAWN, "namespace": namespace}
    spawn = Events("r2").item({**call, "arguments": ""}, {**call, "arguments": json.dumps({"message": PROMPT})})
    result = {"type": "function_call_output", "call_id": "call_s", "output": '{"agent_id":"child"}'}
    exchanges = [
        sockets.ask(Events("r1").end(), system, generate=False),
        sockets.ask(spawn.end(), said("user", "Say hi."), previous_response_id="r1"),
        sockets.ask(Events("r3").end(), system, generate=False, thread="child"),
        sockets.ask(Events("r4").text("Seven.").end(), said("user", PROMPT), thread="child", previous_response_id="r3"),
        sockets.ask(Events("r5").text("Done.").end(), result, previous_response_id="r2"),
    ]
    with Archive.create(tmp_path) as archive, Recorder(archive) as recorder:
        ids = [recorder.record(each).turn for each in exchanges]
        prewarm, asks, warm, child, goes_on = (json.loads(archive.get(each).payload) for each in ids)
    numbers = {each.hex(): number for number, each in enumerate(ids, 1)}

    def edges(turn: dict[str, Any]) -> list[tuple[str, int, str]]:
        return [(each["kind"], numbers[each["turn"]], each.get("call", "")) for each in turn["parents"]]

    assert [edges(each) for each in (prewarm, asks, warm)] == [[], [("continues", 1, "")], []]
    assert edges(child) == [("continues", 3, ""), ("spawned-by", 2, "call_s")]
    assert edges(goes_on) == [("continues", 2, "")]
    assert [each["role"] for each in (prewarm, asks, warm, child)] == ["aux:prewarm", "main", "aux:prewarm", "sub"]
    assert {each["outcome"] for each in (prewarm, asks, warm, child, goes_on)} == {"complete"}
    assert child["thread"] == "child"


def base(response: str) -> dict[str, str]:
    """The response that a request goes on from."""
    return {"previous_response_id": response}


def output(events: Events) -> list[dict[str, Any]]:
    """An answer's items as Codex sends them back."""
    return [{**item, "internal_chat_message_metadata_passthrough": {}} for item in events.output]


def test_an_empty_warm_up_is_no_history(tmp_path: Path) -> None:
    """A socket opened anew is warmed up with nothing, and the first request on it brings all of the history along."""
    sockets, system, prompt = Sockets(), said("developer", "You are a coding agent."), said("user", "Say hi.")
    prompt["content"] += said("user", "<environment_context><cwd>/home/x</cwd></environment_context>")["content"]
    call = Events("r2").call("call_s", "exec", "{}")
    result = {"type": "function_call_output", "call_id": "call_s", "output": "aborted"}
    words, last = Events("r5").text("Hi there."), Events("r9").text("Yes.")
    history = [system, prompt, *output(call), {**result, "output": "done"}]
    sealed = {"type": "compaction", "id": "cmp_1", "encrypted_content": "gAAA-all-of-it"}
    forked, sub = [system, prompt, *output(call), result, said("developer", "You are a child.")], {"thread": "child"}
    summary, trigger = Events("r11").item(sealed, sealed), {"type": "compaction_trigger"}
    refused = Events("")
    refused.messages = [b'{"type":"error","status":500,"error":{"type":"server_error","message":"no"}}']
    exchanges = [
        sockets.ask(Events("r1").end(), generate=False),
        sockets.ask(call.end(), system, prompt, previous_response_id="r1"),
        sockets.ask(refused, history[-1], previous_response_id="r2"),
        sockets.ask(words.end(), *history),
        sockets.ask(Events("r6").end(), generate=False, **sub),
        sockets.ask(Events("r7").text("Child.").end(), *forked, previous_response_id="r6", **sub),
        sockets.ask(Events("r8").end(), generate=False),
        sockets.ask(last.end(), *(history := [*history, *output(words), said("user", "Sure?")]), **base("r8")),
        sockets.ask(Events("r10").end(), generate=False),
        sockets.ask(summary.end(), *history, *output(last), trigger, kind="compaction", **base("r10")),
        sockets.ask(Events("r12").text("On.").end(), system, prompt, sealed, said("user", "Go on.")),
    ]
    with Archive.create(tmp_path) as archive, Recorder(archive) as recorder:
        ids = [recorder.record(each).turn for each in exchanges]
        turns = [json.loads(archive.get(each).payload) for each in ids]
    assert [turn["client"]["cwd"] for turn in turns] == [*["", "/home/x"] * 5, "/home/x"]
    numbers = {each.hex(): number for number, each in enumerate(ids)}
    found = [[(each["kind"], numbers[each["turn"]]) for each in turn["parents"]] for turn in turns]
    assert found == [
        [],
        [("continues", 0)],
        [("continues", 1)],
        [("continues", 1), ("retries", 2)],
        [],
        [("forks", 1)],
        [],
        [("continues", 3)],
        [],
        [("continues", 7)],
        [("compacts", 9)],
    ]

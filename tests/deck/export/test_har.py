"""HAR 1.2: what the format asks for, and every body as it was."""

import base64
import copy
import json
from pathlib import Path
from typing import Any

import pytest
import traffic_kinds
from archives import forked, recorded
from exported import exported
from har_check import faults


@pytest.fixture(scope="module")
def har(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("har") / "a"
    recorded(path, traffic_kinds.exchanges())
    data = exported(path, "har", everything=True)
    assert data.isascii()
    return json.loads(data)


def entries(har: Any) -> list[Any]:
    return sorted(har["log"]["entries"], key=lambda entry: entry["startedDateTime"])


def test_it_is_sound(har: Any) -> None:
    assert faults(har) == []


def test_the_check_finds_what_is_not(har: Any) -> None:
    def without(har: Any) -> None:
        del har["log"]["entries"][0]["cache"]

    def strange(har: Any) -> None:
        har["log"]["entries"][0]["request"]["turn"] = "x"

    def untimed(har: Any) -> None:
        har["log"]["entries"][0]["timings"]["wait"] += 1

    def mistyped(har: Any) -> None:
        har["log"]["entries"][0]["response"]["status"] = "200"

    for change in (without, strange, untimed, mistyped):
        changed = copy.deepcopy(har)
        change(changed)
        assert len(faults(changed)) == 1


def test_bodies_and_how_they_are_told(har: Any) -> None:
    contents = [entry["response"]["content"] for entry in entries(har)]
    assert base64.b64decode(contents[0]["text"]).startswith(b"event: message_start")  # not ASCII, and no charset
    assert contents[0]["encoding"] == "base64" and "é" in contents[1]["text"] and "encoding" not in contents[1]
    assert base64.b64decode(contents[3]["text"]) == bytes(range(256))
    sent = next(traffic_kinds.exchanges()).request_body
    assert entries(har)[0]["request"]["postData"]["text"].encode() == sent


def test_times_and_ends(har: Any) -> None:
    first, *_rest = every = entries(har)
    assert (first["time"], first["timings"]) == (50, {"send": 3, "wait": 17, "receive": 30})
    assert first["startedDateTime"] == "2026-09-21T14:13:20.001200+00:00"
    assert [entry["response"]["status"] for entry in every] == [200, 200, 529, 200, 200, 200, 200, 0, 101]
    assert every[7]["response"]["_error"] == "no-response" and "_error" not in first["response"]


def test_messages_of_a_socket(har: Any) -> None:
    entry = entries(har)[-1]
    messages = entry["_webSocketMessages"]
    assert entry["_resourceType"] == "websocket"
    assert [message["type"] for message in messages] == ["send", "receive", "send", "receive"]
    assert [message["opcode"] for message in messages] == [1, 1, 2, 1]
    assert base64.b64decode(messages[2]["data"]) == b"\x00\n\n< x"
    assert messages[1]["time"] == 1_790_000_008.011


def test_hostile_text_is_sound_too(tmp_path: Path) -> None:
    forked(tmp_path / "a")
    assert faults(json.loads(exported(tmp_path / "a", "har", everything=True))) == []

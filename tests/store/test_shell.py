"""A body without its conversation: what is there besides, and what was cut out, without a message being read."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from exchanges import conversation
from kafka_session import Clock, Thread, text

from store.archive import Archive
from store.exchange import Exchange
from store.parts import restore
from store.record import Recorder


def kept(path: Path, exchanges: list[Exchange]) -> tuple[Archive, list[dict[str, Any]]]:
    """The archive, and the request of each turn."""
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        turns = [recorder.record(exchange).turn for exchange in exchanges]
    opened = Archive.open(path)
    return opened, [json.loads(opened.get_kind(turn, "turn"))["request"] for turn in turns]


def test_a_shell_and_its_cuts_give_the_body(tmp_path: Path) -> None:
    thread = Thread(Clock())
    sent = []
    for number in range(3):
        block = {**text(f"question {number} " + "x" * 2000), "cache_control": {"type": "ephemeral"}}
        sent.append(thread.send([block, text("more")], [text(f"answer {number}")]))
    archive, requests = kept(tmp_path / "archive", sent)
    with archive:
        for exchange, request in zip(sent, requests, strict=True):
            shell = archive.objects.shell(bytes.fromhex(request["body"]))
            assert shell is not None
            elements = list(archive.objects.elements(bytes.fromhex(request["tip"]), request["count"]))
            cuts: dict[int, list[tuple[int, bytes]]] = {}
            for from_end, offset, data in shell.cuts:
                cuts.setdefault(len(elements) - from_end, []).append((offset, data))
            whole = [restore(element, cuts.get(number, ())) for number, element in enumerate(elements)]
            assert shell.data.replace(b"[null]", b"[" + b",".join(whole) + b"]") == exchange.request_body


def test_no_message_is_read_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, requests = kept(tmp_path / "archive", list(conversation(4, "s", system_words=900)))
    with archive:
        asked: list[bytes] = []
        monkeypatch.setattr(archive.objects, "message", lambda id: asked.append(id))
        shell = archive.objects.shell(bytes.fromhex(requests[-1]["body"]))
        assert shell is not None and asked == []
        members = json.loads(shell.data)
        assert members["messages"] == [None]
        assert [tool["name"] for tool in members["tools"]] == ["a", "b", "c"] and len(members["system"]) > 5000


def test_a_body_that_was_kept_whole_has_none(tmp_path: Path) -> None:
    exchange = Thread(Clock()).send([text("Begin.")], [text("Yes.")])
    archive, (request,) = kept(tmp_path / "archive", [replace(exchange, request_body=b"no JSON")])
    with archive:
        assert archive.objects.shell(bytes.fromhex(request["body"])) is None

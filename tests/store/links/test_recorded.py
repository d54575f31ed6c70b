"""The recorded session of Claude Code: 14 turns link, 3 are roots, none is wrong, the subagent has its call."""

import json
from pathlib import Path

import pytest
from claude_17 import RECORDED, exchanges

from store.archive import Archive
from store.record import Recorder
from store.wire import blocks_of, by_name

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded traffic is not here")


def test_the_recorded_session(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "archive") as archive, Recorder(archive) as recorder:
        turns = [recorder.record(each).turn for each in exchanges()]
        said = [json.loads(archive.get_kind(turn, "turn")) for turn in turns]
        linked = [(n, each["parents"]) for n, each in enumerate(said) if each["parents"]]
        lines = {"": [], "sub": []}  # turns of each line, as they were sent one after the other
        for n, each in enumerate(said):
            if not each["role"].startswith("aux:"):
                lines["sub" if each["role"] == "sub" else ""].append(n)
        (spawn,) = [edge for _n, edges in linked for edge in edges if edge["kind"] == "spawned-by"]
        continued = [(n, edges) for n, edges in linked if edges[0]["kind"] == "continues"]
        following = {line[place]: line[place - 1] for line in lines.values() for place in range(1, len(line))}
        assert len(continued) == 14
        assert {n: edges[0]["turn"] for n, edges in continued} == {n: turns[p].hex() for n, p in following.items()}
        assert len(turns) - len(continued) == 3  # the title call, and the opener of each line
        parent = said[[turn.hex() for turn in turns].index(spawn["turn"])]
        answer = archive.objects.message(bytes.fromhex(parent["response"]["answer"])).content
        (call,) = [each for each in blocks_of(by_name("anthropic.messages"), answer) if each.call_id == spawn["call"]]
        opener = archive.objects.message(bytes.fromhex(said[lines["sub"][0]]["request"]["tip"])).content
        assert call.name == "Agent"
        assert json.dumps(call.data["prompt"], ensure_ascii=False)[1:-1].encode() in opener

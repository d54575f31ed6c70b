"""`deck import` through a real mitmdump: flow files, HAR, damage, and nothing twice."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from launching import MAIN, ROOT
from mitmproxy import http, io
from mitmproxy.test import tflow
from mitmproxy.websocket import WebSocketData, WebSocketMessage
from recorded import turns
from wsproto.frame_protocol import Opcode

from store.archive import Archive

pytestmark = pytest.mark.e2e
RECORDED = ROOT.parent / "shared" / "data" / "claude-code-17-turns.mitm"


def flow(path: str, number: int, host: str = "api.anthropic.com") -> http.HTTPFlow:
    """A finished exchange with a model."""
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": f"question {number}"}]}
    answer = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "yes"}], "usage": {}}
    made = tflow.tflow(
        req=http.Request.make("POST", f"https://{host}{path}", json.dumps(body), {"content-type": "application/json"}),
        resp=http.Response.make(200, json.dumps(answer), {"content-type": "application/json"}),
    )
    made.request.timestamp_start += number
    return made


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    """Three model calls, and two requests that are none."""
    target = tmp_path / "traffic.mitm"
    with target.open("wb") as file:
        writer = io.FlowWriter(file)
        for number in range(3):
            writer.add(flow("/v1/messages", number))
        writer.add(flow("/api/event_logging/batch", 3))
        writer.add(flow("/v1/messages", 4, "models.intern.example"))
    return target


def deck_import(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environ = os.environ | {"XDG_DATA_HOME": str(folder / "data"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", MAIN, "import", "--archive", str(folder / "archive"), *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=90, check=False)


def told(done: "subprocess.CompletedProcess[str]", folder: Path) -> str:
    """What an import into the archive in this folder says, without the words that name it."""
    sentence, into, archive = done.stdout.rpartition(", into ")
    assert into and archive == f"{folder / 'archive'}\n"
    return sentence


def turn_count(folder: Path) -> int:
    with Archive.open(folder / "archive") as archive:
        return archive.index.db.execute("SELECT count(*) FROM turns").fetchone()[0]


def test_a_flow_file_is_imported_once(tmp_path: Path, flows: Path) -> None:
    first = deck_import(tmp_path, str(flows))
    assert (first.returncode, first.stderr) == (0, "")
    assert told(first, tmp_path) == "imported 3 turns (0 already there), 2 skipped"
    again = deck_import(tmp_path, str(flows))
    assert told(again, tmp_path) == "imported 0 turns (3 already there), 2 skipped"
    assert turn_count(tmp_path) == 3


def test_a_host_that_is_named_counts_as_a_provider(tmp_path: Path, flows: Path) -> None:
    done = deck_import(tmp_path, "--host", "models.intern.example", str(flows))
    assert told(done, tmp_path) == "imported 4 turns (0 already there), 1 skipped"


def test_a_har_is_imported(tmp_path: Path, flows: Path) -> None:
    har = tmp_path / "traffic.har"
    export = "from mitmproxy.tools.main import mitmdump; mitmdump()"
    subprocess.run([sys.executable, "-c", export, "-q", "-n", "-r", str(flows), "--set", f"hardump={har}"], check=True)
    done = deck_import(tmp_path, str(har))
    assert told(done, tmp_path) == "imported 3 turns (0 already there), 2 skipped"


def test_a_damaged_file_gives_what_came_before_the_damage_and_a_sentence(tmp_path: Path, flows: Path) -> None:
    whole = flows.read_bytes()
    flows.write_bytes(whole[: len(whole) // 2])
    done = deck_import(tmp_path, str(flows))
    assert done.returncode == 1
    assert told(done, tmp_path) == "imported 2 turns (0 already there), 0 skipped"
    assert done.stderr.startswith(f"deck: {flows} cannot be read to its end: ")
    assert done.stderr.count("\n") == 1


def test_what_is_no_recording_is_refused_in_words(tmp_path: Path) -> None:
    junk, empty = tmp_path / "junk", tmp_path / "empty"
    junk.write_text("no recording\n")
    empty.touch()
    done = deck_import(tmp_path, *map(str, (junk, empty, tmp_path, tmp_path / "absent")))
    assert done.returncode == 1 and not done.stdout
    assert done.stderr.splitlines() == [
        f"deck: {junk} has no format that deck knows",
        "      It takes what deck export wrote as jsonl, flow files of mitmproxy, and HAR.",
        f"deck: {empty} is empty",
        f"deck: {tmp_path} is a folder",
        "      Name the files in it.",
        f"deck: {tmp_path / 'absent'}: no such file",
    ]
    assert deck_import(tmp_path).returncode == 2
    assert not (tmp_path / "archive").exists()


def test_a_config_that_cannot_be_understood_is_told_before_anything_is_read(tmp_path: Path, flows: Path) -> None:
    Archive.create(tmp_path / "archive").close()
    (tmp_path / "archive" / "config.toml").write_text("[[provider]\n")
    done = deck_import(tmp_path, str(flows))
    assert done.returncode == 1 and f"Mend or remove {tmp_path / 'archive' / 'config.toml'}" in done.stderr
    assert turn_count(tmp_path) == 0


@pytest.mark.prove
def test_bombs_cost_themselves(tmp_path: Path) -> None:
    gzipped = flow("/v1/messages", 1)
    assert gzipped.response is not None
    gzipped.response.headers["content-encoding"] = "gzip"
    gzipped.response.raw_content = gzip.compress(bytes(80 << 20), 1)
    deep = flow("/v1/messages", 2)
    deep.request.raw_content = b'{"model":"m","messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    bodies, nested = tmp_path / "bodies.mitm", tmp_path / "nested.mitm"
    with bodies.open("wb") as file:
        for each in (gzipped, deep):
            io.FlowWriter(file).add(each)
    levels = b"0:]"
    for _ in range(2_000):
        levels = b"%d:%b]" % (len(levels), levels)
    nested.write_bytes(bodies.read_bytes() + levels)
    done = deck_import(tmp_path, str(bodies), str(nested))
    assert done.returncode == 1
    assert told(done, tmp_path) == "imported 2 turns (2 already there), 0 skipped"
    (said,) = done.stderr.splitlines()
    assert said.startswith(f"deck: {nested} cannot be read to its end: ") and "RecursionError" in said
    cut, kept = turns(tmp_path / "archive")
    assert "gzip" in cut.payload["response"]["coding"]
    assert len(cut.response) <= 64 << 20
    assert kept.request == deep.request.raw_content


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded traffic is not on this machine")
def test_the_recorded_session_is_imported_once(tmp_path: Path) -> None:
    assert told(deck_import(tmp_path, str(RECORDED)), tmp_path) == "imported 17 turns (0 already there), 0 skipped"
    assert told(deck_import(tmp_path, str(RECORDED)), tmp_path) == "imported 0 turns (17 already there), 0 skipped"
    assert turn_count(tmp_path) == 17


def test_responses_on_a_socket_are_imported(tmp_path: Path) -> None:
    made = tflow.tflow(
        req=http.Request.make("GET", "https://api.openai.com/v1/responses"),
        resp=http.Response.make(101, b"", {"upgrade": "websocket"}),
    )
    texts = [(True, b'{"type":"response.create","model":"m"}'), (False, b'{"type":"response.completed"}')]
    messages = [WebSocketMessage(Opcode.TEXT, *each, timestamp=1_700_000_000 + n) for n, each in enumerate(texts * 2)]
    made.websocket = WebSocketData(messages=messages)
    with (tmp_path / "socket.mitm").open("wb") as file:
        io.FlowWriter(file).add(made)
    for counted in (
        "imported 2 turns (0 already there), 0 skipped",
        "imported 0 turns (2 already there), 0 skipped",
    ):
        assert told(deck_import(tmp_path, str(tmp_path / "socket.mitm")), tmp_path) == counted

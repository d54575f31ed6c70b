"""`deck export` as a user runs it: what other tools get, and what comes back from them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import traffic_kinds
from archives import recorded
from launching import MAIN, ROOT
from proxy import PYTHONS
from recorded import turns
from secrets_planted import secret

from store.exchange import Exchange
from store.mask import Masker

pytestmark = pytest.mark.e2e
SOCKETS = 1
EVERY = len(list(traffic_kinds.exchanges()))
READ = (
    "import json, sys; from mitmproxy import io\n"
    "flows = list(io.FlowReader(open(sys.argv[1], 'rb')).stream())\n"
    "print(json.dumps([[f.request.url, f.response.status_code if f.response else None,"
    " len(f.websocket.messages) if f.websocket else 0] for f in flows]))"
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    recorded(tmp_path / "archive", traffic_kinds.exchanges())
    return tmp_path / "archive"


def deck(folder: Path, *words: str, code: int = 0) -> str:
    """What a command line prints on both streams."""
    environ = os.environ | {"XDG_DATA_HOME": str(folder / "data"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", MAIN, *words]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def export(folder: Path, name: str, *words: str) -> Path:
    target = folder / f"out.{name}"
    deck(folder, "export", "--archive", str(folder / "archive"), "--all", "-o", str(target), *words)
    return target


def counted(new: int, known: int, skipped: int) -> str:
    return f"imported {new} turn{'s' * (new != 1)} ({known} already there), {skipped} skipped"


@pytest.mark.parametrize(("name", "lost"), [("mitm", 0), ("har", SOCKETS)])  # mitmproxy reads no sockets of HAR
def test_what_comes_back_from_traffic_is_what_went_out(name: str, lost: int, archive: Path, tmp_path: Path) -> None:
    file = export(tmp_path, name)
    assert file.stat().st_mode & 0o777 == 0o600
    assert counted(0, EVERY - lost, lost) in deck(tmp_path, "import", "--archive", str(archive), str(file))
    assert counted(EVERY - lost, 0, lost) in deck(tmp_path, "import", "--archive", str(tmp_path / "b"), str(file))
    before = {turn.payload["times"]["start"]: turn for turn in turns(archive)}
    for turn in turns(tmp_path / "b"):
        old = before[turn.payload["times"]["start"]]
        assert (turn.request, turn.response) == (old.request, old.response)
        assert turn.payload["http"]["status"] == old.payload["http"]["status"]
        assert turn.payload["http"]["url"] == old.payload["http"]["url"]
        if name == "mitm":
            assert turn.outcome == old.outcome
            assert turn.payload["times"] == old.payload["times"] | {"request_end": turn.payload["times"]["request_end"]}


@pytest.mark.parametrize("python", PYTHONS)
def test_mitmproxy_opens_the_flows(python: str, archive: Path, tmp_path: Path) -> None:
    read = subprocess.run(
        [python, "-c", READ, str(export(tmp_path, "mitm"))], capture_output=True, check=True, timeout=60
    )
    flows = json.loads(read.stdout)
    assert [status for _url, status, _messages in flows].count(None) == 1
    assert sorted(messages for _url, _status, messages in flows) == [0] * (EVERY - SOCKETS) + [4]
    assert all("secret" not in url for url, _status, _messages in flows)


def test_masked_values_stay_masked_and_redact_masks_bodies(tmp_path: Path) -> None:
    planted = secret("github-token", 3)
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": planted}]}).encode()
    headers = ((b"x-api-key", secret("github-token", 4).encode()), (b"content-type", b"application/json"))
    url = "https://api.anthropic.com/v1/messages"
    recorded(tmp_path / "archive", [])
    without = tmp_path / "archive" / "config.toml"
    without.write_text('[masking]\ndisabled_rules = ["github-token"]\n')
    recorded(tmp_path / "archive", [Exchange("POST", url, headers, body, 1_790_000_000_000, 200)])
    without.unlink()
    (token,) = (value for name, value in Masker((tmp_path / "archive" / "key").read_bytes()).headers(headers)[:1])
    plain, masked = export(tmp_path, "mitm").read_bytes(), export(tmp_path, "mitm", "--redact", "--force").read_bytes()
    assert token in plain and plain.count(planted.encode()) == 1
    assert token in masked and planted.encode() not in masked and b"[[deck:github-token:" in masked


def test_a_url_that_mitmproxy_does_not_take_is_told(tmp_path: Path) -> None:
    recorded(tmp_path / "archive", [Exchange("POST", "nothing", (), b"{}", 1)])
    words = ("export", "--archive", str(tmp_path / "archive"), "-o", str(tmp_path / "out.mitm"))
    assert deck(tmp_path, *words, code=1).startswith("deck: mitmproxy did not write the flows: exchange 1: ")
    assert not (tmp_path / "out.mitm").exists()


def test_lines_come_back_through_the_command(archive: Path, tmp_path: Path) -> None:
    file = export(tmp_path, "jsonl")
    assert counted(EVERY, 0, 0) in deck(tmp_path, "import", "--archive", str(tmp_path / "b"), str(file))
    assert [turn.id for turn in turns(tmp_path / "b")] == [turn.id for turn in turns(archive)]
    file.write_bytes(file.read_bytes()[:-20])
    said = deck(tmp_path, "import", "--archive", str(tmp_path / "b"), str(file), code=1)
    assert f"({EVERY} already there)" in said and "cannot be read to its end: line" in said

"""`deck demo` as a user runs it, without a terminal: through the SDK, and without it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from launching import MAIN, ROOT

from deck.timeline import Timeline

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("sdk", [True, pytest.param(False, marks=pytest.mark.prove)], ids=["sdk", "plain"])
def test_the_demo_records_a_whole_session(tmp_path: Path, sdk: bool) -> None:
    paths = [str(ROOT)]
    if sdk:
        pytest.importorskip("anthropic")
    else:
        (tmp_path / "anthropic.py").write_text("raise ImportError\n")
        paths.insert(0, str(tmp_path))
    (tmp_path / "data").mkdir()
    environ = os.environ | {
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "PYTHONPATH": os.pathsep.join(paths),
        "DECK_STORE": str(tmp_path / "the-users-own"),
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "demo"],
        env=environ,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert ("the anthropic SDK" if sdk else "plain HTTP") in done.stdout
    assert "All 3 tests pass." in done.stdout, "it read the real output of the real tests"
    assert re.search(r"deck: 10 turns, 0 skipped, 0 gaps · ", done.stderr)
    assert f'export PATH="{Path(sys.executable).parent}:$PATH"' in done.stdout
    assert not (tmp_path / "the-users-own").exists()
    folder = tmp_path / "data/replaydeck/demo/archive"
    assert str(folder) in done.stdout
    checkout = re.search(r"deck (checkout --archive \S+ [0-9a-f]{7})$", done.stdout, re.MULTILINE)
    assert checkout is not None
    shown = subprocess.run(
        [sys.executable, "-c", MAIN, *checkout[1].split()], env=environ, capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, shown.stderr
    assert "All 3 tests pass." in shown.stdout
    example = [sys.executable, str(ROOT / "examples/read_archive.py"), str(folder)]
    read = subprocess.run(example, env=environ, capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr
    assert "in 10 requests" in read.stdout
    with Timeline.open(folder) as timeline:
        (session,) = timeline.sessions()
        rows = timeline.turns(session.key)
    assert [row.status for row in rows].count(529) == 1
    kinds = [edge.kind for row in rows for edge in row.parents]
    assert kinds.count("spawned-by") == 1
    assert kinds.count("retries") == 1
    assert kinds.count("continues") == 8, "the one tried again goes on too"
    assert {row.thread for row in rows} != {""}
    assert session.turns == 10


def test_what_the_provider_says_about_the_tests_is_read_from_their_output() -> None:
    from deck.demo import script

    history = [{"role": "user", "content": "task"}]
    for _ in range(5):
        history += [{"role": "assistant", "content": "…"}, {"role": "user", "content": "Ran 41 tests in 0.1s"}]
    reply = script.next_reply({"system": script.SYSTEM, "messages": history})
    assert "All 41 tests pass" in json.dumps(reply.blocks)

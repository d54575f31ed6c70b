"""One `deck run` under the worst umask: what it makes, whom it talks to, and who gets in."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from launching import ASK, World, world
from recorded import turns
from watching import addresses, watched

pytestmark = pytest.mark.e2e
AGENT = """
import sys, urllib.error, urllib.parse
from pathlib import Path
ask()
proxy = urllib.parse.urlsplit(os.environ["HTTPS_PROXY"])
stranger = urllib.request.build_opener(urllib.request.ProxyHandler({"http": f"http://127.0.0.1:{proxy.port}"}))
try: refused = stranger.open("http://api.anthropic.com/v1/messages", b"{}").status
except urllib.error.HTTPError as error: refused = error.code
roots = [Path(os.environ["TMPDIR"]), Path(os.environ["XDG_DATA_HOME"]) / "replaydeck", Path("archive")]
made = [path for root in roots for path in [root, *root.rglob("*")] if path != roots[0]]
umask = os.umask(0)
line = json.dumps({
    "password": proxy.password, "refused": refused, "umask": umask,
    "made": {path.name: path.stat().st_mode for path in made},
    "processes": [path.read_bytes().decode(errors="replace") for path in Path("/proc").glob("[0-9]*/cmdline")],
})
print(line)
"""


@dataclass(frozen=True)
class Ran:
    """A run that has ended."""

    machine: World
    umask: int
    seen: dict[str, Any]  # what the agent saw
    said: str
    notes: Path


@pytest.fixture(scope="module", params=[0, pytest.param(0o077, marks=pytest.mark.prove)], ids=oct)
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("machine")
    with world(folder) as machine:
        command = machine.command("--password", agent=(sys.executable, "-c", ASK + AGENT))
        done = subprocess.run(
            command,
            env=watched(machine.environ, folder / "watch"),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=90,
            umask=request.param,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        yield Ran(machine, request.param, json.loads(done.stdout), done.stderr, folder / "watch")


def test_whatever_it_makes_is_the_users_alone_and_the_agents_umask_its_own(ran: Ran) -> None:
    made = ran.seen["made"]
    parts = {"proxy.log", "report-1.json", "roots.pem", "bundle.pem", "mitmproxy-ca.pem", "mitmproxy-ca-cert.p12"}
    parts |= {"FORMAT", "key", "index.sqlite", "index.sqlite-wal", "index.sqlite-shm", "book", "status"}
    assert parts <= set(made)
    assert {name: oct(mode) for name, mode in made.items() if mode & 0o077} == {}
    assert ran.seen["umask"] == ran.umask


def test_it_talks_to_nobody_but_this_machine(ran: Ran) -> None:
    asked = set(addresses(ran.notes))
    assert {"socket.bind", "socket.connect"} <= {event for event, _address in asked}
    assert {address for _event, address in asked} <= {"127.0.0.1", "localhost"}


def test_a_stranger_is_refused_and_counted(ran: Ran) -> None:
    assert ran.seen["refused"] == 407
    assert ", 1 refused for want of the password · " in ran.said
    assert len(turns(ran.machine.archive)) == 1


def test_the_password_is_in_the_agents_environment_and_nowhere_else(ran: Ran) -> None:
    password = ran.seen["password"]
    assert len(password) > 20
    assert any("hosted.py" in line for line in ran.seen["processes"])
    assert not any(password in line for line in ran.seen["processes"])
    files = [path for path in ran.machine.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if password.encode() in path.read_bytes()]

"""Where a play is played: a scratch home and project, the provider on loopback, and `deck run` around each launch."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from agent_play import SESSION, Play
from agent_server import AgentServer
from provider import NAMES, Authority

_ROOT = Path(__file__).resolve().parents[2]
_DECK = (sys.executable, "-c", "import sys; from deck.cli import main; sys.exit(main())")
_SECONDS = 180  # that a launch may take; real ones take 2 to 5
_SESSION_TOLD = re.compile(r'"(?:session|thread)_id":"([0-9a-f-]{36})"')
_ROUTE = """
class Route:
    # The providers' names lead to loopback, and nothing else is reached.
    def server_connect(self, data):
        if data.server.address[0] in {names!r}:
            data.server.address = ("127.0.0.1", {port})
        else:
            data.server.error = "the play reaches no other host"

addons = [Route()]
"""


@dataclass(frozen=True)
class Launched:
    """A launch that has ended: its command, exit code, and what it said on both streams."""

    command: tuple[str, ...]
    code: int
    said: str


@dataclass(frozen=True)
class Played:
    """A play that is over: its launches, the archive, the project's folder, and what `deck fsck` said if anything."""

    play: Play
    launches: tuple[Launched, ...]
    archive: Path
    project: Path
    fsck: str


def perform(play: Play, programs: Path, folder: Path) -> Played:
    """Play it with the programs in one folder, leaving everything in another (new) one."""
    for name in ("home", "tmp", "data", "project"):
        (folder / name).mkdir(parents=True)
    authority = Authority(folder)
    environ = _environment(play, programs, folder, authority)
    launched: list[Launched] = []
    with AgentServer(authority.chain, play.script.answer, play.upgrades) as server:
        route = folder / "route.py"
        route.write_text(_ROUTE.format(names=NAMES, port=server.port))
        recording = (*_DECK, "run", "--archive", str(folder / "archive"), "--set", f"scripts={route}", "--")
        for words in play.launches:
            session = next((found[1] for each in launched if (found := _SESSION_TOLD.search(each.said))), "unknown")
            command = tuple(session if word == SESSION else word for word in words)
            launched.append(_run(recording, command, environ, folder / "project"))
    checked = _run((*_DECK, "fsck", "--archive", str(folder / "archive")), (), environ, folder)
    fsck = checked.said if checked.code else ""
    return Played(play, tuple(launched), folder / "archive", folder / "project", fsck)


def _run(before: tuple[str, ...], command: tuple[str, ...], environ: dict[str, str], cwd: Path) -> Launched:
    try:
        done = subprocess.run(
            (*before, *command),
            env=environ,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        return Launched(command, -1, f"it took more than {_SECONDS} s\n{error.output!r}")
    return Launched(command, done.returncode, done.stdout)


def _environment(play: Play, programs: Path, folder: Path, authority: Authority) -> dict[str, str]:
    """Nothing of the user's: neither keys nor proxies nor settings."""
    node = shutil.which("node")
    assert node is not None
    path = (str(programs), str(Path(node).parent), os.defpath)
    return {
        "PATH": os.pathsep.join(path),
        "LANG": "C.UTF-8",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "XDG_DATA_HOME": str(folder / "data"),
        "CODEX_HOME": str(_made(folder / "home" / ".codex")),
        "SSL_CERT_FILE": str(authority.certificate),
        "PYTHONPATH": str(_ROOT),
        **play.environment,
    }


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder

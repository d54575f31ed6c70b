"""The recording proxy as a process: mitmdump of this very interpreter, on loopback only, in a session of its own.

A session of its own keeps the terminal's Ctrl-C away from it: the agent decides what that key means, and its last
requests still need a proxy. A proxy that dies is started again on the same ports with the same CA, so that the agent's
next request succeeds. It ends when it is stopped, or when launcher and agent are both gone (see addon/hosted.py).
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deck.diagnostics import Problem
from deck.launch import options, ports
from deck.launch.gateways import Reverse
from deck.launch.tally import Tally, read_report, total
from deck.launch.variables import PROXY_USER, Upstream
from store.files import private_opener

ADDON_FOLDER = Path(__file__).resolve().parents[2] / "addon"
CAPTURE = ADDON_FOLDER / "capture.py"
HOSTED = ADDON_FOLDER / "hosted.py"
_READY_SECONDS = 30.0
_DRAIN_SECONDS = 15.0
_POLL_SECONDS = 0.02
_PORT_TRIES = 5
_RESTARTS_IN_A_ROW = 5
_STEADY_SECONDS = 10.0
_LOG_TAIL = 4096


@dataclass(frozen=True, slots=True)
class Recording:
    """What the proxy is to record and how; the same for every start of it."""

    archive: Path
    confdir: Path  # holds the CA
    roots: Path | None = None  # PEM file that servers are checked against; mitmproxy's own where None
    upstream: Upstream | None = None
    password: str = ""  # that clients must give; empty where they need none
    hosts: tuple[str, ...] = ()
    reverses: tuple[Reverse, ...] = ()
    fail: str = "open"
    tags: tuple[str, ...] = ()
    run: str = ""
    settings: tuple[str, ...] = ()  # NAME=VALUE options of mitmproxy or the addon, the user's last word
    defaults: tuple[str, ...] = ()  # settings like them, which they take the place of
    scripts: tuple[Path, ...] = ()  # further mitmproxy scripts
    modes: tuple[str, ...] = ()  # the user's own modes of mitmproxy, instead of forward and reverse


def arguments(recording: Recording, ports: Sequence[int], report: Path | None) -> list[str]:
    """mitmdump's command line but for what is secret; ``ports`` are the forward proxy's and one for each reverse.

    What the user sets takes the place of ours: of an option with one value that is set twice, mitmproxy takes neither.
    """
    forward = f"upstream:{recording.upstream.address}" if recording.upstream else "regular"
    targets = [forward, *(f"reverse:{reverse.target}" for reverse in recording.reverses)]
    modes = recording.modes or [f"{mode}@127.0.0.1:{port}" for mode, port in zip(targets, ports, strict=True)]
    ours = [
        *recording.defaults,
        *(f"scripts={script}" for script in (*recording.scripts, CAPTURE)),  # -s would be undone by a user's scripts=
        f"confdir={recording.confdir}",
        f"deck_archive={recording.archive}",
        f"deck_fail={recording.fail}",
        f"deck_run={recording.run}",
        "deck_strict=true",
        *(f"deck_hosts={host}" for host in recording.hosts),
        *(f"deck_tag={tag}" for tag in recording.tags),
    ]
    if report is not None:
        ours.append(f"deck_report={report}")
    if recording.roots is not None:
        ours.append(f"ssl_verify_upstream_trusted_ca={recording.roots}")
    users = {_name(setting) for setting in recording.settings}
    kept = [setting for setting in ours if _name(setting) not in users or _name(setting) in options.ADDED_UP]
    line = ["--listen-host", "127.0.0.1", "--listen-port", str(ports[0])]
    for mode in modes:
        line += ["--mode", mode]
    for setting in (*kept, *recording.settings):
        line += ["--set", setting]
    return line


def _name(setting: str) -> str:
    return setting.partition("=")[0]


def command(line: Sequence[str], secrets: int | None, lifeline: int | None) -> list[str]:
    """The command that runs mitmdump with these arguments; the others are file descriptors it inherits."""
    pipes = ["-" if pipe is None else str(pipe) for pipe in (secrets, lifeline)]
    return [sys.executable, "-P", str(HOSTED), *pipes, *line]


def secrets_pipe(recording: Recording) -> int | None:
    """The reading end of a pipe that holds the arguments no other user may read, or None where there are none."""
    secret: list[str] = []
    if recording.upstream is not None and recording.upstream.credentials:
        secret += ["--set", f"upstream_auth={recording.upstream.credentials}"]
    if recording.password:
        secret += ["--set", f"proxyauth={PROXY_USER}:{recording.password}"]
    if not secret:
        return None
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(json.dumps(secret).encode())
    return reading


@dataclass(slots=True)
class Proxy:
    """A recording proxy that is kept alive. ``folder`` (private, the caller's) takes its log and reports."""

    recording: Recording
    folder: Path
    ports: tuple[int, ...] = ()
    deaths: int = 0  # how often it died unasked
    lost: bool = False  # it died too often and was given up
    _lifeline: tuple[int, int] = (-1, -1)
    _reports: list[Path] = field(default_factory=list)
    _process: "subprocess.Popen[bytes] | None" = None
    _watcher: threading.Thread | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def log(self) -> Path:
        """What mitmdump printed."""
        return self.folder / "proxy.log"

    @property
    def lifeline(self) -> int:
        """The descriptor that whoever needs the proxy inherits: it lives while one of them holds this open."""
        return self._lifeline[1]

    def start(self) -> None:
        """Start it on free ports and wait until it listens. Raises `Problem` with mitmdump's own last words."""
        self._lifeline = os.pipe()
        for _ in range(_PORT_TRIES):
            self.ports = ports.free(1 + len(self.recording.reverses))
            if self._spawn():
                self._watcher = threading.Thread(target=self._watch, name="deck-proxy-watch", daemon=True)
                self._watcher.start()
                return
            if "address already in use" not in self.last_words().lower():
                break
        self.stop()
        raise Problem(f"the proxy did not start: {self.last_words()}", f"Its log: {self.log}")

    def last_words(self) -> str:
        """The last line of the log, without what mitmdump adds to every failed start."""
        try:
            tail = self.log.read_bytes()[-_LOG_TAIL:].decode("utf-8", "replace")
        except OSError:
            return ""
        lines = [line.strip() for line in tail.splitlines() if line.strip()]
        said = [line for line in lines if "logged during startup" not in line]
        return said[-1] if said else ""

    def tally(self) -> Tally:
        """What all proxy processes of this run reported so far."""
        return total(report for path in self._reports if (report := read_report(path)) is not None)

    def stop(self) -> None:
        """Let it finish what is in flight, then end it; idempotent."""
        with self._lock:
            self._stopping.set()
            process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(_DRAIN_SECONDS)
            except subprocess.TimeoutExpired:  # the spool keeps what it held: recovered at the next start
                process.kill()
                process.wait()
        if self._watcher is not None:
            self._watcher.join()
        for end in self._lifeline:
            if end >= 0:
                os.close(end)
        self._lifeline = (-1, -1)

    def _spawn(self) -> bool:
        """Start one process; whether it came to listen on every port."""
        report = self.folder / f"report-{len(self._reports) + 1}.json"
        line = arguments(self.recording, self.ports, report)
        secrets = secrets_pipe(self.recording)
        reading = self._lifeline[0]
        with self._lock, open(self.log, "ab", opener=private_opener) as log:
            if self._stopping.is_set():
                return False
            self._reports.append(report)
            process = self._process = subprocess.Popen(
                command(["-q", *line], secrets, reading),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[reading] if secrets is None else [reading, secrets],
            )
        if secrets is not None:
            os.close(secrets)
        deadline = time.monotonic() + _READY_SECONDS
        # The process says so itself: a port could be answered by somebody else's program, and a reverse proxy that is
        # knocked at connects to its server.
        while not (said := read_report(report)) or not set(self.ports) <= set(said.ports):
            if process.poll() is not None:
                return self._not_started(_how_ended(process.returncode))
            if time.monotonic() > deadline:
                process.kill()
                process.wait()
                return self._not_started(
                    f"the proxy was ended: it neither listened nor recorded after {_READY_SECONDS:.0f} seconds"
                )
            time.sleep(_POLL_SECONDS)
        return True

    def _not_started(self, end: str) -> bool:
        """Let the log say how a start failed where mitmdump did not; false."""
        if not self.last_words():
            self._note(end)
        return False

    def _note(self, end: str) -> None:
        with open(self.log, "a", encoding="utf-8", opener=private_opener) as log:
            log.write(f"deck: {end}\n")

    def _watch(self) -> None:
        in_a_row = 0
        while (process := self._process) is not None:
            started = time.monotonic()
            process.wait()
            if self._stopping.is_set():
                return
            self.deaths += 1
            self._note(_how_ended(process.returncode))
            in_a_row = 1 if time.monotonic() - started > _STEADY_SECONDS else in_a_row + 1
            if in_a_row > _RESTARTS_IN_A_ROW:
                self.lost = True
                return
            self._stopping.wait(0.1 * (in_a_row - 1))
            self._spawn()


def _how_ended(returncode: int) -> str:
    """How a proxy's process ended, as `subprocess` tells it."""
    if returncode >= 0:
        return f"the proxy ended with exit code {returncode}"
    return f"the proxy was ended by signal {-returncode} ({signal.strsignal(-returncode) or 'unknown'})"

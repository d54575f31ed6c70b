"""A real mitmdump process with the recorder in it, between a test's client and its scripted provider.

``DECK_E2E_PYTHONS`` names the interpreters to run it under (separated by ``:``), so that one test run covers several
generations of mitmproxy; without it that is the interpreter of the tests. Most are forked (forked.py), which saves the
second that mitmproxy's import takes; what they do from then on is what a new process does.
"""

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import forked
import pytest

ROOT = Path(__file__).resolve().parents[2]
CAPTURE = ROOT / "addon" / "capture.py"
PYTHONS = [path for path in os.environ.get("DECK_E2E_PYTHONS", "").split(":") if path] or [sys.executable]
_START = "from mitmproxy.tools.main import mitmdump; mitmdump()"

ROUTE = """
import os

class Route:
    # Every host name leads to the provider on loopback; TLS names and certificates stay what they are.
    def server_connect(self, data):
        if data.server.address and data.server.address[0] not in ("127.0.0.1", "localhost"):
            data.server.address = ("127.0.0.1", int(os.environ["DECK_TEST_PROVIDER"]))

addons = [Route()]
"""


@dataclass
class Proxy:
    """One mitmdump. ``options`` are ``--set`` values; ``scripts`` more addon scripts, as source.

    ``anew``: start the interpreter too, as a user does; not to be left out where imports and paths are in question.
    """

    folder: Path
    python: str = PYTHONS[0]
    provider_port: int = 0
    provider_ca: Path | None = None
    options: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    arguments: Sequence[str] = ()
    scripts: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    capture: str = str(CAPTURE)
    archive: Path = Path()
    anew: bool = False
    process: subprocess.Popen[bytes] | forked.Forked | None = None

    def __post_init__(self) -> None:
        if self.archive == Path():
            self.archive = self.folder / "archive"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def command(self) -> list[str]:
        """The command line of one that is started anew."""
        return [self.python, "-c", _START, *self.words()]

    def words(self) -> list[str]:
        """What stands behind ``mitmdump`` on the command line; writes the scripts it names."""
        self.folder.mkdir(parents=True, exist_ok=True)
        files = []
        for number, source in enumerate((ROUTE, *self.scripts)):
            path = self.folder / f"script{number}.py"
            path.write_text(source)
            files += ["-s", str(path)]
        chosen: dict[str, str | Sequence[str]] = {
            "confdir": str(self.folder / "conf"),
            "deck_archive": str(self.archive),
            "deck_report": str(self.report_path),
            "flow_detail": "0",
        }
        if self.provider_ca is not None:
            chosen["ssl_verify_upstream_trusted_ca"] = str(self.provider_ca)
        chosen |= self.options
        settings = []
        for name, value in chosen.items():
            for each in [value] if isinstance(value, str) else value:
                settings += ["--set", f"{name}={each}"]
        return ["-s", self.capture, *files, *settings, "-p", "0", *self.arguments]

    def start(self) -> Self:
        """Start it and wait until it listens."""
        words = self.words()
        self.report_path.unlink(missing_ok=True)
        environment = {**os.environ, "DECK_TEST_PROVIDER": str(self.provider_port), **self.environment}
        cwd = self.cwd or self.folder
        if forked.AVAILABLE and not self.anew:
            self.process = forked.Forked(self.python, words, cwd, environment, self.log_path)
        else:
            with self.log_path.open("ab") as log:
                self.process = subprocess.Popen(
                    [self.python, "-c", _START, *words],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=cwd,
                    env=environment,
                )
        until(lambda: self.report().get("port") or self.process.poll() is not None)  # type: ignore[union-attr]
        assert self.process.poll() is None, self.log()
        return self

    def run(self) -> subprocess.CompletedProcess[str]:
        """Run it to its end (imports, refusals to start)."""
        return subprocess.run(
            self.command(),
            capture_output=True,
            text=True,
            timeout=60,
            cwd=self.cwd or self.folder,
            env={**os.environ, **self.environment},
            check=False,
        )

    def stop(self) -> None:
        """End it the polite way."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(30)

    @property
    def report_path(self) -> Path:
        return self.folder / "report.json"

    @property
    def log_path(self) -> Path:
        return self.folder / "mitmdump.log"

    @property
    def url(self) -> str:
        """The address to name as a proxy."""
        return f"http://127.0.0.1:{self.report()['port']}"

    @property
    def ca(self) -> Path:
        """The certificate that clients must trust."""
        return self.folder / "conf" / "mitmproxy-ca-cert.pem"

    def trust(self) -> ssl.SSLContext:
        """A client's TLS context that trusts the proxy and nobody else."""
        return ssl.create_default_context(cafile=str(self.ca))

    def report(self) -> dict[str, Any]:
        """The status file; empty while there is none."""
        try:
            return dict(json.loads(self.report_path.read_text()))
        except FileNotFoundError:
            return {}

    def is_spooling(self) -> bool:
        """Whether the spool has something of an exchange in flight; a file that is free begins with zeros."""
        return any(any(path.read_bytes()[:8]) for path in (self.archive / "spool").rglob("*.flight"))

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")


def lead_through(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let clients in this process go through the proxy, and trust it."""
    for name in ("HTTP_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("SSL_CERT_FILE", str(proxy.ca))


def until(condition: Any, seconds: float = 30) -> None:
    """Wait for something that is bound to happen; fail when it does not."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)

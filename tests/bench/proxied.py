"""A mitmdump for timing, with the recorder or merely streaming, and a client that asks through it."""

import http.client
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from proxy import CAPTURE, ROUTE

HOST = "api.anthropic.com"
MAIN = "from mitmproxy.tools.main import mitmdump; mitmdump()"
STREAMING = """
class Streaming:
    def requestheaders(self, flow):
        flow.request.stream = True

    def responseheaders(self, flow):
        flow.response.stream = True

addons = [Streaming()]
"""
_SENT = re.compile(rb"sent=(\d+);")
_TEXT = re.compile(rb'"text_delta", "text": "([^"\\]*)"')


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: ms from its start to the first byte, each event's ms on the way, ms from the last one to the end.

    ``text`` is the answer.
    """

    first_ms: float
    delays_ms: tuple[float, ...]
    end_ms: float
    text: str


class Client:
    """One connection through a mitmdump that is kept alive."""

    def __init__(self, port: int, ca: Path) -> None:
        context = ssl.create_default_context(cafile=str(ca))
        self._connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=context)
        self._connection.set_tunnel(HOST, 443)

    def ask(self, body: bytes, headers: Iterable[tuple[str, str]]) -> Asked:
        """Send a request and read its answer as it comes."""
        start = time.monotonic_ns()
        self._connection.request("POST", "/v1/messages?beta=true", body, dict(headers))
        response = self._connection.getresponse()
        first, sent_last = 0, 0
        delays: list[float] = []
        whole = bytearray()
        while data := response.read1(1 << 16):
            now = time.monotonic_ns()
            first = first or now
            whole += data
            sent = [int(each) for each in _SENT.findall(data)]
            delays += [(now - each) / 1e6 for each in sent]
            sent_last = sent[-1] if sent else sent_last
        end = time.monotonic_ns()
        text = b"".join(_TEXT.findall(whole)).decode()
        return Asked((first - start) / 1e6, tuple(delays), (end - sent_last) / 1e6, text)

    def close(self) -> None:
        """Close it."""
        self._connection.close()


class Proxied:
    """A running mitmdump."""

    def __init__(self, folder: Path, provider_port: int, provider_ca: Path, *, recording: bool) -> None:
        folder.mkdir()
        self._conf = folder / "conf"
        (folder / "route.py").write_text(ROUTE)
        (folder / "streaming.py").write_text(STREAMING)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        settings = {
            "confdir": str(self._conf),
            "flow_detail": "0",
            "ssl_verify_upstream_trusted_ca": str(provider_ca),
        } | ({"deck_archive": str(folder / "archive")} if recording else {})
        words = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        script = str(CAPTURE) if recording else str(folder / "streaming.py")
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            (
                *(sys.executable, "-c", MAIN, "--listen-host", "127.0.0.1", "-p", str(self.port)),
                *("-s", script, "-s", str(folder / "route.py"), *words),
            ),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            env={**os.environ, "DECK_TEST_PROVIDER": str(provider_port)},
        )
        self._clients: list[Client] = []

    def __enter__(self) -> Self:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients:
            client.close()
        self._process.terminate()
        self._process.wait(60)
        self._log.close()

    def client(self) -> Client:
        """A new connection through it."""
        client = Client(self.port, self._conf / "mitmproxy-ca-cert.pem")
        self._clients.append(client)
        return client

    def cpu_seconds(self) -> float:
        """CPU time that the process has used, to a hundredth of a second."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self) -> int:
        """Bytes of memory that the process has in use."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))

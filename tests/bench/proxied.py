"""A mitmdump for timing, with the recorder or merely streaming."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from proxy import CAPTURE, ROUTE

MAIN = "from mitmproxy.tools.main import mitmdump; mitmdump()"
STREAMING = """
class Streaming:
    def requestheaders(self, flow):
        flow.request.stream = True

    def responseheaders(self, flow):
        flow.response.stream = True

addons = [Streaming()]
"""


class Proxied:
    """A running mitmdump."""

    def __init__(self, folder: Path, provider_port: int, provider_ca: Path, *, recording: bool) -> None:
        folder.mkdir()
        self.archive = folder / "archive"
        self._conf = folder / "conf"
        (folder / "route.py").write_text(ROUTE)
        (folder / "streaming.py").write_text(STREAMING)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        settings = {
            "confdir": str(self._conf),
            "flow_detail": "0",
            "ssl_verify_upstream_trusted_ca": str(provider_ca),
        } | ({"deck_archive": str(self.archive)} if recording else {})
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
        self._process.terminate()
        self._process.wait(60)
        self._log.close()

    @property
    def ca(self) -> Path:
        """The certificate that clients must trust."""
        return self._conf / "mitmproxy-ca-cert.pem"

    def cpu_seconds(self) -> float:
        """CPU time that the process has used, to a hundredth of a second."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self) -> int:
        """Bytes of memory that the process has in use."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))

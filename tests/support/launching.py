"""Runs `deck` as a user does: a process of its own, with a home, a data folder and a temporary folder of its own."""

import os
import re
import select
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deck.demo import authority
from deck.demo.provider import Provider
from deck.demo.script import HOST
from deck.demo.stage import ROUTE

ROOT = Path(__file__).resolve().parents[2]
MAIN = "import sys; from deck.cli import main; sys.exit(main())"
CLOSING = re.compile(r"deck: (\d+) turns?, (\d+) skipped, (\d+) gaps? · ([0-9a-f]{7,}) · deck .*\4\n\Z")
ASK = """
import json, os, urllib.request
def ask(url="https://api.anthropic.com", text="hello"):
    body = {"model": "m", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": text}]}
    headers = {"content-type": "application/json", "x-api-key": "sk-demo-not-a-key"}
    request = urllib.request.Request(url + "/v1/messages", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return response.read()
"""
"""An agent's first lines: ``ask()`` makes one model call with what the environment says and nothing else."""


@dataclass
class World:
    """A user's machine: ``folder`` holds home, data and archive; ``provider`` answers for api.anthropic.com."""

    folder: Path
    provider: Provider
    environ: dict[str, str]

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    @property
    def left_over(self) -> list[Path]:
        """What runs left in the temporary folder."""
        return sorted((self.folder / "tmp").iterdir())

    def command(self, *words: str, agent: Sequence[str] = (), route: bool = True) -> list[str]:
        """``deck run`` with these options before ``--`` and the agent behind it."""
        routed = ("--set", f"scripts={ROUTE}", "--set", f"deck_demo_port={self.provider.port}") if route else ()
        return [sys.executable, "-c", MAIN, "run", "--archive", str(self.archive), *routed, *words, "--", *agent]

    def run(self, program: str, *words: str, route: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run an agent that is a Python program, to its end."""
        agent = (sys.executable, "-c", ASK + program)
        return subprocess.run(
            self.command(*words, agent=agent, route=route),
            env=self.environ,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A machine without proxies of its own, whose user trusts the provider's CA."""
    for name in ("home", "tmp", "data"):
        (folder / name).mkdir()
    ca, server = authority.issue(folder, HOST)
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().endswith("_PROXY") and not name.startswith(("ANTHROPIC_", "OPENAI_", "CLAUDE_", "DECK_"))
    }
    environ |= {
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "XDG_DATA_HOME": str(folder / "data"),
        "SSL_CERT_FILE": str(ca),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    with Provider(server) as provider:
        yield World(folder, provider, environ)


class _Company(socketserver.StreamRequestHandler):
    """A company's proxy: CONNECT with a password, everything led to one port."""

    provider: int
    seen: list[tuple[str, str]]

    def handle(self) -> None:
        target = self.rfile.readline().split()[1].decode()
        authorization = ""
        while (line := self.rfile.readline().strip()) != b"":
            name, _, value = line.decode().partition(":")
            if name.lower() == "proxy-authorization":
                authorization = value.strip()
        self.seen.append((target, authorization))
        with socket.create_connection(("127.0.0.1", self.provider)) as server:
            self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            ends = {self.request: server, server: self.request}
            while True:
                for ready in select.select(list(ends), [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    ends[ready].sendall(data)


@contextmanager
def company(machine: World) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """A company's proxy that leads everything to the machine's provider: its port, and what it was asked for with
    which authorization."""
    handler = type("Handler", (_Company,), {"provider": machine.provider.port, "seen": []})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], handler.seen
        server.shutdown()


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def proxies_of(folder: Path) -> list[int]:
    """Process ids of the proxies whose files are in ``folder``."""
    listing = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout
    found = (line.split(maxsplit=1) for line in listing.splitlines())
    return [int(pid) for pid, arguments in found if "hosted.py" in arguments and str(folder) in arguments]

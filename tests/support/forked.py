"""mitmdump processes made by forking one that has imported mitmproxy: that import is most of what a start costs.

Run as a script, this file is the process that is forked, one for each interpreter; it has nothing of the recorder. An
order is one message over a socket, with another socket for what becomes of the process: its number and, when it has
ended, its exit status. Linux only; elsewhere the tests start each mitmdump anew.
"""

import atexit
import contextlib
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

AVAILABLE = sys.platform == "linux"
_LARGEST = 1 << 20
_NUMBER = 4  # bytes of a process number, of an exit status


class Forked:
    """One mitmdump, as ``subprocess.Popen`` would give it: ``pid``, ``poll``, ``wait``, ``send_signal``, ``kill``."""

    def __init__(
        self, python: str, arguments: Sequence[str], cwd: Path, environment: Mapping[str, str], log: Path
    ) -> None:
        order = {"argv": ["mitmdump", *arguments], "cwd": str(cwd), "env": dict(environment), "log": str(log)}
        self._fate, other = socket.socketpair()
        with other:
            socket.send_fds(_orders(python), [json.dumps(order).encode()], [other.fileno()])
        self.pid = self._told(socket.MSG_WAITALL)

    def poll(self) -> int | None:
        """The exit status (as Popen has it: negative for a signal), or None while it runs."""
        return self._told() if self._is_told(0) else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Any thread may.

        Raises:
            subprocess.TimeoutExpired: it runs on.
        """
        if not self._is_told(timeout):
            raise subprocess.TimeoutExpired("mitmdump", timeout or 0)
        return self._told()

    def send_signal(self, sign: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sign)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _is_told(self, timeout: float | None) -> bool:
        return bool(select.select([self._fate], [], [], timeout)[0])

    def _told(self, flags: int = socket.MSG_PEEK) -> int:
        said = self._fate.recv(_NUMBER, flags)
        if len(said) < _NUMBER:
            raise ChildProcessError("what was to fork a mitmdump is gone")
        return int.from_bytes(said, "big", signed=True)


@functools.cache
def _orders(python: str) -> socket.socket:
    """Where orders for mitmdumps of this interpreter go; the process behind it ends with the tests."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        server = subprocess.Popen([python, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()])
    atexit.register(server.wait)
    atexit.register(ours.close)
    return ours


def _next_of(orders: socket.socket) -> dict[str, object] | None:
    """Fork a process for each order. Returns the order in that process, and None in this one, after the last order."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, sockets, _, _ = socket.recv_fds(orders, _LARGEST, 1)
        if not message:
            return None
        fate = socket.socket(fileno=sockets[0])
        if os.fork():
            fate.close()
            continue
        orders.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if process := os.fork():
            _tell_of(process, fate)
        fate.close()
        order: dict[str, object] = json.loads(message)
        return order


def _tell_of(process: int, fate: socket.socket) -> None:
    """Stay beside a process until its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    fate.sendall(process.to_bytes(_NUMBER, "big"))
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    with contextlib.suppress(OSError):
        fate.sendall(status.to_bytes(_NUMBER, "big", signed=True))
    os._exit(0)


def _become(argv: list[str], cwd: str, env: dict[str, str], log: str) -> None:
    """What ``python -c '…; mitmdump()'`` has before its first import."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = argv
    sys.path[0] = ""
    with open(os.devnull, "rb") as nothing, open(log, "ab") as said:
        os.dup2(nothing.fileno(), 0)
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)


if __name__ == "__main__":
    import mitmproxy.tools.dump
    import mitmproxy.tools.main

    if wanted := _next_of(socket.socket(fileno=int(sys.argv[1]))):
        _become(**wanted)  # type: ignore[arg-type]
        mitmproxy.tools.main.mitmdump()

"""Ports of this machine."""

import socket
from contextlib import ExitStack

from deck.diagnostics import USAGE, Problem

DEFAULT = 8080
"""Of `deck proxy` and `deck env`, as of mitmproxy."""
_HIGHEST = 65535


def free(count: int) -> tuple[int, ...]:
    """Ports of 127.0.0.1 that nobody listens on now; somebody else may be faster."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return tuple(each.getsockname()[1] for each in sockets)


def check(port: int) -> None:
    """Refuse what is no port. Raises `Problem`."""
    if not 1 <= port <= _HIGHEST:
        raise Problem(f"--port {port}: ports are numbers from 1 to {_HIGHEST}", code=USAGE)


def check_free(port: int) -> None:
    """Refuse a port of 127.0.0.1 that cannot be listened on. Raises `Problem`."""
    check(port)
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as asyncio does: what was closed just now is free
        try:
            tried.bind(("127.0.0.1", port))
        except OSError as error:
            hint = "Choose another one: deck proxy --port PORT, then deck env --port PORT"
            raise Problem(f"port {port} of 127.0.0.1 cannot be used: {error.strerror}", hint) from error


def is_listening(port: int) -> bool:
    """Whether somebody takes connections to 127.0.0.1 on this port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True

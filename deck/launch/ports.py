"""Ports of this machine."""

import socket
from contextlib import ExitStack


def free(count: int) -> tuple[int, ...]:
    """Ports of 127.0.0.1 that nobody listens on now; somebody else may be faster."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return tuple(each.getsockname()[1] for each in sockets)


def is_listening(port: int) -> bool:
    """Whether somebody takes connections to 127.0.0.1 on this port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True

"""Ports of this machine."""

import socket

import pytest

from deck.diagnostics import USAGE, Problem
from deck.launch import ports


@pytest.mark.parametrize("port", [-1, 0, 65536])
def test_what_is_no_port_is_a_mistake(port: int) -> None:
    with pytest.raises(Problem, match="from 1 to 65535") as caught:
        ports.check(port)
    assert caught.value.code == USAGE


def test_a_port_that_somebody_has_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Problem, match=f"port {port} of 127.0.0.1 cannot be used"):
            ports.check_free(port)
    ports.check_free(port)

"""Responses over a WebSocket through a recording proxy: one turn for each response, while the socket lives on."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import websockets.sync.client
from openai_response_streams import Events
from openai_sdk import client
from openai_socket import SocketProvider, as_sent, create, trust
from provider import Authority
from proxy import Proxy, until
from recorded import Turn, gaps, turns

from store import socket_body

pytestmark = pytest.mark.e2e
URL = "wss://api.openai.com/v1/responses"

KEPT = """
import logging

def websocket_message(flow):
    logging.getLogger("test").warning("messages kept: %d", len(flow.websocket.messages))
"""
"""What mitmproxy has in memory of a socket, after the recorder has seen a message."""


@pytest.fixture
def sockets(authority: Authority) -> Iterator[SocketProvider]:
    with SocketProvider(authority) as serving:
        yield serving


def answer(number: int, text: str = "Hello.") -> Events:
    return Events(f"resp_{number}").text(text).end()


def messages(turn: Turn) -> list[tuple[bytes, bool]]:
    return [(each.data, each.from_client) for each in socket_body.parse(turn.response)]


def ask(socket: Any, *sent: dict[str, Any], wanted: int = 1) -> list[bytes]:
    """Send messages, and read until so many answers have ended."""
    for message in sent:
        socket.send(as_sent(message).decode())
    received: list[bytes] = []
    while sum(b'"type": "response.completed"' in each or b'"type": "error"' in each for each in received) < wanted:
        received.append(socket.recv(timeout=30, decode=False))
    return received


def connect(url: str = URL) -> Any:
    """A socket through the proxy. The library gives a handshake 10 s, which a machine at work may take longer for."""
    headers = {"authorization": "Bearer sk-secret"}
    return websockets.sync.client.connect(url, additional_headers=headers, max_size=None, open_timeout=30, ssl=trust())


def test_the_sdk_has_its_answers_and_each_is_a_turn(start: Any, sockets: SocketProvider) -> None:
    proxy: Proxy = start(provider_port=sockets.port)
    sockets.script(answer(1).messages, answer(2, "Bye.").messages)
    texts = []
    with client() as sdk, sdk.responses.connect(websocket_connection_options={"ssl": trust()}) as connection:
        for number in (1, 2):
            asked: Any = create("Say something.", **({"previous_response_id": "resp_1"} if number == 2 else {}))
            connection.send(asked)
            for event in connection:
                if event.type == "response.completed":
                    texts.append(event.response.output[0].content[0].text)
                    break
            assert len(turns(proxy.archive)) == number  # the client has the end, so the turn is there
    first, second = turns(proxy.archive)
    assert texts == ["Hello.", "Bye."]
    assert [first.request, second.request] == sockets.seen
    assert messages(first) == [(message, False) for message in answer(1).messages]
    assert (first.outcome, second.outcome) == ("complete", "complete")
    said = second.payload["reading"]
    assert (said["wire"], said["id"], said["base"]) == ("openai.responses", "resp_2", "resp_1")
    assert [(each["turn"], each["kind"]) for each in second.payload["parents"]] == [(first.id, "continues")]
    assert first.payload["session"] == second.payload["session"]
    assert first.payload["http"] == {"method": "GET", "url": URL.replace("wss", "https"), "status": 101} | {
        "version": "HTTP/1.1"
    }
    assert b"sk-openai-secret" not in b"".join(path.read_bytes() for path in proxy.archive.rglob("*") if path.is_file())
    assert gaps(proxy.archive) == []


def test_what_else_passes(start: Any, sockets: SocketProvider) -> None:
    """Control messages in the middle of an answer, requests sent ahead, errors, and messages that belong to nobody."""
    proxy: Proxy = start(provider_port=sockets.port, scripts=[KEPT])
    limits = b'{"type": "codex.rate_limits", "used": 5}'
    whole = answer(2, "Two.").messages
    error = b'{"type": "error", "status": 429, "error": {"code": "rate", "message": "Slow down"}}'
    sockets.script(
        [*answer(1, "One.").messages, limits], [limits, *whole], [error], [error], answer(5, "Five.").messages
    )
    with connect() as socket:
        received = ask(socket, create("1"), create("2"), {"type": "response.cancel"}, create("3"), wanted=3)
        received += ask(socket, create("3"))
        received += ask(socket, create("5"))
    sockets.script(answer(6).messages)
    with connect(URL.replace("responses", "realtime")) as other:
        assert ask(other, create("1")) == answer(6).messages  # no model calls that anybody knows; it only passes
    until(lambda: proxy.report()["websockets"] == 2)
    assert received == [*answer(1, "One.").messages, limits, limits, *whole, error, error, *answer(5, "Five.").messages]
    found = turns(proxy.archive)
    assert [turn.request for turn in found] == [seen for seen in sockets.seen if b"response.create" in seen][:-1]
    assert [turn.payload["reading"]["error"] for turn in found] == ["", "", "rate: Slow down", "rate: Slow down", ""]
    assert "messages kept: 1\n" in proxy.log()
    assert not re.search(r"messages kept: [^1]", proxy.log())
    control = as_sent({"type": "response.cancel"})
    passed = [message for turn in found for message in messages(turn)]
    assert [data for data, from_client in passed if not from_client] == received
    assert [data for data, from_client in passed if from_client] == [control]


def test_the_line_goes_on_over_sockets_and_recorders(start: Any, sockets: SocketProvider, tmp_path: Any) -> None:
    archive = tmp_path / "archive"
    sockets.script(*(answer(number).messages for number in (1, 2, 3, 9)))
    proxy = start(provider_port=sockets.port, archive=archive)
    with connect() as socket:
        ask(socket, create("One."))
    with connect() as socket:
        ask(socket, create("Two.", previous_response_id="resp_1"))
    proxy.stop()
    start(provider_port=sockets.port, archive=archive, folder=tmp_path / "second")
    with connect() as socket:
        ask(socket, create("Three.", previous_response_id="resp_2"))
        ask(socket, create("Nine.", previous_response_id="resp_8"))
    one, two, three, nine = turns(archive)
    for child, parent in ((two, one), (three, two)):
        assert [(each["turn"], each["kind"]) for each in child.payload["parents"]] == [(parent.id, "continues")]
    assert nine.payload["parents"] == []
    assert "unknown-base" in nine.payload["notes"]


def test_a_socket_that_is_cut(start: Any, sockets: SocketProvider) -> None:
    """By the provider in the middle of an answer, by the client, and by a death of the recorder."""
    proxy: Proxy = start(provider_port=sockets.port)
    begun = answer(1).messages[:6]
    sockets.script([*begun, None], begun, begun)
    with connect() as socket, pytest.raises(websockets.exceptions.ConnectionClosed):
        ask(socket, create("1"))
    until(lambda: proxy.report()["turns"] == 1)
    with connect() as socket:
        socket.send(as_sent(create("2")).decode())
        received = [socket.recv(timeout=30, decode=False) for _ in begun]
    until(lambda: proxy.report()["turns"] == 2)
    with connect() as socket:
        socket.send(as_sent(create("3")).decode())
        received = [socket.recv(timeout=30, decode=False) for _ in begun]
        proxy.kill()
    assert received == begun
    start(provider_port=sockets.port)
    until(lambda: len(turns(proxy.archive)) == 3)
    found = turns(proxy.archive)
    assert [turn.outcome for turn in found] == ["upstream-error", "client-aborted", "interrupted"]
    assert [messages(turn) for turn in found] == [[(message, False) for message in begun]] * 3
    assert [turn.request for turn in found] == sockets.seen


def test_a_closed_fail_policy_refuses_each_request(start: Any, sockets: SocketProvider, tmp_path: Any) -> None:
    proxy: Proxy = start(provider_port=sockets.port, options={"deck_fail": "closed"})
    sockets.script(answer(1).messages)
    with connect() as socket:
        ask(socket, create("1"))
        spool = next((proxy.archive / "spool").glob("*-*"))
        spool.rename(tmp_path / "gone")
        (refused,) = ask(socket, create("2"))
        assert json.loads(refused)["status"] == 503
    assert len(sockets.seen) == 1
    until(lambda: proxy.report()["refused"] == 1)

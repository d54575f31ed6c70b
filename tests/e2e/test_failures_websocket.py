"""What can go wrong on a WebSocket, with OpenAI's SDK as the client. Over HTTP: test_failures.py.

| the provider | the client | the turn |
|---|---|---|
| answers with an error message | has the same bytes, the socket lives on | `complete`, the error's words |
| breaks off before a message, after some, after an item | has what came, `ConnectionClosed` | `upstream-error` |
| stalls before a message, or after an item | gives up by a watch of its own | `client-aborted` |

After each the same question is asked again, which is answered, and is a `retries` of the first.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from clients import SAID
from openai.resources.responses.responses import ResponsesConnection
from openai_response_streams import Events
from openai_sdk import client
from openai_socket import SocketProvider, create, trust
from provider import Authority
from proxy import PYTHONS, Proxy, lead_through, until
from recorded import Turn, asked, gaps
from websockets.exceptions import ConnectionClosed

from deck.cli import main
from store import socket_body

pytestmark = pytest.mark.e2e
WHOLE = Events().text("Two ", "words.").end().messages
ITEM = 9  # messages: the answer's only item has ended
PLACES = {"before a message": 0, "after some": 5, "after an item": ITEM}
WATCH = 0.1  # seconds; they begin when everything that comes has come


@dataclass(frozen=True)
class Scene:
    """One recording proxy for all cells."""

    proxy: Proxy
    sockets: SocketProvider

    def wait_for(self, words: str, count: int) -> list[Turn]:
        """The turns in which these words were sent, when there are so many."""
        return asked(self.proxy.archive, words, count)


@pytest.fixture(scope="module", params=PYTHONS)
def scene(
    request: pytest.FixtureRequest, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    with SocketProvider(authority) as sockets:
        proxy = Proxy(
            folder=tmp_path_factory.mktemp("sockets"),
            python=request.param,
            provider_port=sockets.port,
            provider_ca=authority.certificate,
        )
        with proxy:
            yield Scene(proxy, sockets)
        assert gaps(proxy.archive) == []
        assert main(["fsck", "--archive", str(proxy.archive)]) == 0


@pytest.fixture(autouse=True)
def surroundings(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    lead_through(scene.proxy, monkeypatch)


def send(socket: ResponsesConnection, words: str) -> None:
    question: Any = create(words)
    socket.send(question)


def hear(socket: ResponsesConnection, count: int) -> list[bytes]:
    return [socket.recv_bytes() for _ in range(count)]


@pytest.mark.parametrize("status", [429, 500, 529])
def test_an_error_message(scene: Scene, status: int, capsys: Any) -> None:
    words = f"refused with {status}"
    error = b'{"type": "error", "status": %d, "error": {"code": "busy", "message": "Busy"}}' % status
    scene.sockets.script([error], WHOLE)
    with client() as sdk, sdk.responses.connect(websocket_connection_options={"ssl": trust()}) as socket:
        send(socket, words)
        assert hear(socket, 1) == [error]
        (turn,) = scene.wait_for(words, 1)
        send(socket, words)
        assert hear(socket, len(WHOLE)) == WHOLE
    assert (turn.outcome, turn.payload["reading"]["error"]) == ("complete", "busy: Busy")
    assert said(turn) == [error]
    judge(scene, words, capsys)


@pytest.mark.parametrize("place", PLACES)
def test_a_provider_that_breaks_off(scene: Scene, place: str, capsys: Any) -> None:
    words = f"cut {place}"
    came = WHOLE[: PLACES[place]]
    scene.sockets.script([*came, None])
    with client() as sdk, sdk.responses.connect(websocket_connection_options={"ssl": trust()}) as socket:
        send(socket, words)
        assert hear(socket, len(came)) == came
        with pytest.raises(ConnectionClosed):
            socket.recv_bytes()
    (turn,) = scene.wait_for(words, 1)
    assert (turn.outcome, said(turn)) == ("upstream-error", came)
    assert turn.payload["error"]
    ask_again(scene, words)
    judge(scene, words, capsys)


@pytest.mark.parametrize("place", PLACES)
def test_a_provider_that_stalls(scene: Scene, place: str, capsys: Any) -> None:
    """The SDK waits for ever, so that a program's own watch has to close the socket under it."""
    words = f"stalls {place}"
    came = WHOLE[: PLACES[place]]
    scene.sockets.script(came)
    with client() as sdk, sdk.responses.connect(websocket_connection_options={"ssl": trust()}) as socket:
        send(socket, words)
        assert hear(socket, len(came)) == came
        until(lambda: any(words.encode() in seen for seen in scene.sockets.seen))
        watch = threading.Timer(WATCH, socket.close)
        watch.start()
        with pytest.raises(ConnectionClosed):
            socket.recv_bytes()
        watch.join()
    (turn,) = scene.wait_for(words, 1)
    assert (turn.outcome, said(turn)) == ("client-aborted", came)
    ask_again(scene, words)
    judge(scene, words, capsys)


def ask_again(scene: Scene, words: str) -> None:
    """The same question on a new socket, answered now; the text is as the SDK has it."""
    scene.sockets.script(WHOLE)
    with client() as sdk, sdk.responses.connect(websocket_connection_options={"ssl": trust()}) as socket:
        send(socket, words)
        for event in socket:
            if event.type == "response.completed":
                assert event.response.output_text == SAID
                break


def judge(scene: Scene, words: str, capsys: Any) -> None:
    """What the archive has of the failure and of the answer behind it, and how `deck checkout` prints the first."""
    first, second = scene.wait_for(words, 2)
    assert [first.request, second.request] == [seen for seen in scene.sockets.seen if f'"{words}"'.encode() in seen]
    assert (second.outcome, said(second)) == ("complete", WHOLE)
    assert [(edge["turn"], edge["kind"]) for edge in second.payload["parents"]] == [(first.id, "retries")]
    capsys.readouterr()
    assert main(["checkout", first.id, "--archive", str(scene.proxy.archive)]) == 0
    printed = capsys.readouterr().out
    assert words in printed
    assert (first.payload["reading"]["error"] or first.outcome) in printed


def said(turn: Turn) -> list[bytes]:
    """The provider's messages in a turn; the client said nothing meanwhile."""
    messages = socket_body.parse(turn.response)
    assert not any(message.from_client for message in messages)
    return [message.data for message in messages]

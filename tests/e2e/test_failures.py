"""What can go wrong with a model call, for every SDK, streaming and not: one row a failure, one column an SDK.

| the provider | the client | the turn |
|---|---|---|
| refuses: 400, 429, 500, 529 | has the same bytes, raises its own error | `complete`, the refusal and its words |
| breaks off before the status line | hears mitmproxy's 502 | `upstream-error`, no status |
| breaks off before, after or inside a piece | has what came; of a body with a length, a 502 | `upstream-error` |
| sends an error in a 200 stream | has the same bytes, raises | `complete`, the error's words |
| stalls before the status line, a piece, or the end | gives up by its own timeout | `client-aborted` |
| refuses a WebSocket: 426, 429, 500, 529 | has the same bytes, asks by POST | that of the POST |
| answers | is stopped by its user in the middle | `client-aborted` |

After each the same question is asked again, which is answered, and is a `retries` of the first. A stream's errors have
no counterpart in a body that is one document. What can happen on a WebSocket: test_failures_websocket.py.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import openai
import pytest
from clients import CLIENTS, SAID, Asking, Client
from noting import Ear, Heard, Leave
from openai_socket import trust
from provider import Authority, Provider, Reply
from proxy import PYTHONS, Proxy, lead_through, until
from recorded import Turn, asked, gaps, turns
from websockets.exceptions import InvalidStatus

from deck.cli import main
from deck.launch import ports

pytestmark = pytest.mark.e2e
AFTER_SOME = "after some"
STALLS = ("before the status line", "before the first piece", AFTER_SOME)


@dataclass(frozen=True)
class Scene:
    """One recording proxy for all cells: forward, and a reverse proxy before a local model."""

    proxy: Proxy
    remote: Provider
    local: Provider
    ollama: str  # the reverse proxy's address

    def provider(self, client: Client) -> Provider:
        """Who answers this client."""
        return self.local if client.name.startswith("ollama") else self.remote

    def wait_for(self, words: str, count: int) -> list[Turn]:
        """The turns in which these words were sent, when there are so many."""
        return asked(self.proxy.archive, words, count)


@pytest.fixture(scope="module", params=PYTHONS)
def scene(
    request: pytest.FixtureRequest, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    forward, reverse = ports.free(2)
    with Provider(authority) as remote, Provider(None) as local:
        modes = (f"regular@{forward}", f"reverse:http://127.0.0.1:{local.port}@{reverse}")
        proxy = Proxy(
            folder=tmp_path_factory.mktemp("failures"),
            python=request.param,
            provider_port=remote.port,
            provider_ca=authority.certificate,
            arguments=[word for mode in modes for word in ("--mode", mode)],
        )
        with proxy:
            until(lambda: ports.is_listening(forward) and ports.is_listening(reverse))
            yield Scene(proxy, remote, local, f"http://127.0.0.1:{reverse}")
        assert gaps(proxy.archive) == []
        assert main(["fsck", "--archive", str(proxy.archive)]) == 0


@pytest.fixture(autouse=True)
def surroundings(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    lead_through(scene.proxy, monkeypatch)
    monkeypatch.setenv("OLLAMA_HOST", scene.ollama)


@dataclass(frozen=True)
class Failure:
    """One row: what the provider does, and what the archive has of it."""

    name: str
    reply: Callable[[Client], Reply]
    outcome: str = "upstream-error"
    status: int | None = 200
    heard: int | None = 200  # what the client has as a status
    streams: bool | None = None  # whether it is one of streams, or of documents; of both where None

    def __str__(self) -> str:
        return self.name


def cut(after: int, **options: Any) -> Callable[[Client], Reply]:
    return lambda client: client.answers(cut_after=after, **options)


def after_some(client: Client) -> Reply:
    """Broken off behind a whole item, where the format has items."""
    return client.answers(cut_after=client.some)


def inside(client: Client) -> Reply:
    """Broken off in the middle of a piece."""
    number = len(client.pieces) // 3
    piece = client.pieces[number]
    parts = [*client.pieces[:number], piece[: len(piece) // 2], piece[len(piece) // 2 :], *client.pieces[number + 1 :]]
    return replace(client.answers(cut_after=number + 1), pieces=parts)


def failing(client: Client) -> Reply:
    return Reply([*client.pieces[: client.some], client.failing], headers=client.headers)


FAILURES = [
    *(
        Failure(str(status), lambda client, status=status: client.refuses(status), "complete", status, status)
        for status in (400, 429, 500, 529)
    ),
    Failure("cut before the status line", cut(-1), status=None, heard=502),
    Failure("cut before the first piece", cut(0)),
    Failure("cut after some", after_some),
    Failure("cut inside a piece", inside),
    Failure("cut before its length", cut(2, framing="length"), heard=502, streams=False),
    Failure("error in a 200", failing, "complete", streams=True),
]
CELLS = [
    pytest.param(client, failure, id=f"{client}-{failure}")
    for client in CLIENTS
    for failure in FAILURES
    if failure.streams in (None, client.streams)
]


@pytest.mark.parametrize(("client", "failure"), CELLS)
def test_a_provider_that_fails(scene: Scene, client: Client, failure: Failure, capsys: Any) -> None:
    asking = Asking(f"{client}: {failure}")
    provider = scene.provider(client)
    provider.script(failure.reply(client))
    with pytest.raises(client.errors):
        client.ask(asking)
    (turn,) = scene.wait_for(asking.words, 1)
    sent = provider.seen[-1].sent
    (heard,) = asking.ear.heard
    assert heard.status == failure.heard
    if failure.heard == failure.status:
        assert heard.body == sent
    is_cut_short = failure.heard != failure.status
    assert turn.response == (b"" if is_cut_short else sent)
    assert (turn.outcome, turn.payload["http"]["status"]) == (failure.outcome, failure.status)
    assert turn.request == provider.seen[-1].body
    is_told = failure.outcome == "complete"
    assert turn.payload["reading"]["error"] == (client.says if is_told else "")
    assert bool(turn.payload.get("error")) != is_told
    ask_again(scene, client, asking, capsys)


@pytest.mark.parametrize("place", STALLS)
@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_a_provider_that_stalls(scene: Scene, client: Client, place: str, capsys: Any) -> None:
    """The client gives up by a timeout of its own, longer each time until everything reached it before."""
    provider = scene.provider(client)
    after = client.some if place == AFTER_SOME else STALLS.index(place) - 1
    sent = b"".join(client.pieces[: max(0, after)])
    for patience in (0.15, 1.0, 10.0):
        provider.unscript()
        provider.script(client.answers(stall_after=after))
        asking = Asking(f"{client}: stalls {place}, {patience} s", patience=patience)
        with pytest.raises(client.errors):
            client.ask(asking)
        if asking.ear.heard == [Heard(200, sent)] * (after >= 0) and provider.asked(asking.words):
            break
    (turn,) = scene.wait_for(asking.words, 1)
    assert (turn.request, turn.response) == (provider.seen[-1].body, sent)
    assert (turn.outcome, turn.payload["http"]["status"]) == ("client-aborted", None if after < 0 else 200)
    ask_again(scene, client, asking, capsys)


@pytest.mark.parametrize("client", [client for client in CLIENTS if client.streams], ids=str)
def test_a_client_that_is_stopped(scene: Scene, client: Client, capsys: Any) -> None:
    """By its user, in the middle of the answer; before any of it, as in a stall, no provider can tell why it left."""
    received = b"".join(client.pieces[: client.some])
    asking = Asking(f"{client}: stopped", Ear(leave_at=received))
    provider = scene.provider(client)
    provider.script(client.answers(stall_after=client.some))
    with pytest.raises(Leave):
        client.ask(asking)
    (turn,) = scene.wait_for(asking.words, 1)
    assert asking.ear.heard == [Heard(200, received)]
    assert (turn.outcome, turn.response, turn.request) == ("client-aborted", received, provider.seen[-1].body)
    ask_again(scene, client, asking, capsys)


@pytest.mark.parametrize("client", [client for client in CLIENTS if client.tries_again], ids=str)
def test_an_sdk_that_tries_again_by_itself(scene: Scene, client: Client) -> None:
    statuses = (429, 529, 500)
    provider = scene.provider(client)
    provider.script(*map(client.refuses, statuses), client.answers())
    asking = Asking(f"{client}: by itself", retries=len(statuses))
    assert client.ask(asking) == SAID
    found = scene.wait_for(asking.words, 1 + len(statuses))
    assert [turn.payload["http"]["status"] for turn in found] == [*statuses, 200]
    assert [turn.response for turn in found] == [seen.sent for seen in provider.seen[-len(found) :]]
    assert [heard.status for heard in asking.ear.heard] == [*statuses, 200]  # not every SDK reads a refusal's body
    assert asking.ear.heard[-1].body == found[-1].response
    assert found[0].payload["parents"] == []
    for earlier, later in itertools.pairwise(found):
        assert [(edge["turn"], edge["kind"]) for edge in later.payload["parents"]] == [(earlier.id, "retries")]


@pytest.mark.parametrize("status", [426, 429, 500, 529])
def test_a_provider_that_refuses_the_upgrade(scene: Scene, status: int, capsys: Any) -> None:
    """Nothing was asked on the socket, so the only turn is that of the POST which takes its place."""
    (client,) = [each for each in CLIENTS if each.name == "responses"]
    asking = Asking(f"{client}: {status} for a socket")
    scene.remote.script(client.refuses(status), client.answers())
    sdk = openai.OpenAI(api_key="sk-openai-secret")
    with pytest.raises(InvalidStatus) as refused, sdk.responses.connect(websocket_connection_options={"ssl": trust()}):
        pass
    assert (refused.value.response.status_code, refused.value.response.body) == (status, client.refusal)
    assert client.ask(asking) == SAID
    (turn,) = scene.wait_for(asking.words, 1)
    assert (turn.outcome, turn.payload["http"]["method"], turn.payload["parents"]) == ("complete", "POST", [])
    assert {each.payload["http"]["method"] for each in turns(scene.proxy.archive, newest=2)} == {"POST"}
    handshakes = [seen for seen in scene.remote.seen if "upgrade" in dict(seen.headers)]
    until(lambda: scene.proxy.report()["skipped"] == len(handshakes))
    look(scene, turn, asking.words, capsys)


def ask_again(scene: Scene, client: Client, asking: Asking, capsys: Any) -> None:
    """The same question once more, answered now; and the commands read what came of both."""
    provider = scene.provider(client)
    provider.script(client.answers())
    again = Asking(asking.words)
    assert client.ask(again) == SAID
    first, second = scene.wait_for(asking.words, 2)
    assert (second.outcome, second.payload["http"]["status"]) == ("complete", 200)
    assert [heard.body for heard in again.ear.heard] == [second.response] == [b"".join(client.pieces)]
    assert second.request == first.request == provider.seen[-1].body
    assert [(edge["turn"], edge["kind"]) for edge in second.payload["parents"]] == [(first.id, "retries")]
    look(scene, first, asking.words, capsys)


def look(scene: Scene, turn: Turn, words: str, capsys: Any) -> None:
    """`deck checkout` prints the turn, its outcome and its error."""
    capsys.readouterr()
    assert main(["checkout", turn.id, "--archive", str(scene.proxy.archive)]) == 0
    printed = capsys.readouterr().out
    assert words in printed
    if turn.outcome != "complete":
        assert turn.outcome in printed
    assert turn.payload["reading"]["error"] in printed
    if turn.response:
        assert main(["checkout", turn.id, "--raw", "response", "--archive", str(scene.proxy.archive)]) == 0
        assert capsys.readouterr().out.encode() == turn.response

"""The ledger equals the provider's own count, whatever happens to client, provider, disk and recorder."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import sdk
import websockets.exceptions
import websockets.sync.client
from openai_response_streams import Events
from openai_socket import SocketProvider, as_sent, create, trust
from provider import Authority, Provider, Reply, message_events, message_json
from proxy import Proxy, until
from recorded import gaps, turns

from deck.cli import main
from store import books
from store.archive import Archive
from store.fsck import check
from store.ledger import Ledger
from store.recover import recover

pytestmark = pytest.mark.e2e
TEXTS = [f"word {number} " for number in range(10)]
EVENTS = message_events(TEXTS)
URL = "https://api.anthropic.com/v1/messages"
ONE, TWO = "11111111-aaaa", "22222222-bbbb"


def ledger(archive: Path) -> Ledger:
    with Archive.open(archive) as opened:
        return books.read(opened)


def ask(session: str, url: str = URL, *, method: str = "POST") -> int:
    """A request that names its session; its status, or 0 where no answer came."""
    body = sdk.QUESTION | {"messages": [{"role": "user", "content": f"I am {session}"}]}
    headers = {"x-claude-code-session-id": session} if session else {}
    with httpx.Client(timeout=30) as client:
        try:
            return client.request(method, url, json=body, headers=headers).status_code
        except httpx.HTTPError:
            return 0


def abort(proxy: Proxy, provider: Provider, session: str) -> None:
    """A client that leaves in the middle of an answer."""
    provider.script(Reply.stream(TEXTS, paced=True))
    provider.let(3)
    before = proxy.report()["turns"]
    with (
        httpx.Client(timeout=30) as client,
        client.stream("POST", URL, json=sdk.QUESTION, headers={"x-claude-code-session-id": session}) as response,
    ):
        next(response.iter_raw())
    until(lambda: proxy.report()["turns"] > before)


def test_every_request_that_the_provider_saw_has_one_fate(
    start: Any, provider: Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    proxy = start()
    whole = message_json("whole")
    provider.script(
        *(Reply.json(whole), Reply.json(b'{"error":{}}', status=429), Reply.json(b'{"error":{}}', status=529)),
        *(Reply.stream(TEXTS), Reply.stream(TEXTS, cut_after=4), Reply.json(b"{}"), Reply.json(b"{}", status=404)),
    )
    statuses = [ask(ONE), ask(ONE), ask(ONE), ask(TWO), ask(TWO)]
    assert statuses == [200, 429, 529, 200, 0]
    ask(ONE, "https://api.anthropic.com/api/event_logging/batch")
    ask("", "https://api.anthropic.com/v1/models", method="GET")
    abort(proxy, provider, TWO)
    provider.script(Reply.stream(TEXTS, paced=True))
    with (
        httpx.Client(timeout=30) as client,
        client.stream("POST", URL, json=sdk.QUESTION, headers={"x-claude-code-session-id": TWO}) as response,
    ):
        running = ledger(proxy.archive)
        assert running.total().seen == len(provider.seen) == 9
        assert running.state(TWO).mark == "in flight 1"
        assert running.state(ONE).mark == "complete"
        provider.let(100)
        assert response.read() == b"".join(EVENTS)
    proxy.stop()

    found = ledger(proxy.archive)
    assert found.total().seen == len(provider.seen) == 9
    assert found.total().as_json() == {
        **{"seen": 9, "stored": 7, "truncated": 0, "known": 0, "in_flight": 0},
        **{"skipped": {"no-model-call": 2}, "lost": {}},
    }
    assert found.account(ONE).as_json()["stored"] == 3
    assert found.account(ONE).skipped == {"no-model-call": 1}
    assert found.account(TWO).seen == found.account(TWO).turns == 4
    assert found.elsewhere().as_json()["skipped"] == {"no-model-call": 1}
    assert found.unrecorded() == 0
    assert {found.state(ONE).word, found.state(TWO).word} == {"complete"}
    assert main(["sessions", "--json", "--archive", str(proxy.archive)]) == 0
    shown = {row["key"]: row["ledger"] for row in json.loads(capsys.readouterr().out)["sessions"]}
    assert (shown[ONE]["state"], shown[ONE]["seen"], shown[TWO]["stored"]) == ("complete", 4, 4)
    with Archive.open(proxy.archive) as archive:
        assert check(archive).sound


FAULTS = """
import errno

class Faults:
    # The exchange whose question names it is lost at that place; everything else goes its way.
    def running(self):
        from addon.backlog import Backlog
        from addon.inflight import InFlight
        from store.record import Recorder
        put, data, record = Backlog.put, InFlight.response_data, Recorder.record

        def names(source, word):
            return word in dict(getattr(source, "head", source).request_headers).get(b"x-fault", b"")

        Backlog.put = lambda self, job: not names(job.source, b"queue") and put(self, job)

        def response_data(self, piece):
            if names(self, b"capture"):
                raise RuntimeError("injected")
            data(self, piece)

        def recorded(self, exchange, *more):
            if names(exchange, b"record"):
                raise ValueError("injected")
            if names(exchange, b"disk"):
                raise OSError(errno.EIO, "injected")
            return record(self, exchange, *more)

        InFlight.response_data, Recorder.record = response_data, recorded

addons = [Faults()]
"""


def test_what_is_lost_is_counted_by_reason_and_moves_when_it_is_recovered(start: Any, provider: Provider) -> None:
    proxy = start(scripts=[FAULTS])
    words = ["queue", "capture", "record", "disk", "", ""]
    provider.script(*(Reply.json(message_json(word)) for word in words))
    with httpx.Client(timeout=30) as client:
        for word in words:
            body = sdk.QUESTION | {"messages": [{"role": "user", "content": f"fault {word}"}]}
            headers = {"x-fault": word, "x-claude-code-session-id": ONE}
            assert client.post(URL, json=body, headers=headers).content == message_json(word)
    until(lambda: proxy.report()["gaps"] == 4)
    until(lambda: proxy.report()["turns"] == 2)
    account = ledger(proxy.archive).account(ONE)
    assert account.seen == len(provider.seen) == 6
    assert account.lost == {"capture-failed": 1, "queue-full": 1, "not-recorded": 2}
    assert ledger(proxy.archive).state(ONE).mark == "gaps 4"
    proxy.stop()

    with Archive.open(proxy.archive) as archive:  # the spool has all but what the tee lost
        recover(archive)
    found = ledger(proxy.archive)
    assert found.account(ONE).as_json() == {
        **{"seen": 6, "stored": 6, "truncated": 0, "known": 0, "in_flight": 0},
        **{"skipped": {}, "lost": {}},
    }
    assert len(turns(proxy.archive)) == found.total().seen == len(provider.seen)
    assert found.state(ONE).mark == "complete"
    assert len(gaps(proxy.archive)) == 4  # what happened stays on record


def test_kill_9_costs_no_count(start: Any, provider: Provider) -> None:
    proxy = start()
    provider.script(Reply.json(b"{}"), Reply.json(message_json("before")), Reply.stream(TEXTS, paced=True))
    ask(ONE, "https://api.anthropic.com/api/hello", method="GET")
    ask(ONE)
    provider.let(4)
    with (
        httpx.Client(timeout=30) as client,
        client.stream("POST", URL, json=sdk.QUESTION, headers={"x-claude-code-session-id": ONE}) as response,
    ):
        arriving = response.iter_raw()
        next(arriving)
        until(proxy.is_spooling)
        proxy.kill()
    waiting = ledger(proxy.archive)
    assert waiting.total().seen == len(provider.seen) == 3
    assert waiting.state(ONE).mark == "in flight 1"
    with Archive.open(proxy.archive) as archive:
        assert recover(archive) == 1
    found = ledger(proxy.archive)
    assert found.account(ONE).as_json() == {
        **{"seen": 3, "stored": 2, "truncated": 0, "known": 0, "in_flight": 0},
        **{"skipped": {"no-model-call": 1}, "lost": {}},
    }
    assert found.state(ONE).mark == "complete"
    assert [book.certain for book in found.books] == [True]


def test_what_the_fail_policy_refuses_never_reached_the_provider(start: Any, provider: Provider) -> None:
    refusing = """
class Refusing:
    def running(self):
        from store.spool import Spool
        whole = Spool.open

        def broken(*arguments):
            Spool.open = whole
            raise OSError(28, "No space left on device")

        Spool.open = broken

addons = [Refusing()]
"""
    proxy = start(scripts=[refusing], options={"deck_fail": "closed"})
    provider.script(Reply.json(message_json("whole")))
    assert ask(ONE) == 503
    until(lambda: proxy.report()["gaps"] == 1)
    assert ask(ONE) == 200
    proxy.stop()
    account = ledger(proxy.archive).account(ONE)
    assert account.skipped == {"refused": 1}
    assert account.seen - 1 == len(provider.seen) == account.turns
    assert ledger(proxy.archive).state(ONE).mark == "complete"


def test_responses_on_a_socket_are_counted_one_by_one(start: Any, authority: Authority) -> None:
    with SocketProvider(authority) as sockets:
        proxy = start(provider_port=sockets.port)
        sockets.script(
            Events("resp_1").text("Hello.").end().messages, [*Events("resp_2").text("Cut").end().messages[:2], None]
        )
        headers = {"authorization": "Bearer sk-secret", "session-id": ONE}
        url = "wss://api.openai.com/v1/responses"
        with websockets.sync.client.connect(url, additional_headers=headers, max_size=None, ssl=trust()) as socket:
            socket.send(as_sent(create("One.")).decode())
            while b'"type": "response.completed"' not in socket.recv(timeout=30, decode=False):
                pass
            socket.send('{"type": "session.update"}')  # asks for no response
            socket.send(as_sent(create("Two.")).decode())
            with pytest.raises(websockets.exceptions.ConnectionClosed):
                while True:
                    socket.recv(timeout=30)
        until(lambda: proxy.report()["turns"] == 2)
        proxy.stop()
        asked = sum(b'"response.create"' in message for message in sockets.seen)
        found = ledger(proxy.archive)
        assert found.total().seen == len(sockets.paths) + asked == 3
        assert found.total().turns == asked == 2
        assert found.account(ONE).skipped == {"handshake": 1}


@pytest.mark.prove
@pytest.mark.timeout(600)
def test_kills_under_load_leave_no_request_without_a_fate(start: Any, provider: Provider) -> None:
    """What the recorder saw is at least what the provider did, at most the clients' requests, and each has a fate."""
    dice = random.Random(1)
    sent = 0
    for _ in range(20):
        proxy = start()
        kill_at = len(provider.seen) + dice.randrange(1, 40)

        def client(proxy: Proxy = proxy) -> int:
            asked = 0
            while proxy.process is not None and proxy.process.poll() is None:
                asked += 1
                ask(ONE, *([] if asked % 3 else ["https://api.anthropic.com/api/hello"]))
            return asked

        provider.script(*(Reply.stream(TEXTS) if n % 2 else Reply.json(message_json("whole")) for n in range(400)))
        with ThreadPoolExecutor(4) as pool:
            asking = [pool.submit(client) for _ in range(4)]
            until(lambda kill_at=kill_at: len(provider.seen) >= kill_at)
            proxy.kill()
            sent += sum(each.result() for each in asking)
        with Archive.open(proxy.archive) as archive:
            recover(archive)
        found = ledger(proxy.archive)
        assert len(provider.seen) <= found.total().seen <= sent
        assert found.total().in_flight == 0
        assert found.account(ONE).turns == len(turns(proxy.archive))
        assert all(book.certain for book in found.books)
        assert set(found.total().lost) <= {"unfinished"}  # a request whose spool file was not even made

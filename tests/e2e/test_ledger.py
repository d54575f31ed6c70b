"""The ledger equals the provider's own count, whatever happens to client, provider, disk and recorder."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import sdk
from provider import Provider, Reply, message_events, message_json
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
        next(response.iter_raw())
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

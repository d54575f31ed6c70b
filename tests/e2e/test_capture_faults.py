"""The recorder blows up at any point: the traffic does not notice, and a gap is on record."""

import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
import sdk
from provider import Authority, Provider, Reply, message_events, message_json
from proxy import until
from recorded import gaps, turns

pytestmark = pytest.mark.e2e
TEXTS = [f"word {number} " for number in range(10)]
EVENTS = message_events(TEXTS)

BREAK = """
# Replaces one real part of the recorder by one that fails, before the first request.
import importlib

class Break:
    name = {path!r}  # mitmproxy wants every addon's to be another

    def running(self):
        owner = importlib.import_module({module!r})
        for name in {path!r}.split(".")[:-1]:
            owner = getattr(owner, name)
        attribute = {path!r}.split(".")[-1]
        whole = getattr(owner, attribute)
        calls = []

        def broken(*arguments, **named):
            calls.append(1)
            if {first} <= len(calls) < {first} + {times}:
                raise {error}
            return whole(*arguments, **named)

        setattr(owner, attribute, broken)

addons = [Break()]
"""


def breaking(
    module: str, path: str, first: int = 1, error: str = "RuntimeError('injected')", times: int = 1_000_000
) -> str:
    """A script that makes a function fail ``times`` times from its ``first`` call on."""
    return BREAK.format(module=module, path=path, first=first, error=error, times=times)


POINTS = [
    ("addon.traffic", "request_head", 1),
    ("addon.policy", "is_model_call", 1),
    ("addon.inflight", "InFlight.request_data", 1),
    ("addon.inflight", "InFlight.request_end", 1),
    ("addon.inflight", "InFlight.response_head", 1),
    ("addon.inflight", "InFlight.response_data", 1),
    ("addon.inflight", "InFlight.response_data", 4),
    ("addon.inflight", "InFlight.end", 1),
    ("addon.inflight", "InFlight.exchange", 1),
    ("addon.backlog", "Backlog.put", 1),
    ("addon.writer", "Writer.spooling", 1),
    ("store.spool_exchange", "response_head", 1),
    ("store.spool_frames", "pack", 5),
    ("store.record", "Recorder.record", 1),
]


@pytest.mark.parametrize(("module", "path", "first"), POINTS, ids=lambda value: str(value))
def test_an_exception_anywhere_changes_no_byte(
    start: Any, provider: Provider, module: str, path: str, first: int
) -> None:
    proxy = start(scripts=[breaking(module, path, first)])
    provider.script(Reply.stream(TEXTS), Reply.json(message_json("whole")))
    _, streamed = sdk.ask_streaming()
    _, whole = sdk.ask()
    assert streamed == b"".join(EVENTS)
    assert whole == message_json("whole")
    until(lambda: proxy.report()["gaps"] + proxy.report()["turns"] >= 2)
    proxy.stop()
    kept = turns(proxy.archive)
    assert all(turn.response in (streamed, whole) for turn in kept)
    assert len(gaps(proxy.archive)) + len(kept) >= 2
    assert gaps(proxy.archive)


def test_a_decision_that_fails_leaves_the_tunnel_alone(start: Any, provider: Provider, authority: Authority) -> None:
    proxy = start(scripts=[breaking("addon.policy", "is_stranger")])
    provider.script(Reply.json(message_json("whole")))
    trust = ssl.create_default_context(cafile=str(authority.certificate))
    with httpx.Client(proxy=proxy.url, verify=trust, trust_env=False) as browser:
        answer = browser.post("https://api.anthropic.com/v1/messages", json=sdk.QUESTION)
    assert answer.content == message_json("whole")
    proxy.stop()
    assert [gap["reason"] for gap in gaps(proxy.archive)] == ["capture-failed"]


@pytest.mark.parametrize("path", ["Writer.begin", "Writer.commit"])
def test_a_commit_that_fails_once(start: Any, provider: Provider, path: str) -> None:
    proxy = start(scripts=[breaking("store.writer", path, times=1)])
    provider.script(Reply.stream(TEXTS), Reply.json(message_json("whole")))
    _, streamed = sdk.ask_streaming()
    _, whole = sdk.ask()
    assert (streamed, whole) == (b"".join(EVENTS), message_json("whole"))
    (turn,) = turns(proxy.archive)
    assert turn.response == whole
    assert [gap["reason"] for gap in gaps(proxy.archive)] == ["not-recorded"]


def test_an_exchange_that_cannot_be_recorded_is_recovered_by_the_next_start(start: Any, provider: Provider) -> None:
    proxy = start(scripts=[breaking("store.record", "Recorder.record", 1, "MemoryError()")])
    provider.script(Reply.stream(TEXTS))
    _, streamed = sdk.ask_streaming()
    assert streamed == b"".join(EVENTS)
    until(lambda: proxy.report()["gaps"] == 1)
    proxy.stop()
    (gap,) = gaps(proxy.archive)
    assert gap["reason"] == "not-recorded"
    start()
    until(lambda: proxy.report()["recovered"] == 1)
    (turn,) = turns(proxy.archive)
    assert turn.response == streamed
    assert turn.outcome == "complete"


def test_a_disk_that_is_full_for_a_while(start: Any, provider: Provider) -> None:
    """Turns wait for room and are committed then, in their order; the clients do not wait."""
    full = breaking("store.record", "Recorder.record", 1, "OSError(28, 'No space left on device')", times=3)
    proxy = start(scripts=[full])
    provider.script(Reply.stream(TEXTS), Reply.json(message_json("whole")))
    _, streamed = sdk.ask_streaming()
    _, whole = sdk.ask()
    assert (streamed, whole) == (b"".join(EVENTS), message_json("whole"))
    until(lambda: proxy.report()["turns"] == 2)
    proxy.stop()
    assert [turn.response for turn in turns(proxy.archive)] == [streamed, whole]
    assert gaps(proxy.archive) == []


def test_a_disk_that_stays_full_until_the_end(start: Any, provider: Provider) -> None:
    full = breaking("store.record", "Recorder.record", 1, "OSError(28, 'No space left on device')")
    proxy = start(scripts=[full])
    provider.script(Reply.stream(TEXTS))
    _, streamed = sdk.ask_streaming()
    proxy.stop()
    assert turns(proxy.archive) == []
    start()
    until(lambda: proxy.report()["recovered"] == 1)
    (turn,) = turns(proxy.archive)
    assert turn.response == streamed
    assert gaps(proxy.archive) == []


def test_a_queue_without_room(start: Any, provider: Provider) -> None:
    proxy = start(scripts=[LIMIT])
    provider.script(Reply.stream(TEXTS))
    _, streamed = sdk.ask_streaming()
    assert streamed == b"".join(EVENTS)
    proxy.stop()
    assert [gap["reason"] for gap in gaps(proxy.archive)] == ["queue-full"]


def test_a_commit_that_takes_too_long_is_not_waited_for(start: Any, provider: Provider, tmp_path: Path) -> None:
    """The store hangs until the test lets it go on; both clients have had their end by then."""
    latch = tmp_path / "go on"
    proxy = start(scripts=[HANG.format(latch=str(latch))])
    provider.script(Reply.stream(TEXTS), Reply.json(message_json("whole")))
    _, streamed = sdk.ask_streaming()
    _, whole = sdk.ask()
    assert (streamed, whole) == (b"".join(EVENTS), message_json("whole"))
    assert turns(proxy.archive) == []
    latch.touch()
    until(lambda: proxy.report()["turns"] == 2)
    assert proxy.report()["late"] == 2
    first, second = turns(proxy.archive)
    assert first.payload["notes"] == []  # it was being written when its time ran out
    assert second.payload["notes"] == ["commit-late"]
    assert gaps(proxy.archive) == []


HANG = """
import time
from pathlib import Path

class Hang:
    def running(self):
        from store.record import Recorder
        whole = Recorder.record

        def hanging(*arguments):
            while not Path({latch!r}).exists():
                time.sleep(0.01)
            return whole(*arguments)

        Recorder.record = hanging

addons = [Hang()]
"""


def test_a_body_over_the_limit_is_cut_in_the_archive_only(start: Any, provider: Provider) -> None:
    proxy = start(scripts=[CUT])
    provider.script(Reply.stream(TEXTS))
    _, streamed = sdk.ask_streaming()
    assert streamed == b"".join(EVENTS)
    proxy.stop()
    (turn,) = turns(proxy.archive)
    assert turn.outcome == "truncated"
    assert turn.response == streamed[:500]
    assert turn.payload["response"]["size"] == len(streamed)
    assert [gap["reason"] for gap in gaps(proxy.archive)] == ["truncated"]


CUT = """
class Limit:
    def running(self):
        import addon.body
        addon.body.BODY_LIMIT = 500

addons = [Limit()]
"""


LIMIT = """
class Limit:
    def running(self):
        import addon.backlog
        addon.backlog.MAX_JOBS = 0

addons = [Limit()]
"""


def test_fail_policy_closed_refuses_before_anything_goes_upstream(start: Any, provider: Provider) -> None:
    script = breaking("store.record", "Recorder.record", 1, "OSError(28, 'No space left on device')")
    proxy = start(
        scripts=[script, breaking("store.record", "Recorder.gap", 1, "OSError(28, 'full')")],
        options={"deck_fail": "closed"},
    )
    provider.script(Reply.stream(TEXTS))
    _, streamed = sdk.ask_streaming()  # nobody knows yet, and a running answer is never cut
    assert streamed == b"".join(EVENTS)
    with httpx.Client() as http:
        answer = http.post("https://api.anthropic.com/v1/messages", json=sdk.QUESTION)
    assert answer.status_code == 503
    assert "fail policy" in answer.json()["error"]["message"]
    assert len(provider.seen) == 1
    until(lambda: proxy.report()["refused"] == 1)


def test_fail_policy_closed_opens_again_when_the_archive_can_be_written(start: Any, provider: Provider) -> None:
    """The gap record of the refusal is the proof that writing works again."""
    proxy = start(scripts=[ONCE], options={"deck_fail": "closed"})
    provider.script(Reply.json(message_json("whole")))
    with httpx.Client() as http:
        assert http.post("https://api.anthropic.com/v1/messages", json=sdk.QUESTION).status_code == 503
    until(lambda: proxy.report()["gaps"] == 1)
    sdk.ask()
    proxy.stop()
    assert len(turns(proxy.archive)) == 1
    assert [gap["reason"] for gap in gaps(proxy.archive)] == ["refused"]


ONCE = """
class Once:
    # The first spool file cannot be made.
    def running(self):
        from store.spool import Spool
        whole = Spool.open

        def broken(*arguments):
            Spool.open = whole
            raise OSError(28, "No space left on device")

        Spool.open = broken

addons = [Once()]
"""


def test_an_archive_that_cannot_be_made_yet_lets_traffic_pass(start: Any, provider: Provider, tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("in the way")
    proxy = start(archive=blocker / "archive")
    provider.script(Reply.stream(TEXTS), Reply.json(message_json("whole")))
    _, streamed = sdk.ask_streaming()
    assert streamed == b"".join(EVENTS)
    blocker.unlink()
    until(lambda: proxy.report()["turns"] == 1)  # it tries again by itself
    sdk.ask()
    proxy.stop()
    assert len(turns(blocker / "archive")) == 2
    assert gaps(blocker / "archive") == []

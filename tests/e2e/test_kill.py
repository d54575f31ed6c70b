"""The recorder dies, or is stopped, in the middle of things: what the client had seen comes back."""

import os
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
import sdk
from provider import Provider, Reply, message_events, message_json
from proxy import Proxy, until
from recorded import gaps, turns

pytestmark = pytest.mark.e2e
TEXTS = [f"word {number} " for number in range(10)]
EVENTS = message_events(TEXTS)


def read_until(stream: Any, wanted: bytes) -> None:
    """Read until exactly ``wanted`` has arrived."""
    received = b""
    while received != wanted:
        received += next(stream)


def spooled(proxy: Proxy) -> bytes:
    """What the spool has of all exchanges in flight."""
    return b"".join(path.read_bytes() for path in (proxy.archive / "spool").rglob("*.flight"))


def die_after(proxy: Proxy, provider: Provider, pieces: int) -> None:
    """kill -9 when the client has read so many events of a stream, and the spool has what may lag a little behind."""
    provider.script(Reply.stream(TEXTS, paced=True))
    provider.let(pieces)
    with sdk.raw_stream() as stream:
        read_until(stream, b"".join(EVENTS[:pieces]))
        until(lambda: EVENTS[pieces - 1] in spooled(proxy))
        proxy.kill()
        with pytest.raises(httpx.HTTPError):
            next(stream)


def test_kill_9_in_the_middle_of_a_stream(start: Any, provider: Provider) -> None:
    proxy = start()
    provider.script(Reply.json(message_json("before")))
    sdk.ask()
    die_after(proxy, provider, 6)
    assert [turn.outcome for turn in turns(proxy.archive)] == ["complete"]
    start()
    until(lambda: proxy.report()["recovered"] == 1)
    finished, cut = turns(proxy.archive)
    assert finished.response == message_json("before")
    assert cut.outcome == "interrupted"
    assert cut.response == b"".join(EVENTS[:6])
    assert cut.request == provider.seen[1].body
    assert "recovered" in cut.payload["notes"]
    assert os.listdir(proxy.archive / "spool") != []  # the living proxy's own folder


def test_killed_at_once_it_has_what_had_not_come_just_now(start: Any, provider: Provider) -> None:
    """The last moments of an answer that goes on may be missing; what was there before them may not."""
    proxy = start()
    provider.script(Reply.stream(TEXTS, paced=True))
    provider.let(4)
    with sdk.raw_stream() as stream:
        read_until(stream, b"".join(EVENTS[:4]))
        until(lambda: EVENTS[3] in spooled(proxy))
        provider.let(5)
        read_until(stream, b"".join(EVENTS[4:9]))
        proxy.kill()
    start()
    until(lambda: proxy.report()["recovered"] == 1)
    (cut,) = turns(proxy.archive)
    assert cut.outcome == "interrupted"
    assert cut.response in [b"".join(EVENTS[:pieces]) for pieces in range(4, 10)]


def test_a_turn_whose_last_event_was_read_comes_back_complete(start: Any, provider: Provider) -> None:
    """Every event has arrived, the end of the response has not: the terminal event decides."""
    proxy = start()
    whole = Reply.stream(TEXTS)
    provider.script(Reply([*whole.pieces, b": bye\n\n"], headers=whole.headers, paced=True))
    provider.let(len(EVENTS))
    with sdk.raw_stream() as stream:
        read_until(stream, b"".join(EVENTS))
        proxy.kill()
    start()
    until(lambda: proxy.report()["recovered"] == 1)
    (turn,) = turns(proxy.archive)
    assert turn.outcome == "complete"
    assert turn.response == b"".join(EVENTS)


def test_several_deaths_lose_nothing_and_double_nothing(start: Any, provider: Provider) -> None:
    proxy = start()
    for pieces in (1, 4, 9):
        die_after(proxy, provider, pieces)
        proxy = start()
    until(lambda: len(turns(proxy.archive)) == 3)
    assert [len(turn.response) for turn in turns(proxy.archive)] == [
        sum(map(len, EVENTS[:pieces])) for pieces in (1, 4, 9)
    ]
    assert gaps(proxy.archive) == []


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_proxy_keeps_what_is_in_flight(start: Any, provider: Provider, sign: signal.Signals) -> None:
    proxy = start()
    provider.script(Reply.stream(TEXTS, paced=True))
    provider.let(5)
    with sdk.raw_stream() as stream:
        read_until(stream, b"".join(EVENTS[:5]))
        assert proxy.process is not None
        proxy.process.send_signal(sign)
        assert proxy.process.wait(30) == 0
    (turn,) = turns(proxy.archive)
    assert turn.outcome in ("interrupted", "upstream-error")
    assert turn.response == b"".join(EVENTS[:5])
    assert "recovered" not in turn.payload["notes"]
    assert os.listdir(proxy.archive / "spool") == ["lock"]


def test_touching_the_script_reloads_it_and_goes_on(start: Any, provider: Provider, tmp_path: Path) -> None:
    """A reload closes the archive and opens it again, also in the middle of a stream."""
    link = tmp_path / "linked" / "addon"
    link.parent.mkdir()
    copy_packages(link.parent)
    proxy = start(capture=str(link / "capture.py"))
    provider.script(Reply.stream(TEXTS, paced=True), Reply.json(message_json("after")))
    provider.let(5)
    loads = proxy.log().count("Loading script")
    with sdk.raw_stream() as stream:
        read_until(stream, b"".join(EVENTS[:5]))
        os.utime(link / "capture.py")
        until(lambda: proxy.log().count("Loading script") > loads)
        provider.let(100)
        assert b"".join(stream) == b"".join(EVENTS[5:])
    sdk.ask()
    first, second = turns(proxy.archive)
    assert first.outcome == "interrupted"
    assert first.response == b"".join(EVENTS[:5])
    assert second.response == message_json("after")


def copy_packages(folder: Path) -> None:
    """The packages as a wheel would lay them down."""
    import shutil

    from proxy import ROOT

    for name in ("addon", "store"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))

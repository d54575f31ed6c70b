"""What passes through a recording proxy: the client's bytes are the provider's, and the archive has them all."""

import json
from itertools import product
from typing import Any

import httpx
import pytest
import sdk
from provider import CODINGS, Provider, Reply, message_events, message_json
from proxy import until
from recorded import gaps, turns

pytestmark = pytest.mark.e2e
TEXTS = ["Hello", ", ", "world", "."]


def test_a_streamed_answer(start: Any, provider: Provider) -> None:
    proxy = start()
    for number, coding in enumerate(CODINGS):
        provider.script(Reply.stream(TEXTS, coding))
        text, received = sdk.ask_streaming()
        *before, turn = turns(proxy.archive)  # read at once: the client has the end, so the turn is there
        assert (text, len(before)) == ("Hello, world.", number), coding
        assert received == provider.seen[number].sent, coding
        assert turn.response == b"".join(message_events(TEXTS)), coding
        assert turn.request == provider.seen[number].body, coding
        assert turn.outcome == "complete", coding
        assert turn.payload["capture"]["mode"] == "forward"
    assert gaps(proxy.archive) == []


def test_an_answer_in_one_piece(start: Any, provider: Provider) -> None:
    proxy = start()
    for number, (coding, framing) in enumerate(product(["", "gzip"], ["chunked", "length", "close"])):
        provider.script(Reply.json(message_json("Hello."), coding=coding, framing=framing))
        text, received = sdk.ask()
        *before, turn = turns(proxy.archive)
        assert (text, len(before)) == ("Hello.", number), (coding, framing)
        assert received == message_json("Hello.") == turn.response, (coding, framing)
        assert turn.request == provider.seen[number].body, (coding, framing)
        assert turn.outcome == "complete", (coding, framing)


def test_twenty_pieces_arrive_one_by_one(start: Any, provider: Provider) -> None:
    """The provider sends a piece only when the client has the one before: a proxy that holds back would hang."""
    proxy = start()
    pieces = message_events([f"word {number} " for number in range(20)])
    provider.script(Reply.stream([f"word {number} " for number in range(20)], paced=True))
    provider.let()
    received = b""
    arrived = 0
    with sdk.raw_stream() as stream:
        for piece in stream:
            received += piece
            if received == b"".join(pieces[: arrived + 1]):
                arrived += 1
                provider.let()
    assert arrived == len(pieces)
    (turn,) = turns(proxy.archive)
    assert turn.response == b"".join(pieces)


def test_a_large_answer_with_a_length_is_streamed_and_kept(start: Any, provider: Provider) -> None:
    """Its last byte ends it for the client before any hook runs, so the spool is on stable storage first; the commit
    follows."""
    proxy = start()
    body = message_json("x" * (3 << 20))
    provider.script(Reply.json(body))
    _, received = sdk.ask()
    until(lambda: proxy.report()["turns"] == 1)
    (turn,) = turns(proxy.archive)
    assert received == body == turn.response


def test_a_client_that_leaves_after_the_last_event_has_a_complete_turn(start: Any, provider: Provider) -> None:
    """SDKs close when they have the terminal event, which may be before the end of the response."""
    proxy = start()
    whole = Reply.stream(TEXTS)
    provider.script(Reply([*whole.pieces, b": bye\n\n"], headers=whole.headers, paced=True))
    provider.let(len(whole.pieces))
    received = b""
    with sdk.raw_stream() as stream:
        while received != b"".join(whole.pieces):
            received += next(stream)
    until(lambda: proxy.report()["turns"] == 1)
    (turn,) = turns(proxy.archive)
    assert turn.outcome == "complete"
    assert turn.response == received


def test_other_paths_of_the_provider_are_only_counted(start: Any, provider: Provider) -> None:
    proxy = start()
    provider.script(Reply.json(b'{"ok":true}'), Reply.json(message_json("Hello.")))
    with httpx.Client() as browser:
        answer = browser.post("https://api.anthropic.com/api/event_logging/batch", json={"events": []})
    assert answer.json() == {"ok": True}
    sdk.ask()
    assert len(turns(proxy.archive)) == 1
    until(lambda: proxy.report()["skipped"] == 1)


def test_credentials_reach_neither_archive_nor_spool(start: Any, provider: Provider) -> None:
    proxy = start()
    provider.script(Reply.stream(TEXTS, paced=True))
    provider.let(2)
    seen = b""
    with sdk.raw_stream() as stream:
        seen += next(stream)
        provider.let(100)
        for piece in stream:
            seen += piece
    assert dict(provider.seen[0].headers)["x-api-key"] == "sk-ant-secret"
    files = [path for path in proxy.archive.rglob("*") if path.is_file()]
    assert files
    assert all(b"sk-ant-secret" not in path.read_bytes() for path in files)
    (turn,) = turns(proxy.archive)
    assert "sk-ant-secret" not in json.dumps(turn.payload)


def test_many_exchanges_at_once(start: Any, provider: Provider) -> None:
    from concurrent.futures import ThreadPoolExecutor

    proxy = start()
    provider.script(*(Reply.stream(TEXTS) for _ in range(20)))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: sdk.ask_streaming()[0], range(20)))
    assert answers == ["Hello, world."] * 20
    assert len(turns(proxy.archive)) == 20
    assert gaps(proxy.archive) == []

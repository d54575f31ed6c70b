"""Secrets in every place of the traffic, through a real mitmdump: no piece of one is on disk, whatever dies when.

The client and the provider see every byte as it was sent.
"""

import base64
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets.sync.client
from canaries import PIECE, Planted, Search
from mitmproxy import http, io
from mitmproxy.test import tflow
from openai_response_streams import Events
from openai_socket import SocketProvider, as_sent, create, trust
from provider import CODINGS, Authority, Provider, Reply, event, message_events, message_json
from proxy import Proxy, until
from recorded import turns

from deck.timeline import Timeline
from store.archive import Archive

pytestmark = pytest.mark.e2e
URL = "https://api.anthropic.com/v1/messages"
CONFIGURATION = '[masking]\nenvironment = ["CANARY_PIN", "CANARY_WORD"]\n'
STREAM = [("content-type", "text/event-stream")]


def asked(**members: Any) -> dict[str, Any]:
    return {"model": "claude-test", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi."}], **members}


def said(text: str) -> dict[str, Any]:
    return asked(messages=[{"role": "user", "content": text}])


def dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


def delta(kind: str, name: str, text: str, index: int = 0) -> bytes:
    return event("content_block_delta", index=index, delta={"type": kind, name: text})


def fragments(text: str) -> list[str]:
    """The text cut in two at every offset, and once into single characters."""
    cuts = [part for at in range(1, len(text)) for part in (" and ", text[:at], text[at:])]
    return [*cuts, " and ", *text, " end\n"]


def requests(planted: Planted, pin: str, word: str) -> dict[str, tuple[bytes, dict[str, str]]]:
    """Bodies and headers to send, by place."""
    nested = json.dumps({"in": json.dumps({"env": f"TOKEN={planted.ruled('nested JSON string')}"})})
    escaped = "".join(f"\\u{ord(each):04x}" for each in planted.ruled("unicode escape"))
    twice = planted.ruled("duplicate key")
    encoded = base64.b64encode(f"the key: {planted.ruled('base64')} is it".encode()).decode()
    dump = f"HOME=/x\nAPI={planted.ruled('environment dump')}\nPIN={pin}\nWORD={word}\n"
    url = f"postgres://app:{planted.odd('connection string')}@db.internal/x"
    multipart = f'--b\r\nContent-Disposition: form-data; name="k"\r\n\r\n{planted.ruled("multipart")}\r\n--b--\r\n'
    packed = {
        coding: (CODINGS[coding](dumped(said(planted.ruled(f"{coding} request")))), {"content-encoding": coding})
        for coding in ("gzip", "br", "zstd")
    }
    bodies = {
        "value": dumped(said(f"use {planted.ruled('JSON value')} please")),
        "key": dumped(asked(metadata={planted.ruled("JSON key"): 1})),
        "number": b'{"pin":%b,"model":"x","messages":[]}' % pin.encode(),
        "duplicate": b'{"a":"%b","a":"x","messages":[]}' % twice.encode(),
        "escape": b'{"messages":[{"role":"user","content":"%b"}]}' % escaped.encode(),
        "nested": dumped(said(nested)),
        "base64": dumped(said(encoded)),
        "jwt": dumped(said(f"Bearer {planted.ruled('JWT', 'jwt')}")),
        "pem": dumped(said(planted.key("PEM"))),
        "dump": dumped(said(dump)),
        "connection": dumped(said(url)),
        "text": f"no JSON: {planted.ruled('non-JSON body')}\nend".encode(),
    }
    plain = {place: (body, {"content-type": "application/json"}) for place, body in bodies.items()}
    form = {"multipart": (multipart.encode(), {"content-type": "multipart/form-data; boundary=b"})}
    return {**plain, **form, **packed}


def replies(planted: Planted) -> list[Reply]:
    """Answers to give."""
    text, call, thought = (
        planted.ruled(f"{place} fragments", "github-token") for place in ("text", "tool", "thinking")
    )
    begin, opened, *_deltas, _closed, _end, stop = message_events(["x"])
    stream = [
        begin,
        opened,
        *(delta("text_delta", "text", part) for part in fragments(text)),
        *(delta("input_json_delta", "partial_json", part, 1) for part in fragments(call)),
        *(delta("thinking_delta", "thinking", part, 2) for part in fragments(thought)),
        stop,
    ]
    return [
        Reply(stream, headers=STREAM),
        Reply.json(
            dumped({"type": "error", "error": {"message": f"bad key {planted.ruled('error body')}"}}), status=401
        ),
        Reply(
            [f"bad key {planted.ruled('plain error body')}".encode()],
            status=500,
            headers=[("content-type", "text/plain")],
        ),
        *(Reply.stream(["a ", planted.ruled(f"{coding} stream"), " b"], coding) for coding in ("gzip", "br", "zstd")),
        Reply.json(message_json(planted.ruled("gzip answer")), coding="gzip"),
        Reply(
            message_events(["x"]),
            headers=[
                *STREAM,
                ("set-cookie", f"s={planted.odd('set-cookie')}; Path=/"),
                ("x-odd", planted.odd("header")),
            ],
        ),
        Reply(message_events([planted.ruled("cut stream")]), headers=STREAM, cut_after=4),
    ]


def heads(planted: Planted) -> list[dict[str, str]]:
    """Headers with credentials."""
    return [
        {"authorization": f"Bearer {planted.odd('authorization')}", "cookie": f"a=b; session={planted.odd('cookie')}"},
        {"x-api-key": planted.odd("x-api-key"), "user-agent": f"agent {planted.ruled('user agent')}"},
        {"api-key": planted.odd("api-key"), "x-goog-api-key": planted.odd("x-goog-api-key")},
    ]


def send(
    client: httpx.Client, provider: Provider, reply: Reply, body: bytes, headers: dict[str, str], url: str
) -> None:
    """One exchange; both ends get what the other one sent."""
    provider.script(reply)
    with client.stream("POST", url, content=body, headers=headers) as response:
        received = b""
        try:
            for piece in response.iter_raw():
                received += piece
        except httpx.HTTPError:
            assert reply.cut_after is not None
    seen = provider.seen[-1]
    assert seen.body == body
    assert seen.sent.startswith(received) if reply.cut_after is not None else seen.sent == received


def test_no_piece_of_a_secret_is_on_disk(start: Callable[..., Proxy], provider: Provider, tmp_path: Path) -> None:
    planted = Planted()
    pin, word = planted.pin("number of the environment"), planted.odd("word of the environment")
    with Archive.create(tmp_path / "proxy" / "archive") as archive:
        (archive.path / "config.toml").write_text(CONFIGURATION)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    proxy = start(environment={"CANARY_PIN": pin, "CANARY_WORD": word, "TMPDIR": str(temporary)})
    answer = Reply.json(message_json("Well."))
    credentials = heads(planted)
    count = 0
    with httpx.Client(timeout=30) as client:
        for headers in credentials:
            send(client, provider, answer, dumped(asked()), headers, URL)
            held = [value.rpartition(" ")[2] for name, value in headers.items() if name != "cookie"]
            send(client, provider, answer, dumped(said(f"I was given {held}")), headers, URL)
            count += 2
        userinfo = URL.replace("//", f"//user:{planted.odd('URL userinfo')}@")
        query = f"{URL}?key={planted.odd('URL query')}&x={planted.ruled('URL value')}"
        for url in (userinfo, query):
            send(client, provider, answer, dumped(asked()), {}, url)
        for body, headers in (asking := requests(planted, pin, word)).values():
            send(client, provider, answer, body, headers, URL)
        for reply in (giving := replies(planted)):
            send(client, provider, reply, dumped(asked(metadata={"n": len(provider.seen)})), {}, URL)
    count += 2 + len(asking) + len(giving)
    assert len(planted.secrets) >= 24
    search = Search(planted.secrets)
    until(lambda: proxy.report()["turns"] == count)
    folders = [proxy.archive, temporary, tmp_path / "proxy"]
    assert search.on_disk(folders) == set()  # the spool's free files, too, while it lives
    proxy.stop()
    assert search.on_disk(folders) == set()
    assert search.in_objects(proxy.archive) == set()
    recorded = turns(proxy.archive)
    assert len(recorded) == count
    assert not any("withheld" in turn.payload["capture"] for turn in recorded)
    assert sum("masked" in turn.payload["capture"] for turn in recorded) >= 20
    assert found_by_search(proxy.archive, planted.secrets) == set()
    assert search.on_disk([proxy.archive]) == set()  # the index that the search made, too
    (token,) = {
        found.decode() for turn in recorded for found in re.findall(rb"use (\[\[deck:.*?\]\]) please", turn.request)
    }
    with Timeline.open(proxy.archive) as timeline, timeline.searcher() as searcher:
        searcher.catch_up()
        assert [hit.passage.text for hit in searcher.words(token)] == [f"use {token} please"]


def found_by_search(archive: Path, secrets: dict[str, str]) -> set[str]:
    """Places whose secrets a search finds: as words, as the beginning of a word, or any piece of them as a pattern."""
    with Timeline.open(archive) as timeline, timeline.searcher() as searcher:
        searcher.catch_up()
        assert any(searcher.words("Hi")) and any(searcher.pattern("H[i]"))
        return {
            place
            for place, value in secrets.items()
            if any(searcher.words(value))
            or any(searcher.words(f"{value[:PIECE]}*"))
            or any(
                searcher.pattern("|".join(re.escape(value[at : at + PIECE]) for at in range(len(value) - PIECE + 1)))
            )
        }


def test_no_piece_of_a_secret_in_a_socket_is_on_disk(
    start: Callable[..., Proxy], authority: Authority, tmp_path: Path
) -> None:
    planted = Planted()
    asking, answering = planted.ruled("socket request"), planted.ruled("socket answer", "github-token")
    answers = Events("resp_1").text(*(answering[at : at + 3] for at in range(0, len(answering), 3))).end().messages
    with SocketProvider(authority) as sockets:
        sockets.script(answers)
        proxy = start(provider_port=sockets.port)
        headers = {"authorization": f"Bearer {planted.odd('socket authorization')}"}
        with websockets.sync.client.connect(
            "wss://api.openai.com/v1/responses", additional_headers=headers, open_timeout=30, ssl=trust()
        ) as socket:
            message = as_sent(create(f"the key is {asking}"))
            socket.send(message.decode())
            assert [socket.recv(timeout=30, decode=False) for _ in answers] == answers
        assert sockets.seen == [message]
        proxy.stop()
    search = Search(planted.secrets)
    assert search.on_disk([tmp_path / "proxy"]) == set()
    assert search.in_objects(proxy.archive) == set()
    (turn,) = turns(proxy.archive)
    assert turn.payload["capture"]["masked"]["request"] == 1 <= turn.payload["capture"]["masked"]["response"]


def test_no_piece_of_a_secret_in_a_flow_file_is_on_disk(tmp_path: Path, python: str) -> None:
    """Also in trailers, which mitmproxy gives to its addons."""
    planted = Planted()
    asking = http.Request.make("POST", URL, dumped(said(planted.ruled("imported request"))))
    answering = http.Response.make(200, message_json(planted.ruled("imported answer")))
    for message, side in ((asking, "request"), (answering, "response")):
        message.headers["x-odd"] = planted.odd(f"imported {side} header")
        message.trailers = http.Headers([(b"x-checksum", planted.odd(f"{side} trailer").encode())])
    file = tmp_path / "flows.mitm"
    with file.open("wb") as target:
        io.FlowWriter(target).add(tflow.tflow(req=asking, resp=answering))
    proxy = Proxy(folder=tmp_path / "proxy", python=python, arguments=("-n", "-r", str(file)))
    done = proxy.run()
    assert done.returncode == 0, done.stdout
    search = Search(planted.secrets)
    assert search.on_disk([tmp_path / "proxy"]) | search.places_in((done.stdout + done.stderr).encode()) == set()
    assert search.in_objects(proxy.archive) == set()
    (turn,) = turns(proxy.archive)
    assert turn.payload["capture"]["masked"] == {"request": 1, "response": 1}


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("points", [5, pytest.param(100, marks=pytest.mark.prove)])
def test_no_piece_of_a_secret_survives_kill_9(
    start: Callable[..., Proxy], provider: Provider, tmp_path: Path, points: int
) -> None:
    planted = Planted()
    dice = random.Random(points)
    for point in range(points):
        proxy = start()
        text = planted.ruled(f"text {point}")
        size = dice.randint(1, 9)
        parts = ["The key is ", *(text[at : at + size] for at in range(0, len(text), size)), " and that is it."]
        pieces = message_events(parts)
        provider.script(Reply(pieces, headers=STREAM, paced=True))
        wanted = b"".join(pieces[: (passed := dice.randint(1, len(pieces)))])
        provider.let(passed)
        body = dumped(said(f"{planted.ruled(f'request {point}')} {'x' * dice.randint(0, 9000)}"))
        headers = {"x-api-key": planted.odd(f"header {point}")}
        with httpx.Client(timeout=30) as client, client.stream("POST", URL, content=body, headers=headers) as response:
            received = b""
            arriving = response.iter_raw()
            while len(received) < len(wanted):
                received += next(arriving)
            assert received == wanted
            if point % 2:
                until(proxy.is_spooling)
            proxy.kill()  # whatever still waits for a permit sees its client gone and takes none
    search = Search(planted.secrets)
    assert search.on_disk([tmp_path / "proxy"]) == set()
    proxy = start()
    until(lambda: len(turns(proxy.archive)) >= points // 2)
    proxy.stop()
    assert search.on_disk([tmp_path / "proxy"]) == set()
    assert search.in_objects(proxy.archive) == set()


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("chunkings", [40, pytest.param(10_000, marks=pytest.mark.prove)])
def test_however_a_stream_is_cut_the_client_has_each_byte_and_the_archive_no_secret(
    start: Callable[..., Proxy], provider: Provider, chunkings: int
) -> None:
    planted = Planted()
    text, call = planted.ruled("text", "github-token"), planted.ruled("call", "anthropic-key")
    begin, opened, *_deltas, closed, end, stop = message_events([])
    words = ["It is ", text[:9], text[9:], " and "]
    said = [delta("text_delta", "text", word) for word in words]
    called = [delta("input_json_delta", "partial_json", call[at : at + 7], 1) for at in range(0, len(call), 7)]
    whole = b"".join([begin, opened, *said, *called, closed, end, stop])
    dice = random.Random(chunkings)
    proxy = start()
    with httpx.Client(timeout=30) as client:
        for _ in range(chunkings):
            cuts = sorted(dice.sample(range(1, len(whole)), dice.randint(0, 30)))
            pieces = [whole[low:high] for low, high in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
            send(client, provider, Reply(pieces, headers=STREAM), dumped(asked()), {}, URL)
    proxy.stop()
    recorded = turns(proxy.archive)
    (body,) = {turn.response for turn in recorded}
    assert len(recorded) == chunkings
    assert body.count(b"[[deck:") == 2 and len(body.splitlines()) == len(whole.splitlines())
    assert Search(planted.secrets).places_in(body) == set()

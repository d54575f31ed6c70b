"""Whatever is sent and whatever comes back, what the archive gives is the very bytes, also from a new index."""

import json
import random
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.archive import Archive
from store.body import split
from store.canonical import loads
from store.exchange import Chunk, Exchange
from store.fsck import check
from store.headers import Headers
from store.large import long_strings
from store.record import Recorder

JSON: Headers = ((b"content-type", b"application/json"),)
SSE: Headers = ((b"content-type", b"text/event-stream; charset=utf-8"),)
URL = "https://api.anthropic.com/v1/messages"

MESSAGE = {"role": "user", "content": [{"type": "text", "text": "ünï \u2028 \U0001f600 </script>", "n": 1.0e-7}]}
BODY = {
    "model": "m",
    "messages": [MESSAGE, {"role": "assistant", "content": "x" * 3000}, MESSAGE],
    "tools": [{"name": "t", "description": "d " * 400}],
}


def exchange(request: bytes, response: bytes, headers: Headers = JSON, start: int = 0, url: str = URL) -> Exchange:
    """One exchange; the response comes in two pieces."""
    half = len(response) // 2
    chunks = tuple(Chunk(5 * n, size) for n, size in enumerate((half, len(response) - half), 1) if size)
    return Exchange(
        method="POST",
        url=url,
        request_headers=JSON,
        request_body=request,
        started_ms=1_700_000_000_000 + start,
        status=200,
        response_headers=headers,
        response_body=response,
        chunks=chunks,
        end_ms=10,
    )


def come_back(path: Path, exchanges: Sequence[Exchange]) -> None:
    """Record them all, then read every body, with the index that was made along and with a new one."""
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        turns = [recorder.record(each).turn for each in exchanges]
        _compare(archive, turns, exchanges)
    (path / "index" / "index.sqlite").unlink()
    with Archive.open(path) as archive:
        _compare(archive, turns, exchanges)
        assert check(archive).findings == []


def _compare(archive: Archive, turns: Sequence[bytes], exchanges: Sequence[Exchange]) -> None:
    for turn, each in zip(turns, exchanges, strict=True):
        said = loads(archive.get_kind(turn, "turn"))
        request, response = (bytes.fromhex(said[side]["body"]) for side in ("request", "response"))
        assert archive.get_kind(request, "blob") == each.request_body
        assert archive.get_kind(response, "blob") == each.response_body


def talk(*contents: bytes) -> bytes:
    """A body with a conversation of these contents, raw."""
    messages = b",".join(b'{"role":"user","content":' + each + b"}" for each in contents)
    return b'{"model":"m","messages":[' + messages + b"]}"


STREAM = b'event: message_start\ndata: {"type":"message_start","message":{"id":"m","model":"m","content":[]}}\n\n'
DELTA = b'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":"a %d"}}\n\n'
STREAMED = STREAM + b"".join(DELTA % number for number in range(12))

REQUESTS = {
    "compact": json.dumps(BODY, separators=(",", ":"), ensure_ascii=False).encode(),
    "pretty": json.dumps(BODY, indent=2, ensure_ascii=False).encode(),
    "tabs": json.dumps(BODY, indent="\t").encode() + b"\r\n",
    "ASCII": json.dumps(BODY, separators=(",", ":")).encode(),
    "Python's default": json.dumps(BODY).encode(),
    "UTF-16": json.dumps(BODY).encode("utf-16"),
    "BOM": b"\xef\xbb\xbf" + json.dumps(BODY).encode(),
    "duplicate keys": b'{"model":"a","messages":[{"role":"user","content":"x"}],"model":"b","tools":[],"tools":[1]}',
    "two conversations": b'{"messages":[{"role":"user"}],"messages":[{"role":"user"}],"input":[{"a":1}]}',
    "NaN": talk(b"NaN", b"Infinity", b"-Infinity"),
    "lone surrogates": talk(b'"\\ud800"', b'"\\udfff\\ud800"'),
    "invalid UTF-8": talk(b'"\xff\xfe\xed\xa0\x80"'),
    "zeros": talk(b'"\x00"') + bytes(40),
    "4,000 digits": talk(b"9" * 4_000, b"-" + b"1" * 4_000, b"1e99999"),
    "20,000 digits": talk(b"9" * 20_000),
    "nested 100,000 deep": talk(b"[" * 100_000 + b"]" * 100_000),
    "nested in a member": b'{"messages":[{"role":"user","content":"x"}],"x":'
    + b'{"a":' * 100_000
    + b"1"
    + b"}" * 100_001,
    "never closed": talk(b'"x"')[:-1],
    "empty": b"",
    "space": b" \r\n\t",
    "a number": b"-0.0e+5",
    "an array": b'[{"role":"user","content":"x"}]',
    "escapes": talk(json.dumps('\\"\n\t\u0000' * 3_000).encode()),
    "marks": talk(b'[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}]') + b" ",
    "strange marks": talk(b'[{"cache_control" : {"type":"e","x":{"y":1}} , "text":"x"},{"cache_control":null}]'),
    "multipart": b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n\x00\xff\r\n--b--\r\n',
    "form": b"a=1&messages=%5B%5D",
}
RESPONSES = {
    "stream": STREAMED,
    "stream with CRLF": STREAMED.replace(b"\n", b"\r\n"),
    "stream with CR": STREAMED.replace(b"\n", b"\r"),
    "stream with comments": b": ping\n\n".join(DELTA % number for number in range(9)),
    "padding": b"".join(DELTA.replace(b"}}", b"}" + b" " * (number * 7) + b"}") % number for number in range(9)),
    "no end": STREAMED[:-7],
    "ends with space": STREAMED + b"\n\n\n  ",
    "fields": b"id: 1\nretry: 5\nevent: x\ndata: a\ndata: b\ndata\n\n" * 6,
    "marks of the columns": STREAMED + b"\xfe\xff" * 20,
    "BOM": b"\xef\xbb\xbf" + STREAMED,
    "bytes": bytes(range(256)) * 20,
}


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_of_every_kind(tmp_path: Path, name: str) -> None:
    body = REQUESTS[name]
    come_back(tmp_path / "a", [exchange(body, body, start=1), exchange(body, body + b" ", SSE, 2)])


@pytest.mark.parametrize("name", RESPONSES)
def test_responses_of_every_kind(tmp_path: Path, name: str) -> None:
    come_back(tmp_path / "a", [exchange(REQUESTS["compact"], RESPONSES[name], kind) for kind in (SSE,)])


def test_one_conversation_written_in_every_style(tmp_path: Path) -> None:
    styles: list[dict[str, Any]] = [{}, {"indent": 1}, {"separators": (",", ":")}, {"ensure_ascii": False}, {}]
    body, exchanges = dict(BODY), []
    for turn, style in enumerate(styles):
        body = {**body, "messages": [*body["messages"], {"role": "user", "content": f"turn {turn}"}]}  # type: ignore[misc]
        exchanges.append(exchange(json.dumps(body, **style).encode(), STREAMED, SSE, turn))
    come_back(tmp_path / "a", exchanges)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.just("long " * 300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)
BODIES = st.fixed_dictionaries(
    {"messages": st.lists(st.fixed_dictionaries({"role": st.just("user"), "content": VALUES}), max_size=4)},
    optional={"tools": st.lists(VALUES, max_size=3), "system": VALUES, "metadata": VALUES, "input": VALUES},
)
STYLES = st.sampled_from([{}, {"indent": 2}, {"separators": (",", ":")}, {"ensure_ascii": False}])


def _mutated(body: bytes, seed: int) -> bytes:
    dice = random.Random(seed)
    out = bytearray(body)
    for _ in range(dice.randint(0, 4)):
        at = dice.randrange(len(out) + 1)
        out[at : at + dice.choice((0, 0, 1, 5))] = dice.choice(
            (b"", b'"', b"{", b"]", b",", b"\\", b"\xff", b" ", b"\x00")
        )
    return bytes(out)


def _round_trip(folder: Path, bodies: Sequence[tuple[dict[str, Any], dict[str, Any], int]]) -> None:
    exchanges: list[Exchange] = []
    for number, (value, style, seed) in enumerate(bodies):
        whole = json.dumps(value, **style).encode("utf-8", "surrogatepass")
        wild = _mutated(whole, seed)
        exchanges += [exchange(whole, wild, JSON, 2 * number), exchange(wild, whole, SSE, 2 * number + 1)]
    come_back(folder / "a", exchanges)


ANY_BODIES = st.lists(st.tuples(BODIES, STYLES, st.integers(0, 1 << 30)), min_size=1, max_size=4)
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=25, deadline=None, suppress_health_check=QUIET)
@given(bodies=ANY_BODIES)
def test_generated_and_mutated_bodies(tmp_path_factory: pytest.TempPathFactory, bodies: Any) -> None:
    _round_trip(tmp_path_factory.mktemp("bodies"), bodies)


@pytest.mark.prove
@pytest.mark.timeout(1800)
@settings(max_examples=3000, deadline=None, suppress_health_check=QUIET)
@given(bodies=ANY_BODIES)
def test_many_generated_and_mutated_bodies(tmp_path_factory: pytest.TempPathFactory, bodies: Any) -> None:
    _round_trip(tmp_path_factory.mktemp("bodies"), bodies)


def test_a_string_of_many_escapes_costs_no_more_than_its_length() -> None:
    body = talk(b'"' + b"\\n" * 1_000_000 + b'"')
    tracemalloc.start()
    found = split(body)
    assert found is not None and len(long_strings(found.elements[0].content)) == 3
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * len(body)


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["one string", "escapes", "messages", "no JSON"])
def test_bodies_of_64_MB(tmp_path: Path, kind: str) -> None:
    size = 64 << 20
    body = {
        "one string": lambda: talk(b'"' + b"x" * (size - 100) + b'"'),
        "escapes": lambda: talk(b'"' + b"\\n" * (size // 2 - 100) + b'"'),
        "messages": lambda: talk(*[b'"%d %s"' % (number, b"y" * 1000) for number in range(60_000)]),
        "no JSON": lambda: random.Random(1).randbytes(size),
    }[kind]()
    assert 60_000_000 < len(body) <= size
    come_back(tmp_path / "a", [exchange(body, body[::-1])])

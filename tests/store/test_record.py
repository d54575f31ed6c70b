"""Recording: what comes out is what went in, whatever it was; turns link; nothing is stored twice."""

import gzip
import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import incoming
from store.archive import Archive
from store.errors import Ambiguous, NotFound
from store.exchange import Chunk, Exchange, Outcome
from store.fsck import check
from store.record import Recorder

URL = "https://api.anthropic.com/v1/messages?beta=true"
JSON = ((b"content-type", b"application/json"),)
SSE = ((b"content-type", b"text/event-stream"),)


def ask(body: bytes, answer: bytes, *, start: int = 1_000, **more: object) -> Exchange:
    fields: dict[str, object] = {
        "request_headers": JSON,
        "status": 200,
        "response_headers": JSON,
        "end_ms": 50,
    }
    return Exchange("POST", URL, request_body=body, response_body=answer, started_ms=start, **(fields | more))  # type: ignore[arg-type]


def request(*texts: str, session: str = "s-1", **more: object) -> bytes:
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": [{"type": "text", "text": text}]} for n, text in enumerate(texts)]
    user = json.dumps({"session_id": session})
    body = {"model": "m", "max_tokens": 10, "messages": messages, "metadata": {"user_id": user}, **more}
    return json.dumps(body, separators=(",", ":")).encode()


def answer(text: str) -> bytes:
    return json.dumps(
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 3, "output_tokens": 2},
        }
    ).encode()


def turn_of(archive: Archive, turn: bytes) -> dict:
    return json.loads(archive.get_kind(turn, "turn"))


def bodies(archive: Archive, turn: bytes) -> tuple[bytes, bytes]:
    said = turn_of(archive, turn)
    return tuple(archive.get_kind(bytes.fromhex(said[side]["body"]), "blob") for side in ("request", "response"))  # type: ignore[return-value]


@pytest.fixture
def archive(tmp_path: Path):
    with Archive.create(tmp_path / "a") as opened:
        yield opened


def edges(archive: Archive, turn: bytes) -> list[tuple[str, str]]:
    return [(parent["turn"], parent["kind"]) for parent in turn_of(archive, turn)["parents"]]


def test_a_conversation_links_and_shares_what_it_repeats(archive: Archive) -> None:
    with Recorder(archive) as recorder:
        first = recorder.record(ask(request("a"), answer("b"))).turn
        second = recorder.record(ask(request("a", "b", "c"), answer("d"), start=2_000)).turn
    assert edges(archive, first) == []
    assert edges(archive, second) == [(first.hex(), "continues")]
    assert turn_of(archive, second)["request"]["known"] == 2
    assert bodies(archive, second) == (request("a", "b", "c"), answer("d"))
    assert check(archive).sound


def test_the_same_exchange_twice_is_one_turn(archive: Archive) -> None:
    with Recorder(archive) as recorder:
        first = recorder.record(ask(request("a"), answer("b")))
        assert recorder.record(ask(request("a"), answer("b"))) == replace(first, known=True)
    with Recorder(archive) as recorder:
        assert recorder.record(ask(request("a"), answer("b"))).known


def test_a_failed_attempt_is_retried_and_a_good_one_is_forked(archive: Archive) -> None:
    with Recorder(archive) as recorder:
        root = recorder.record(ask(request("a"), answer("b"))).turn
        failed = recorder.record(ask(request("a", "b", "c"), b'{"type":"error"}', start=2_000, status=529)).turn
        again = recorder.record(ask(request("a", "b", "c"), answer("d"), start=3_000)).turn
        other = recorder.record(ask(request("a", "b", "x"), answer("y"), start=4_000)).turn
    assert edges(archive, again) == [(root.hex(), "continues"), (failed.hex(), "retries")]
    assert edges(archive, other) == [(root.hex(), "forks")]


def test_equal_first_prompts_of_different_sessions_do_not_link(archive: Archive) -> None:
    with Recorder(archive) as recorder:
        recorder.record(ask(request("a", session="one"), answer("b")))
        other = recorder.record(ask(request("a", session="two"), answer("b"), start=2_000)).turn
    assert edges(archive, other) == []


def test_a_forked_session_links_to_the_history_it_shares(archive: Archive) -> None:
    with Recorder(archive) as recorder:
        first = recorder.record(ask(request("a", session="one"), answer("b"))).turn
        recorder.record(ask(request("a", "b", "c", session="one"), answer("d"), start=2_000))
        fork = recorder.record(ask(request("a", "b", "z", session="two"), answer("y"), start=3_000)).turn
    assert edges(archive, fork) == [(first.hex(), "forks")]
    assert turn_of(archive, fork)["session"] == "two"


def test_two_equal_parents_are_not_guessed_between(archive: Archive) -> None:
    plain = lambda *texts: request(*texts, session="")  # noqa: E731
    with Recorder(archive) as recorder:
        for start in (1_000, 2_000):
            recorder.record(ask(plain("a"), answer("b"), start=start))
        child = recorder.record(ask(plain("a", "b", "c"), answer("d"), start=3_000)).turn
    assert edges(archive, child) == []
    assert "ambiguous-parent" in turn_of(archive, child)["notes"]


def test_a_subagent_is_joined_to_the_call_that_started_it(archive: Archive) -> None:
    call = {"type": "tool_use", "id": "toolu_1", "name": "Agent", "input": {"prompt": "count the frogs"}}
    said = json.loads(answer("")) | {"content": [call]}
    with Recorder(archive) as recorder:
        parent = recorder.record(ask(request("go"), json.dumps(said).encode())).turn
        child = recorder.record(ask(request("<x>hi</x>count the frogs"), answer("3"), start=2_000)).turn
    assert edges(archive, child) == [(parent.hex(), "spawned-by")]
    assert turn_of(archive, child)["thread"] == "toolu_1"
    assert turn_of(archive, child)["role"] == "sub"


def test_compressed_chunks_keep_their_times_in_the_decoded_body(archive: Archive) -> None:
    import zlib

    stream = [f'event: ping\ndata: {{"type": "ping", "n": {n}}}\n\n'.encode() for n in range(6)]
    packer = zlib.compressobj(wbits=31)
    wire = [packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH) for event in stream]
    wire.append(packer.flush())
    chunks = tuple(Chunk(100 * n, len(piece)) for n, piece in enumerate(wire, 1))
    sent = ask(
        request("a"),
        b"".join(wire),
        chunks=chunks,
        response_headers=(*SSE, (b"content-encoding", b"gzip")),
    )
    from store.chunks import decode

    with Recorder(archive) as recorder:
        turn = recorder.record(sent).turn
    assert bodies(archive, turn)[1] == b"".join(stream)
    times = archive.get_kind(bytes.fromhex(turn_of(archive, turn)["response"]["chunks"]), "blob")
    assert list(decode(times)) == [(100 * n, len(event)) for n, event in enumerate(stream, 1)] + [(700, 0)]


def test_an_undecodable_body_is_kept_as_it_came(archive: Archive) -> None:
    broken = bytearray(gzip.compress(answer("b")))
    broken[-6] ^= 1  # the checksum
    broken = bytes(broken)
    sent = ask(request("a"), broken, response_headers=(*JSON, (b"content-encoding", b"gzip")))
    with Recorder(archive) as recorder:
        turn = recorder.record(sent).turn
    assert bodies(archive, turn)[1] == broken
    assert turn_of(archive, turn)["response"]["coding"]


def test_credentials_are_never_stored(archive: Archive) -> None:
    canary = "canary-4711-aaaa-bbbb"
    headers = tuple((name, canary.encode()) for name in (b"Authorization", b"x-api-key", b"Cookie", b"x-unknown"))
    sent = Exchange(
        "POST", f"https://u:{canary}@api.anthropic.com/v1/messages?key={canary}&alt=sse", headers, request("a"), 1,
        200, (*JSON, (b"set-cookie", canary.encode())), answer("b"),
    )  # fmt: skip
    with Recorder(archive) as recorder:
        turn = turn_of(archive, recorder.record(sent).turn)
    rows = archive.index.db.execute("SELECT id FROM objects").fetchall()
    assert len(rows) > 5
    for (each,) in rows:
        assert canary.encode() not in archive.get(bytes(each)).payload
    assert "alt=sse" in turn["http"]["url"] and "[[deck" not in turn["http"]["method"]
    assert canary.encode() not in b"".join(path.read_bytes() for path in archive.path.rglob("*") if path.is_file())


def test_an_answer_too_long_for_a_commit_is_kept_as_its_body(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "_MOST_ANSWER", 99)
    said = answer("long" * 30)
    with Recorder(archive) as recorder:
        short = recorder.record(ask(request("a"), answer("x"))).turn
        long = recorder.record(ask(request("b"), said)).turn
    assert [bool(turn_of(archive, turn)["response"]["answer"]) for turn in (short, long)] == [True, False]
    assert bodies(archive, long)[1] == said
    assert check(archive).sound


def test_an_answer_is_judged_by_its_terminal_event(archive: Archive) -> None:
    cut = b'event: message_start\ndata: {"type":"message_start","message":{"model":"m","usage":{}}}\n\n'
    whole = cut + b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
    with Recorder(archive) as recorder:
        lost = ask(request("a"), cut, response_headers=SSE, outcome=Outcome.INTERRUPTED)
        read = ask(request("b"), whole, response_headers=SSE, outcome=Outcome.INTERRUPTED, notes=("recovered",))
        silent = ask(request("c"), cut, response_headers=SSE)
        outcomes = [turn_of(archive, recorder.record(each).turn)["outcome"] for each in (lost, read, silent)]
    assert outcomes == ["interrupted", "complete", "interrupted"]


HOSTILE = [
    b"",
    b"{",
    b"\xff\xfe\x00",
    b"\xef\xbb\xbf" + request("bom"),
    b'{"messages":[{"role":"user","content":"\\ud800"}]}',
    b'{"messages":[{"role":"user","content":"a"}],"messages":[{"role":"user","content":"b"}]}',
    b'{"messages":[{"role":"user","content":NaN}]}',
    b'{"messages":[{"n":' + b"9" * 5_000 + b"}]}",
    b'{"messages":[{"a":1}, {"b":2},{"c":3}]}',
    b'{"messages":[{"a":1},{"b":"unclosed}]}',
    b'{"messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"messages":[{"x":' + b"[" * 3_000 + b"]" * 3_000 + b"}]}",
    b'{"messages":[]}',
    b'{"messages":[1,2,3]}',
    b'{"messages":[{"role":"user","content":[{"type":"text","text":"x","cache_control":{"type":"e"}}]}],"tools":7}',
    json.dumps(json.loads(request("pretty", "b", "c")), indent=4).encode(),
    json.dumps({"messages": [{"role": "user", "content": "é\x00" * 400}] * 3}).encode(),
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_bodies_come_back_byte_for_byte_on_both_sides(archive: Archive, body: bytes) -> None:
    with Recorder(archive) as recorder:
        for start, kind in enumerate((JSON, SSE)):
            turn = recorder.record(ask(body, body, start=start, response_headers=kind)).turn
            assert bodies(archive, turn) == (body, body)
    assert check(archive).sound


def test_a_reading_full_of_nonsense_is_still_recorded(archive: Archive) -> None:
    said = json.dumps(
        {"type": "message", "model": ["m"], "id": 7, "content": [{"type": "text", "text": 5}, None, "x"],
         "usage": {"input_tokens": 10**30, "output_tokens": -1, "cache_read_input_tokens": "many"}}
    ).encode()  # fmt: skip
    strange = b'event: message_start\ndata: {"type":"message_start","message":{"model":"\\ud800","id":"\\udfff"}}\n\n'
    with Recorder(archive) as recorder:
        for start, (body, kind) in enumerate([(said, JSON), (strange, SSE)]):
            turn = recorder.record(ask(request("a"), body, start=start, response_headers=kind)).turn
            assert bodies(archive, turn)[1] == body


TEXTS = st.lists(st.text(max_size=40), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, st.binary(max_size=200), st.booleans()), max_size=6))
def test_any_sequence_of_exchanges_reads_back_also_from_a_new_index(tmp_path_factory, exchanges) -> None:
    path = tmp_path_factory.mktemp("a") / "archive"
    kept = []
    with Archive.create(path) as archive:
        for start, (texts, said, new_writer) in enumerate(exchanges):
            if new_writer or start == 0:
                recorder = Recorder(archive)
            body = request(*texts)
            kept.append((recorder.record(ask(body, said, start=start)).turn, body, said))
            if new_writer:
                recorder.close()
        listed = archive.index.db.execute("SELECT id, session, summary FROM turns ORDER BY id").fetchall()
        if exchanges:
            recorder.close()
    for file in (path / "index").iterdir():
        file.unlink()
    with Archive.open(path) as archive:
        for turn, body, said in kept:
            assert bodies(archive, turn) == (body, said)
        assert archive.index.db.execute("SELECT id, session, summary FROM turns ORDER BY id").fetchall() == listed
        assert check(archive).sound


def test_prefixes_resolve_or_name_their_candidates(archive: Archive) -> None:
    with Recorder(archive) as recorder:
        turns = [recorder.record(ask(request(str(n)), answer("x"), start=n)).turn for n in range(3)]
    assert archive.resolve(turns[0].hex()[:12]) == turns[0]
    with pytest.raises(NotFound):
        archive.resolve("0" * 64)
    with pytest.raises(NotFound):
        archive.resolve("../x")
    ids = [bytes(row[0]).hex() for row in archive.index.db.execute("SELECT id FROM objects WHERE kind <> 'turn'")]
    archive.index.db.execute("INSERT INTO objects VALUES(99, 0, ?, 'blob')", (bytes.fromhex(ids[0][:16] + "0" * 48),))
    with pytest.raises(Ambiguous) as caught:
        archive.resolve(ids[0][:16])
    assert ids[0] in caught.value.candidates


def test_an_index_that_fails_after_the_commit_costs_neither_this_turn_nor_the_next(archive: Archive) -> None:
    with Recorder(archive) as recorder:
        recorder.record(ask(request("a"), answer("b")))
        archive.index.db.execute("ALTER TABLE threads RENAME TO gone")
        second = recorder.record(ask(request("c"), answer("d"), start=2_000)).turn
        archive.index.db.execute("ALTER TABLE gone RENAME TO threads")
        third = recorder.record(ask(request("e"), answer("f"), start=3_000)).turn
    listed = [bytes(row[0]) for row in archive.index.db.execute("SELECT id FROM turns ORDER BY number")]
    assert listed[1:] == [second, third]
    assert bodies(archive, second) == (request("c"), answer("d"))
    assert check(archive).sound


def test_a_full_pack_is_sealed_and_the_conversation_goes_on_in_the_next(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.writer.PACK_BYTES", 4_000)
    texts, words = ["what " * 100], Random(1)
    bodies: dict[bytes, bytes] = {}
    with Recorder(archive) as recorder:
        for number in range(40):
            body = request(*texts, system="s" * 2_000)
            said = answer(f"{number} {words.randbytes(300).hex()}")
            bodies[recorder.record(ask(body, said, start=1_000 + number)).turn] = body
            texts += [json.loads(said)["content"][0]["text"], f"and {number}?"]
    packs = archive.files.names(archive.packs)
    assert len(packs) > 3
    assert all(archive.files.size(archive.packs / name) < 12_000 for name in packs)  # what was stored is not again
    edges = archive.index.db.execute("SELECT count(*) FROM parents WHERE kind = 'continues'").fetchone()
    assert edges == (39,)
    for turn, body in bodies.items():
        payload = json.loads(archive.get_kind(turn, "turn"))
        assert archive.get_kind(bytes.fromhex(payload["request"]["body"]), "blob") == body
    assert check(archive).sound

"""An archive of anything, exported and imported: the same objects under the same ids, and the same export again."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import claude_17
import kafka_session
import pytest
from archives import HOSTILE, recorded
from exchanges import conversation
from exported import contents, exported, findings, record_types, taken_in
from hypothesis import given, settings
from hypothesis import strategies as st
from sessions import growing_session

from store import socket_body
from store.exchange import Chunk, Exchange, Outcome

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(HOSTILE)
MESSAGES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MARKED = st.builds(
    lambda text, mark: {"role": "user", "content": [{"type": "text", "text": text} | mark]},
    st.text(max_size=50),
    st.sampled_from([{}, {"cache_control": {"type": "ephemeral"}}]),
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Request bodies: conversations that begin alike, with large values, in all forms of JSON; or junk."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=100))
    talk = [{"role": "user", "content": f"Question {number}"} for number in range(draw(st.integers(0, 4)))]
    body = {
        "model": "m",
        draw(st.sampled_from(["messages", "input", "contents"])): talk + draw(st.lists(MARKED | MESSAGES, max_size=2)),
        "tools": [{"name": name, "description": name * 2000} for name in draw(st.sampled_from(["", "a", "ab"]))],
    }
    form = draw(st.sampled_from([{"separators": (",", ":")}, {}, {"indent": 1}, {"ensure_ascii": False}]))
    return json.dumps(body, **form).encode("utf-8", "surrogatepass")


ANSWERS = st.binary(max_size=50) | st.sampled_from(
    [
        b'data: {"type":"message_stop"}\n\n',
        b"event: a\ndata: {\n\n" * 3,
        json.dumps({"type": "message", "role": "assistant", "content": [{"type": "text", "text": HOSTILE}]}).encode(),
        socket_body.piece(b"{}", from_client=False, is_text=True) * 2,
    ]
)


@st.composite
def exchanges(draw: st.DrawFn) -> list[Exchange]:
    """A few exchanges, one after the other."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        answer = draw(ANSWERS)
        cut = draw(st.integers(0, len(answer)))
        found.append(
            Exchange(
                method="POST",
                url=draw(st.sampled_from(["https://api.anthropic.com/v1/messages", "https://h/v1/responses?key=k"])),
                request_headers=((b"content-type", b"application/json"), (b"x-api-key", b"secret")),
                request_body=draw(bodies()),
                started_ms=1_700_000_000_000 + number,
                status=draw(st.sampled_from([200, 500, None])),
                response_headers=((b"content-type", b"text/event-stream"),),
                response_body=answer,
                chunks=(Chunk(5, cut), Chunk(9, len(answer) - cut)) if draw(st.booleans()) else (),
                end_ms=draw(st.none() | st.integers(0, 99)),
                outcome=draw(st.sampled_from(list(Outcome))),
                error=draw(st.sampled_from(["", HOSTILE])),
                notes=draw(st.sampled_from([(), ("recovered",)])),
            )
        )
    return found


def comes_back(path: Path, copy: Path) -> bytes:
    """Export all, import it, export again; the lines."""
    lines = exported(path, "jsonl", everything=True)
    imported = taken_in(lines, copy)
    assert imported.problem == ""
    assert record_types(copy) == record_types(path)
    assert contents(copy) == contents(path)
    assert findings(copy) == []
    assert exported(copy, "jsonl", everything=True) == lines
    return lines


def all_come_back(some: list[Exchange]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        recorded(Path(folder) / "a", some)
        comes_back(Path(folder) / "a", Path(folder) / "b")


@settings(max_examples=6)
@given(exchanges())
def test_anything_comes_back(some: list[Exchange]) -> None:
    all_come_back(some)


@pytest.mark.prove
@settings(max_examples=300)
@given(exchanges())
def test_much_of_anything_comes_back(some: list[Exchange]) -> None:
    all_come_back(some)


def test_sessions_come_back(tmp_path: Path) -> None:
    several = [*kafka_session.exchanges(), *conversation(4, "s", 2000)]
    recorded(tmp_path / "a", [*several[:-3], *growing_session(3)])
    recorded(tmp_path / "a", [replace(each, tags=("later",)) for each in several[-3:]])
    assert len(comes_back(tmp_path / "a", tmp_path / "b")) > 200_000


@pytest.mark.skipif(not claude_17.RECORDED.is_dir(), reason="the recorded session is not on this machine")
def test_the_recorded_session_comes_back(tmp_path: Path) -> None:
    recorded(tmp_path / "a", claude_17.exchanges())
    lines = comes_back(tmp_path / "a", tmp_path / "b")
    assert len(lines) < 1_000_000  # of 2.3 MB on the wire: what is said twice stands there once


@pytest.mark.prove
def test_a_long_session_comes_back(tmp_path: Path) -> None:
    recorded(tmp_path / "a", growing_session(420))
    assert len(comes_back(tmp_path / "a", tmp_path / "b")) < 10_000_000

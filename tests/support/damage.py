"""A small archive, kept as its bytes, and every way to damage one file of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from store.archive import Archive
from store.exchange import Chunk, Exchange
from store.record import Recorder

FLIPS = (0x01, 0x80, 0xFF)
TAG = "refs/tags/first"
_STREAM = (
    b'event: message_start\ndata: {"type":"message_start","message":{"id":"m%d","role":"assistant","model":"m",'
    b'"content":[],"usage":{"input_tokens":1}}}\n\n',
    b'event: content_block_start\ndata: {"type":"content_block_start","index":0,'
    b'"content_block":{"type":"text","text":""}}\n\n',
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":"Answer %d."}}\n\n',
    b'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n',
    b'event: message_stop\ndata: {"type":"message_stop"}\n\n',
)


def small_exchanges(turns: int, session: str) -> Iterator[Exchange]:
    """``turns`` exchanges of a few hundred bytes: a conversation that grows, a tool list, streamed answers."""
    messages: list[dict[str, object]] = []
    for turn in range(turns):
        messages.append({"role": "user", "content": f"Question {turn} of {session}."})
        body = {
            "model": "m",
            "messages": messages,
            "tools": [{"name": "Bash", "description": "Run it. " * 40}],
            "metadata": {"user_id": json.dumps({"session_id": session})},
        }
        events = [event % turn if b"%d" in event else event for event in _STREAM]
        yield Exchange(
            method="POST",
            url="https://api.anthropic.com/v1/messages",
            request_headers=((b"content-type", b"application/json"),),
            request_body=json.dumps(body, separators=(",", ":")).encode(),
            started_ms=1_700_000_000_000 + 1000 * turn,
            status=200,
            response_headers=(
                (b"content-type", b"text/event-stream"),
                (b"request-id", f"{session}{turn}".encode("utf-8", "replace")),
            ),
            response_body=b"".join(events),
            chunks=tuple(Chunk(10 * n, len(event)) for n, event in enumerate(events, 1)),
            first_byte_ms=10,
            end_ms=60,
        )
        messages.append({"role": "assistant", "content": [{"type": "text", "text": f"Answer {turn}."}]})


def make_small(path: Path, turns: int = 2) -> list[bytes]:
    """Two sealed writers with ``turns`` turns each, a gap record and a tag; the ids of the turns."""
    found: list[bytes] = []
    Archive.create(path).close()
    for session in ("one", "two"):
        with Archive.open(path) as archive, Recorder(archive) as recorder:
            found += [recorder.record(exchange).turn for exchange in small_exchanges(turns, session)]
            if session == "one":
                recorder.gap("test", {"count": 1})
    tag = path / TAG
    tag.parent.mkdir(mode=0o700)
    tag.write_text(f"{found[0].hex()}\n")
    tag.chmod(0o600)
    return found


Contents = dict[str, bytes]


def contents(path: Path) -> Contents:
    """The bytes of every file of an archive but its index, which can be deleted at any time."""
    files = [each for each in path.rglob("*") if each.is_file()]
    names = {each.relative_to(path).as_posix(): each.read_bytes() for each in files}
    return {name: data for name, data in sorted(names.items()) if not name.startswith(("index/", "spool/"))}


def put_back(path: Path, files: Contents) -> None:
    """Make an archive hold these files and no others; no index, no quarantine."""
    for each in path.rglob("*"):
        if each.is_file():
            each.unlink()
    for name, data in files.items():
        (path / name).write_bytes(data)
        (path / name).chmod(0o600)


class Damage(NamedTuple):
    """One way to damage one file; ``data`` is what it holds then, `None` where it is deleted."""

    name: str
    what: str  # flip | cut | append | delete
    at: int
    data: bytes | None


def damages(files: Contents) -> Iterator[Damage]:
    """Every byte flipped three ways, every truncation, an appended byte, every file deleted."""
    for name, data in files.items():
        for at in range(len(data)):
            for flip in FLIPS:
                yield Damage(name, "flip", at, data[:at] + bytes((data[at] ^ flip,)) + data[at + 1 :])
            yield Damage(name, "cut", at, data[:at])
        yield Damage(name, "append", len(data), data + b"\0")
        yield Damage(name, "delete", 0, None)


def inflict(path: Path, damage: Damage) -> None:
    """Do it."""
    if damage.data is None:
        (path / damage.name).unlink()
    else:
        (path / damage.name).write_bytes(damage.data)

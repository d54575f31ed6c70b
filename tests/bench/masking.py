"""What masking costs: a turn whose beginning is known, a body that is new, an event of a stream."""

import json
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from figure import Figure, below, percentile
from workspace import Workspace

from store.masking.body import BodyMasker
from store.masking.masking import Masking
from store.masking.stream import StreamMasker

_WORDS = (
    "the",
    "file",
    "def",
    "return",
    "None",
    "self",
    "\n  ",
    "{}",
    "[0]",
    "path/to/x.py",
    '"text"',
    "it's",
    "3.14",
    "é",
)
_BODY, _NEW = 400_000, 20_000
_TURNS, _EVENTS = 20, 2_000


def measure(workspace: Workspace) -> Sequence[Figure]:
    """CPU time of the built-in rules, on made-up prose and code, with a mark that moves as clients' marks do."""
    chance = random.Random(1)
    masking = Masking(bytes(32))
    known = BodyMasker(masking)
    messages = [_message(chance, _NEW) for _ in range(_BODY // _NEW)]
    first = _cpu(lambda: known.mask(_body(messages)))
    turns = []
    for _ in range(_TURNS):
        messages.append(_message(chance, _NEW))
        body = _body(messages)
        turns.append(_cpu(lambda body=body: known.mask(body)))
    turn = percentile(turns, 0.5)
    size = f"{len(_body(messages[: -_TURNS // 2])) // 1000} KB body, {_NEW // 1000} KB of it new"
    return [
        Figure(
            f"masking a turn, {size}, CPU p50",
            f"{turn:.2f} ms",
            f"{first:.1f} ms where all is new",
            f"p95 {percentile(turns, 0.95):.2f} ms",
            "3 ms",
            "3 ms",
            below(turn, 3, 3),
        ),
        _stream(chance, masking),
    ]


def _stream(chance: random.Random, masking: Masking) -> Figure:
    """An event at a time, as they arrive; some words end as a secret could begin, and wait for the next one."""
    stream = StreamMasker(masking)
    events = [_event(chance) for _ in range(_EVENTS)]
    each = [_cpu(lambda event=event: stream.feed(event)) * 1000 for event in events]
    event = percentile(each, 0.5)
    return Figure(
        "masking an event of a stream, CPU p50",
        f"{event:.0f} µs",
        f"{len(events[0])} bytes an event",
        f"mean {sum(each) / len(each):.0f} µs, p99 {percentile(each, 0.99):.0f} µs",
        "15 µs",
        "15 µs",
        below(event, 15, 15),
    )


def _cpu(work: Callable[[], object]) -> float:
    """Milliseconds of CPU."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def _text(chance: random.Random, size: int) -> str:
    return " ".join(chance.choices(_WORDS, k=size // 6))[:size]


def _message(chance: random.Random, size: int) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": _text(chance, size)}]}


def _body(messages: list[dict[str, Any]]) -> bytes:
    last = {**messages[-1], "cache_control": {"type": "ephemeral"}}
    return json.dumps({"model": "m", "messages": [*messages[:-1], last], "max_tokens": 32000}).encode()


def _event(chance: random.Random) -> bytes:
    delta = {"type": "text_delta", "text": " " + chance.choice(_WORDS)}
    data = {"type": "content_block_delta", "index": 0, "delta": delta}
    return b"event: content_block_delta\ndata: " + json.dumps(data).encode() + b"\n\n"

"""Answers as providers stream them, cut into events as a test asks for, and what texts such a stream holds."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any, Final

Piece = Callable[[str, int], Any]


def sse(value: Any) -> bytes:
    """One event of an event stream."""
    return b"event: e\ndata: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def _chat(text: str, lane: int) -> Any:
    delta = {"tool_calls": [{"index": lane, "id": "call_1", "function": {"arguments": text}}]}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]}


def _candidate(text: str, lane: int) -> Any:
    return {"candidates": [{"content": {"parts": [{"text": text}]}, "index": lane}]}


FORMATS: Final[dict[str, Piece]] = {
    "messages": lambda text, lane: {
        "type": "content_block_delta",
        "index": lane,
        "delta": {"type": "text_delta", "text": text},
    },
    "chat": _chat,
    "responses": lambda text, lane: {
        "type": "response.output_text.delta",
        "item_id": f"msg_{lane}",
        "output_index": lane,
        "content_index": 0,
        "delta": text,
        "sequence_number": 7,
    },
    "gemini": _candidate,
    "array": _candidate,
    "ollama": lambda text, lane: {"model": "m", "message": {"role": "assistant", "content": text}, "done": False},
}
"""One event of each format: a piece of the text of a lane. `array` is Gemini's without ``alt=sse``, one JSON array."""


def _cut(text: str, chance: random.Random, most: int) -> Iterator[str]:
    position = 0
    while position < len(text):
        size = chance.randint(1, most)
        yield text[position : position + size]
        position += size


def events(kind: str, texts: list[str], chance: random.Random, most: int) -> bytes:
    """The texts as a stream, a lane each, their pieces of up to ``most`` characters in any order between lanes."""
    queues = [list(_cut(text, chance, most)) for text in texts]
    out = []
    while any(queues):
        lane = chance.choice([n for n, queue in enumerate(queues) if queue])
        out.append(FORMATS[kind](queues[lane].pop(0), lane))
    if kind == "array":
        return b"[" + b"\n,\r\n".join(json.dumps(each, indent=1).encode() for each in out) + b"\n]\n"
    if kind == "ollama":
        return b"".join(json.dumps(each).encode() + b"\n" for each in out)
    return b"".join(map(sse, out))


def texts_of(stream: bytes, kind: str) -> dict[int, str]:
    """The texts that a stream of ``kind`` holds, by lane."""
    found: dict[int, str] = {}
    for value in _values(stream, kind):
        if kind == "messages":
            lane, text = value["index"], value["delta"]["text"]
        elif kind == "chat":
            call = value["choices"][0]["delta"]["tool_calls"][0]
            lane, text = call["index"], call["function"]["arguments"]
        elif kind == "responses":
            lane, text = value["output_index"], value["delta"]
        elif kind in ("gemini", "array"):
            lane, text = value["candidates"][0]["index"], value["candidates"][0]["content"]["parts"][0]["text"]
        else:
            lane, text = 0, value["message"]["content"]
        found[lane] = found.get(lane, "") + text
    return found


def _values(stream: bytes, kind: str) -> list[Any]:
    if kind == "array":
        return list(json.loads(stream)) if stream.rstrip().endswith(b"]") else []
    lines = [line if kind == "ollama" else line.removeprefix(b"data: ") for line in stream.splitlines()]
    return [json.loads(line) for line in lines if line.startswith(b"{")]


def chunks(stream: bytes, chance: random.Random, most: int) -> Iterator[bytes]:
    """A stream in chunks of up to ``most`` bytes."""
    position = 0
    while position < len(stream):
        size = chance.randint(1, most)
        yield stream[position : position + size]
        position += size

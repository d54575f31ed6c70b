"""Answers of a made-up session as the Messages API streams them: events, padding, gzip, chunks and their times."""

import base64
import json
import random
import zlib
from dataclasses import dataclass
from typing import Any

from store.exchange import Chunk

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def compact(value: Any) -> str:
    """JSON as JavaScript's JSON.stringify writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def token(rng: random.Random, size: int) -> str:
    """Random letters and digits as providers make ids of."""
    return "".join(rng.choices(_ALPHABET, k=size))


@dataclass(frozen=True, slots=True)
class Streamed:
    """An answer on the wire: gzip bytes, chunks, the decoded stream, and when the first byte came and the last."""

    wire: bytes
    chunks: tuple[Chunk, ...]
    plain: bytes


def stream(rng: random.Random, blocks: list[dict[str, Any]], usage: dict[str, int], stop: str) -> Streamed:
    """The stream of an answer with these content blocks."""
    events = _events(rng, blocks, usage, stop)
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    wire, chunks = bytearray(), []
    at_ms = rng.randint(700, 3500)
    position = 0
    while position < len(events):
        count = rng.choices((1, 2, 3, 5), (55, 25, 12, 8))[0]
        piece = packer.compress(b"".join(events[position : position + count])) + packer.flush(zlib.Z_SYNC_FLUSH)
        position += count
        if position >= len(events):
            piece += packer.flush()
        wire += piece
        chunks.append(Chunk(at_ms, len(piece)))
        at_ms += max(0, round(rng.gauss(38, 16))) if rng.random() < 0.93 else rng.randint(90, 900)
    return Streamed(bytes(wire), tuple(chunks), b"".join(events))


def _events(rng: random.Random, blocks: list[dict[str, Any]], usage: dict[str, int], stop: str) -> list[bytes]:
    started = {
        **usage,
        "cache_creation": {
            "ephemeral_5m_input_tokens": 0,
            "ephemeral_1h_input_tokens": usage["cache_creation_input_tokens"],
        },
        "output_tokens": rng.randint(1, 9),
        "service_tier": "standard",
        "inference_geo": "not_available",
    }
    message: dict[str, Any] = {
        "model": "claude-sonnet-4-6",
        "id": f"msg_01{token(rng, 22)}",
        "type": "message",
        "role": "assistant",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "stop_details": None,
        "usage": started,
    }
    out = [_event(rng, "message_start", {"message": message})]
    written = 0
    for index, block in enumerate(blocks):
        shell, deltas = _parts(rng, block)
        out.append(_event(rng, "content_block_start", {"index": index, "content_block": shell}))
        if index == 0:
            out.append(b'event: ping\ndata: {"type": "ping"}\n\n')
        out += [_event(rng, "content_block_delta", {"index": index, "delta": delta}) for delta in deltas]
        out.append(_event(rng, "content_block_stop", {"index": index}))
        written += len(deltas) * 6 + 3
    total = {
        **usage,
        "output_tokens": written,
        "output_tokens_details": {"thinking_tokens": rng.choice((0, 0, 0, 38, 150))},
    }
    out.append(
        _event(
            rng,
            "message_delta",
            {
                "delta": {"stop_reason": stop, "stop_sequence": None, "stop_details": None},
                "usage": {**total, "iterations": [{**usage, "output_tokens": written, "type": "message"}]},
                "context_management": {"applied_edits": []},
            },
        )
    )
    out.append(_event(rng, "message_stop", {}))
    return out


def _event(rng: random.Random, kind: str, members: dict[str, Any]) -> bytes:
    """Blanks before the last bracket hide how long an event is: so all 674 have them that were recorded with any."""
    data = compact({"type": kind, **members})
    return f"event: {kind}\ndata: {data[:-1]}{' ' * rng.randint(0, 15)}}}\n\n".encode()


def _parts(rng: random.Random, block: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A block as content_block_start shows it, and its deltas."""
    if block["type"] == "text":
        pieces = _cut(rng, block["text"], 12, 90)
        return {"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in pieces]
    if block["type"] == "thinking":
        thought = [
            {"type": "thinking_delta", "thinking": "", "estimated_tokens": 50}
            for _ in range(len(block["signature"]) // 450)
        ]
        signed = {"type": "signature_delta", "signature": block["signature"]}
        return {"type": "thinking", "thinking": "", "signature": ""}, [*thought, signed]
    pieces = ["", *_cut(rng, json.dumps(block["input"], ensure_ascii=False), 2, 24)]
    shell = {**block, "input": {}, "caller": {"type": "direct"}}
    return shell, [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]


def _cut(rng: random.Random, text: str, low: int, high: int) -> list[str]:
    pieces = []
    position = 0
    while position < len(text):
        size = rng.randint(low, high)
        pieces.append(text[position : position + size])
        position += size
    return pieces


def signature(rng: random.Random) -> str:
    """A thinking block's signature: base64 of bytes that do not compress."""
    return base64.b64encode(b"\x12\xd2\x02\n\x8b\x01\x08\x10\x18\x02*@" + rng.randbytes(rng.randint(240, 900))).decode()
